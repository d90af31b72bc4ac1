import { findMember } from './member.js';
import { type Path, type PathSegment, toPath } from './path.js';
import { skipSpace, skipValue } from './skip.js';
import { decode } from './text.js';

export { compilePath, isPath, PATH_PATTERN, type Path, pathProblem } from './path.js';

/**
 * Finds one field in the bytes of a JSON text, without parsing the rest.
 *
 * It finds what walking `JSON.parse`'s result finds: of duplicate keys the last one, a key however it is escaped, and own
 * properties only. The result of a call stands in `start` and `end` until the next one.
 *
 * @example
 * const price = new FieldReader('data.price');
 * if (price.find(data, 0, data.length)) console.log(scalarAt(data, price.start, price.end));
 */
export class FieldReader {
  /** After `true`: where the field's value begins. */
  start = 0;
  /** After `true`: where the field's value ends. */
  end = 0;

  readonly #segments: readonly PathSegment[];

  /**
   * @param path See {@link compilePath}.
   * @throws {ConfigError} if the path cannot be read.
   */
  constructor(path: Path | string | readonly (string | number)[]) {
    this.#segments = toPath(path).segments;
  }

  /** Whether there is such a field in bytes[start, end), which must be exactly one JSON text that passed the check. */
  find(bytes: Uint8Array, start: number, end: number): boolean {
    const found = locate(bytes, start, end, this.#segments);
    if (found < 0) return false;
    this.start = found;
    this.end = skipValue(bytes, found, end);
    return true;
  }
}

/** Where the value at the path begins in the JSON text of bytes[start, end), or -1. */
export function locate(bytes: Uint8Array, start: number, end: number, segments: readonly PathSegment[]): number {
  let i = skipSpace(bytes, start, end);
  for (const segment of segments) {
    if (i >= end) return -1;
    if (bytes[i] === OPEN_BRACE) i = findMember(bytes, i, end, segment);
    else if (bytes[i] === OPEN_BRACKET && segment.index >= 0) i = findElement(bytes, i, end, segment.index);
    else return -1;
    if (i < 0) return -1;
  }
  return i < end ? i : -1;
}

/**
 * The scalar that stands in bytes[start, end), which must be one JSON value that passed the check.
 *
 * @returns The value, as `JSON.parse` gives it, or `undefined` for an object or an array.
 */
export function scalarAt(bytes: Uint8Array, start: number, end: number): string | number | boolean | null | undefined {
  const c = start < end ? bytes[start] : 0;
  if (c === QUOTE) return stringAt(bytes, start, end);
  if (c === OPEN_BRACE || c === OPEN_BRACKET) return undefined;
  if (c === LOWER_T) return true;
  if (c === LOWER_F) return false;
  if (c === LOWER_N) return null;
  return numberAt(bytes, start, end);
}

/** Whole numbers, which most are, are added up here: decoding a text costs many times as much. */
function numberAt(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > SAFE_DIGITS) return Number(decode(bytes, start, end));
  let sum = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - ZERO;
    if (digit < 0 || digit > 9) return Number(decode(bytes, start, end));
    sum = sum * 10 + digit;
  }
  return sum;
}

function stringAt(bytes: Uint8Array, start: number, end: number): string {
  return hasBackslash(bytes, start, end)
    ? (JSON.parse(decode(bytes, start, end)) as string)
    : decode(bytes, start + 1, end - 1);
}

/** The index at which the element begins, or -1 if the array is shorter. */
function findElement(bytes: Uint8Array, i: number, end: number, index: number): number {
  i = skipSpace(bytes, i + 1, end);
  if (i >= end || bytes[i] === CLOSE_BRACKET) return -1;
  for (let skipped = 0; skipped < index; skipped++) {
    i = skipSpace(bytes, skipValue(bytes, i, end), end);
    if (i >= end || bytes[i] !== COMMA) return -1;
    i = skipSpace(bytes, i + 1, end);
  }
  return i;
}

function hasBackslash(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

/** A number of so many digits is exact in a double. */
const SAFE_DIGITS = 15;

const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN_BRACE = 0x7b;
