import type { Generator } from './generate.js';

/** What `JSON.parse` and plain walking by own properties find. `undefined`: nothing. */
export function walk(value: unknown, keys: readonly string[]): unknown {
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    if (Array.isArray(value) && key === 'length') return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A path into the value, or sometimes beside it. */
export function somePath(value: unknown, generator: Generator): string[] {
  const keys: string[] = [];
  while (generator.below(5) > 0) {
    const own = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const key =
      own.length > 0 && generator.below(8) > 0
        ? generator.pick(own)
        : generator.pick(['a', '0', '', 'length', '__proto__', '01']);
    keys.push(key);
    value = walk(value, [key]);
  }
  return keys;
}
