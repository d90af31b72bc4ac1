import { notStorable } from './storable.js';

/**
 * The JSON text of a value, as UTF-8 bytes: what `JSON.stringify` gives, with a `bigint` written as the integer it is.
 *
 * @throws {TypeError} if the value is one that JSON cannot hold (`undefined`, a function, a symbol), would not write as it is
 *   (bytes, a promise, a Map), or if it contains itself. What a `toJSON` method throws goes through as it is.
 */
export function serialise(value: unknown): Buffer {
  const refusal = notStorable(value);
  if (refusal !== undefined) throw new TypeError(refusal);
  const text = stringify(value);
  if (text === undefined) {
    const what = value === null || typeof value === 'object' ? 'A value whose toJSON() gives nothing' : nameOf(value);
    throw new TypeError(
      `${what} cannot be written as JSON. Give an object, an array, a string, a number, a bigint, a boolean or null.`,
    );
  }
  return Buffer.from(text);
}

/** The JSON string of a text, quotes included, as UTF-8 bytes. A lone surrogate becomes an escape. */
export function stringText(text: string): Buffer {
  return Buffer.from(JSON.stringify(text));
}

function stringify(value: unknown): string | undefined {
  try {
    // A program may have taught bigints to write themselves as strings; then JSON.stringify does not fail on them.
    return 'toJSON' in BigInt.prototype ? stringifyBigIntegers(value) : JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    if (error.message.startsWith(NO_BIGINT)) return stringifyBigIntegers(value);
    if (error.message.startsWith(CYCLE)) throw cycleError(error);
    throw error;
  }
}

function stringifyBigIntegers(value: unknown): string | undefined {
  try {
    return rawJSON === undefined ? stringifyWithMarkers(value) : JSON.stringify(value, rawReplacer);
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith(CYCLE)) throw cycleError(error);
    throw error;
  }
}

function rawReplacer(this: unknown, key: string, value: unknown): unknown {
  const integer = integerAt(this, key, value);
  return integer === undefined ? value : rawJSON!(String(integer));
}

/**
 * For Node 20, which has no `JSON.rawJSON`; to go with it. Each bigint is written as a marked string, whose quotes and mark
 * are then taken off. Should a string or key of the value itself look marked, the count is wrong, and another mark is tried.
 */
function stringifyWithMarkers(value: unknown): string | undefined {
  for (let attempt = 0; ; attempt++) {
    const mark = `bigint ${attempt}: `;
    let written = 0;
    const text = JSON.stringify(value, function (this: unknown, key: string, member: unknown): unknown {
      const integer = integerAt(this, key, member);
      if (integer === undefined) return member;
      written++;
      return `${mark}${integer}`;
    }) as string | undefined;
    let found = 0;
    const unmarked = text?.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), (_all, digits: string) => {
      found++;
      return digits;
    });
    if (found === written) return unmarked;
  }
}

/** The bigint that a replacer was called for, though a `toJSON` of bigints may have turned it into something else. */
function integerAt(holder: unknown, key: string, value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (value instanceof BigInt) return value.valueOf();
  const original = (holder as Record<string, unknown>)[key];
  return typeof original === 'bigint' ? original : undefined;
}

function cycleError(cause: TypeError): TypeError {
  return new TypeError('A value that contains itself cannot be written as JSON. Take the cycle out of it.', { cause });
}

function nameOf(value: unknown): string {
  return value === undefined ? 'undefined' : `A ${typeof value}`;
}

const rawJSON = (JSON as { rawJSON?: (text: string) => unknown }).rawJSON;

/** How V8 words the two failures that matter here. */
const NO_BIGINT = 'Do not know how to serialize a BigInt';
const CYCLE = 'Converting circular structure to JSON';
