/**
 * Why a value is surely not what somebody wants to store, since JSON would write its inner state or nothing of it; `undefined`
 * when there is no reason. It looks at the value and at what it holds directly, no deeper.
 */
export function notStorable(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const itself = reasonOf(value);
  if (itself !== undefined) return `${itself[0]} ${itself[1]}`;
  if (ArrayBuffer.isView((value as { readonly bytes?: unknown }).bytes)) {
    return 'An object with `bytes`, such as a page, cannot be written as JSON. Give a record.';
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (isPromise(member)) return `A promise in ${JSON.stringify(key)} cannot be written as JSON. Await it.`;
  }
  return undefined;
}

function reasonOf(value: object): readonly [string, string] | undefined {
  if (isPromise(value)) return ['A promise cannot be written as JSON.', 'Await it.'];
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return ['Bytes cannot be written as JSON.', 'Give their text, parsed, or as base64.'];
  }
  if (typeof (value as { readonly toJSON?: unknown }).toJSON === 'function') return undefined;
  const kind = EMPTY_KINDS.find((one) => value instanceof one);
  if (kind !== undefined) return [`A ${kind.name} would be written as \`{}\`.`, 'Give an object or an array.'];
  return undefined;
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** What has nothing that JSON sees. */
const EMPTY_KINDS = [Map, Set, WeakMap, WeakSet, Error, RegExp] as const;
