import type { ErrorObject } from 'ajv';
import type { Path } from './findings.js';

/** Keys that are `null` where a schema has no such value for them, as JSON Pointers. */
export function nullKeys(errors: readonly ErrorObject[], root: unknown): ReadonlySet<string> {
  const nulls = errors.filter(
    ({ data, instancePath }) => data === null && typeof pathIn(instancePath, root).at(-1) === 'string',
  );
  return new Set(nulls.map(({ instancePath }) => instancePath));
}

/** A copy of `value` without these keys. */
export function withoutKeys(value: unknown, keys: ReadonlySet<string>): unknown {
  const above = new Set([...keys].flatMap(pointersAbove));
  const walk = (inner: unknown, pointer: string): unknown => {
    if (typeof inner !== 'object' || inner === null || !above.has(pointer)) return inner;
    if (Array.isArray(inner)) return inner.map((item, index) => walk(item, `${pointer}/${index}`));
    const kept = Object.entries(inner).filter(([key]) => !keys.has(pointerTo(pointer, key)));
    return Object.fromEntries(kept.map(([key, item]) => [key, walk(item, pointerTo(pointer, key))]));
  };
  return walk(value, '');
}

/** The JSON Pointer to a key of an object. */
export function pointerTo(object: string, key: string): string {
  return `${object}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A JSON Pointer tells `0` the key from `0` the index only by the value that it points into. */
export function pathIn(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return path;
}

/** `/a/b` → the document, `/a` */
function pointersAbove(pointer: string): string[] {
  return [...pointer.matchAll(/\//g)].map(({ index }) => pointer.slice(0, index));
}
