import { loadLossless } from './lossless.js';
import { decode } from './text.js';

/**
 * How integers beyond ±(2^53 - 1) appear in values: rounded to a `number`, as `JSON.parse` does, as a `bigint`, or as a
 * `string` of their decimal digits. Numbers with a fraction or an exponent are always a `number`.
 */
export type BigIntegers = 'number' | 'bigint' | 'string';

/**
 * The value of a JSON text. Apart from big integers it is what `JSON.parse` gives.
 *
 * @throws {SyntaxError} if the text is not JSON.
 */
export function parseValue(text: string, bigIntegers: BigIntegers): unknown {
  if (bigIntegers === 'number' || !hasLongDigits(text)) return JSON.parse(text);
  const make = bigIntegers === 'bigint' ? BigInt : String;
  return HAS_SOURCE ? parseWithSource(text, make) : parseTwice(text, make);
}

/** {@link parseValue} of the text in bytes[start, end), which must be UTF-8. */
export function parseBytes(bytes: Buffer, start: number, end: number, bigIntegers: BigIntegers): unknown {
  return parseValue(decode(bytes, start, end), bigIntegers);
}

/** Whether 16 digits stand in a row anywhere: looks at every 16th character, and before it only where that is a digit. */
function hasLongDigits(text: string): boolean {
  for (let last = LONG - 1; last < text.length; ) {
    let i = last;
    while (i > last - LONG && isDigit(text.charCodeAt(i))) i--;
    if (i === last - LONG) return true;
    last = i + LONG;
  }
  return false;
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

type Make = (integer: string | bigint) => unknown;
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function parseWithSource(text: string, make: Make): unknown {
  const revive: Reviver = (_key, value, context) =>
    isRoundedInteger(value, context?.source) ? make(context.source as string) : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

/**
 * For Node 20, whose revivers do not get the source text; to go with it. `JSON.parse` says what the value is, and
 * lossless-json only what the digits of its big integers were, because the two differ on duplicate keys: lossless-json
 * keeps the former of two values that it takes for equal, and to it `[]` and `{}` are.
 */
function parseTwice(text: string, make: Make): unknown {
  const { parse } = loadLossless();
  const value: unknown = JSON.parse(text);
  const exact = parse(text, undefined, {
    parseNumber: (source) => (isRoundedInteger(Number(source), source) ? BigInt(source) : Number(source)),
    onDuplicateKey: ({ newValue }) => newValue,
  });
  return restore(value, exact, make);
}

function restore(value: unknown, exact: unknown, make: Make): unknown {
  if (typeof exact === 'bigint') return make(exact);
  if (typeof value !== 'object' || value === null) return value;
  for (const key of Object.keys(value)) {
    const member: unknown = (value as Record<string, unknown>)[key];
    const restored = restore(member, (exact as Record<string, unknown>)[key], make);
    if (restored !== member) Object.defineProperty(value, key, { ...PROPERTY, value: restored });
  }
  return value;
}

function isRoundedInteger(value: unknown, source: string | undefined): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && INTEGER.test(source);
}

/** Whether revivers get the text of a number: from V8 11.4 on, so not on Node 20. */
const HAS_SOURCE = ((): boolean => {
  let found = false;
  const revive: Reviver = (_key, value, context) => {
    found = context?.source === '1';
    return value;
  };
  JSON.parse('1', revive as (key: string, value: unknown) => unknown);
  return found;
})();

/** As many digits as 2^53 - 1 has. */
const LONG = 16;

const INTEGER = /^-?\d+$/;

const PROPERTY = { configurable: true, enumerable: true, writable: true };
