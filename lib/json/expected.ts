import { isSameNumber } from './decimal.js';
import { ElementReader } from './elements.js';
import { KeyTable } from './key-table.js';
import { findMember, isSame } from './member.js';
import { MemberReader } from './members.js';
import { compilePath, type PathSegment } from './path.js';
import { serialise } from './serialise.js';
import { skipValue } from './skip.js';
import { decode } from './text.js';
import { parseValue } from './values.js';

/** A value that is looked for in the bytes of JSON texts. */
export interface Expected {
  /** Whether it is the value that stands in bytes[start, end), which must be one JSON value that passed the check. */
  isAt(bytes: Uint8Array, start: number, end: number): boolean;
  /** Whether its first byte tells, so that nobody need find out where the value ends. */
  readonly isWord?: boolean;
}

/**
 * Compiles a value for strict comparison with JSON texts, in their bytes: `"5"` is not `5`, a number is compared as
 * {@link isSameNumber} does, an object whatever the order of its keys, of duplicates the last one. A `bigint` is an integer.
 *
 * @throws {TypeError} if it is a value that JSON cannot hold
 */
export function compileExpected(value: unknown): Expected {
  return expected(parseValue(serialise(value).toString(), 'bigint'));
}

function expected(value: unknown): Expected {
  switch (typeof value) {
    case 'string':
      return new ExpectedString(value);
    case 'number':
    case 'bigint':
      return new ExpectedNumber(String(value));
    default:
      if (Array.isArray(value)) return new ExpectedArray(value.map(expected));
      return value === null || typeof value === 'boolean'
        ? new ExpectedWord(String(value))
        : new ExpectedObject(Object.entries(value as object));
  }
}

/** `true`, `false` or `null`: no other value begins with the same byte. */
class ExpectedWord implements Expected {
  readonly isWord = true;
  readonly #first: number;

  constructor(word: string) {
    this.#first = word.charCodeAt(0);
  }

  isAt(bytes: Uint8Array, start: number): boolean {
    return bytes[start] === this.#first;
  }
}

class ExpectedString implements Expected {
  readonly #value: string;
  /** As it stands between quotes where nothing is escaped. */
  readonly #plain: Buffer;

  constructor(value: string) {
    this.#value = value;
    this.#plain = Buffer.from(value);
  }

  isAt(bytes: Uint8Array, start: number, end: number): boolean {
    if (bytes[start] !== QUOTE) return false;
    const plain = this.#plain;
    const length = end - start - 2;
    // With escapes a text is longer than without: that alone tells most others.
    if (length > plain.length) return this.#isEscaped(bytes, start, end);
    return length === plain.length && isSame(bytes, start + 1, plain) && !plain.includes(BACKSLASH);
  }

  #isEscaped(bytes: Uint8Array, start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      if (bytes[i] === BACKSLASH) return JSON.parse(decode(bytes, start, end)) === this.#value;
    }
    return false;
  }
}

class ExpectedNumber implements Expected {
  readonly #text: string;
  readonly #bytes: Buffer;
  readonly #isPlain: boolean;

  constructor(text: string) {
    this.#text = text;
    this.#bytes = Buffer.from(text);
    this.#isPlain = /^(?:0|-?[1-9]\d*)$/.test(text);
  }

  isAt(bytes: Uint8Array, start: number, end: number): boolean {
    const c = bytes[start] as number;
    if (c !== MINUS && (c < ZERO || c > NINE)) return false;
    if (end - start === this.#bytes.length && isSame(bytes, start, this.#bytes)) return true;
    // Most numbers are whole ones, of which each has one text.
    if (this.#isPlain && isPlain(bytes, start, end)) return false;
    return isSameNumber(decode(bytes, start, end), this.#text);
  }
}

class ExpectedArray implements Expected {
  readonly #items: readonly Expected[];
  readonly #reader = new ElementReader();

  constructor(items: readonly Expected[]) {
    this.#items = items;
  }

  isAt(bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    if (!reader.open(bytes, start, end)) return false;
    let count = 0;
    let isEqual = true;
    // To its end in any case: only then it lets go of the bytes.
    while (reader.next()) {
      isEqual &&= this.#items[count]?.isAt(bytes, reader.start, reader.end) === true;
      count += 1;
    }
    return isEqual && count === this.#items.length;
  }
}

class ExpectedObject implements Expected {
  readonly #members: readonly { readonly segment: PathSegment; readonly value: Expected }[];
  readonly #keys: KeyTable;
  readonly #reader = new MemberReader();

  constructor(entries: readonly [key: string, value: unknown][]) {
    this.#keys = new KeyTable(entries.map(([key]) => key));
    this.#members = entries.map(([key, value]) => ({
      segment: compilePath([key]).segments[0] as PathSegment,
      value: expected(value),
    }));
  }

  isAt(bytes: Uint8Array, start: number, end: number): boolean {
    const reader = this.#reader;
    if (!reader.open(bytes, start, end)) return false;
    let hasOthers = false;
    while (reader.next()) hasOthers ||= this.#keys.indexOf(bytes, reader.keyStart, reader.keyEnd) < 0;
    if (hasOthers) return false;
    return this.#members.every(({ segment, value }) => {
      const found = findMember(bytes, start, end, segment);
      return found >= 0 && value.isAt(bytes, found, skipValue(bytes, found, end));
    });
  }
}

/** Whether it is a whole number without exponent; `-0`, which has another text, is none. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] === MINUS ? start + 1 : start;
  if (first > start && bytes[first] === ZERO) return false;
  for (let i = first; i < end; i++) if (bytes[i] < ZERO || bytes[i] > NINE) return false;
  return true;
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
