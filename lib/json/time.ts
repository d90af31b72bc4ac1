import { scalarAt } from './field.js';

/** What a time in a record counts, or that it is written out. */
export type TimestampUnit = 's' | 'ms' | 'us' | 'ns' | 'iso8601';

/**
 * The time that stands in bytes[start, end), a JSON value that passed the check: in whole milliseconds of the epoch, cut off
 * and not rounded. Numbers may stand in quotes. Digits are shifted as text, so that a count of nanoseconds is exact.
 *
 * @returns -1 for what is no time between 1970 and the end of 9999
 */
export function timeAt(bytes: Uint8Array, start: number, end: number, unit: TimestampUnit): number {
  const digits = unit === 'iso8601' ? -1 : plainCount(bytes, start, end, SHIFTS[unit]);
  if (digits >= 0) return digits;
  const value = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  const text = value[0] === QUOTE ? String(scalarAt(bytes, start, end)) : value.toString();
  const time = unit === 'iso8601' ? writtenOut(text) : counted(text, SHIFTS[unit]);
  return time >= 0 && time <= END_OF_9999 ? time : -1;
}

/** The same of plain digits, which most are, without a text being made of them; -1 for anything else. */
function plainCount(bytes: Uint8Array, start: number, end: number, shift: number): number {
  const kept = shift < 0 ? end + shift : end;
  if (kept - start > (shift > 0 ? MAX_PLACES - shift : MAX_PLACES)) return -1;
  let sum = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - ZERO;
    if (digit < 0 || digit > 9) return -1;
    if (i < kept) sum = sum * 10 + digit;
  }
  const time = shift > 0 ? sum * 10 ** shift : sum;
  return time <= END_OF_9999 ? time : -1;
}

function counted(text: string, shift: number): number {
  const [, whole, fraction = '', exponent = '0'] = COUNT.exec(text) ?? [];
  if (whole === undefined) return Number.NaN;
  const significant = whole.replace(/^0+/, '');
  const digits = significant + fraction;
  const places = significant.length + Number(exponent) + shift;
  if (places > MAX_PLACES) return /[1-9]/.test(digits) ? Number.POSITIVE_INFINITY : 0;
  return places <= 0 ? 0 : Number(digits.slice(0, places).padEnd(places, '0'));
}

function writtenOut(text: string): number {
  const [, date, time, fraction = '', zone = 'Z'] = WRITTEN_OUT.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  const instant = Date.parse(`${date}T${time}.${ms}${zone.toUpperCase()}`);
  // Date.parse() makes a day of March of the 30th of February.
  return new Date(`${date}T00:00:00Z`).getUTCDate() === Number(date.slice(-2)) ? instant : Number.NaN;
}

/** By how many places the point moves to the right on the way to milliseconds. */
const SHIFTS = { s: 3, ms: 0, us: -3, ns: -6 } as const;
/** 1: before the point, 2: behind it, 3: the exponent. */
const COUNT = /^(\d{1,40})(?:\.(\d{1,400}))?(?:[eE]\+?(-?\d{1,3}))?$/;
/** 1: the date, 2: the time, 3: fractions of a second, 4: the zone, which is UTC where there is none (RFC 3339, section 5.6). */
const WRITTEN_OUT = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?$/;
const MAX_PLACES = 15;
const END_OF_9999 = Date.UTC(10_000, 0, 1) - 1;
const QUOTE = 0x22;
const ZERO = 0x30;
