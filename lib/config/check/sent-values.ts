import type { Path } from './findings.js';

/**
 * What a configuration took out of placeholders where it says what is sent: a secret, whatever it is called there. But the
 * address itself has to be shown, and so no host and no whole address is one.
 *
 * @param config with its placeholders filled
 * @param valuesAt what came out of placeholders in the value at a path
 */
export function sentValues(config: unknown, valuesAt: (path: Path) => readonly string[]): string[] {
  const walk = (value: unknown, path: Path, isSent: boolean): string[] => {
    if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, [...path, index], isSent));
    if (typeof value === 'object' && value !== null) {
      return Object.entries(value).flatMap(([key, item]) => walk(item, [...path, key], isSent || SENT.has(key)));
    }
    return isSent ? valuesAt(path).filter((text) => !isOfAddress(text, String(value))) : [];
  };
  return walk(config, [], false);
}

/** The value at a path; `undefined` when it leads nowhere. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function isOfAddress(text: string, whole: string): boolean {
  if (!URL.canParse(whole) || !whole.includes('://')) return false;
  return URL.canParse(text) ? text.includes('://') : new URL(whole).host.includes(text.toLowerCase());
}

/** Below these keys stands what a server gets to see, and may say back. */
const SENT: ReadonlySet<string> = new Set([
  'url',
  'urls',
  'headers',
  'params',
  'protocols',
  'subscribe_messages',
  'send',
  'message',
]);
