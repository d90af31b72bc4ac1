/**
 * A time in UTC by a format of `strftime`, in English.
 *
 * @returns `undefined` when the format has a specifier that there is not
 * @example strftime('%Y-%m-%d %H:%M', new Date(0)) // '1970-01-01 00:00'
 */
export function strftime(format: string, time: Date): string | undefined {
  let isKnown = true;
  const text = format.replace(SPECIFIER, (whole, padding: string, name: string) => {
    const composed = Object.hasOwn(COMPOSED, name) ? COMPOSED[name] : undefined;
    if (composed !== undefined && padding === '') return strftime(composed, time)!;
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field !== undefined) return padded(field(time), padding);
    isKnown = false;
    return whole;
  });
  return isKnown ? text : undefined;
}

/** Text as it is; a number with its width and what fills it. */
type Value = string | readonly [value: number, width: number, fill: '0' | ' '];

function padded(value: Value, padding: string): string {
  if (typeof value === 'string') return value;
  const [number, width, fill] = value;
  if (padding === '-') return String(number);
  return String(number).padStart(width, padding === '_' ? ' ' : padding === '0' ? '0' : fill);
}

const FIELDS: Readonly<Record<string, (time: Date) => Value>> = {
  Y: (time) => [time.getUTCFullYear(), 4, '0'],
  C: (time) => [Math.floor(time.getUTCFullYear() / 100), 2, '0'],
  y: (time) => [time.getUTCFullYear() % 100, 2, '0'],
  m: (time) => [time.getUTCMonth() + 1, 2, '0'],
  d: (time) => [time.getUTCDate(), 2, '0'],
  e: (time) => [time.getUTCDate(), 2, ' '],
  j: (time) => [dayOfYear(time) + 1, 3, '0'],
  H: (time) => [time.getUTCHours(), 2, '0'],
  k: (time) => [time.getUTCHours(), 2, ' '],
  I: (time) => [twelfth(time), 2, '0'],
  l: (time) => [twelfth(time), 2, ' '],
  M: (time) => [time.getUTCMinutes(), 2, '0'],
  S: (time) => [time.getUTCSeconds(), 2, '0'],
  s: (time) => String(Math.floor(time.getTime() / 1000)),
  f: (time) => [time.getUTCMilliseconds() * 1_000_000, 9, '0'],
  '.f': (time) => `.${thousandths(time)}`,
  '3f': (time) => thousandths(time),
  '.3f': (time) => `.${thousandths(time)}`,
  '6f': (time) => `${thousandths(time)}000`,
  '.6f': (time) => `.${thousandths(time)}000`,
  '9f': (time) => `${thousandths(time)}000000`,
  '.9f': (time) => `.${thousandths(time)}000000`,
  P: (time) => (time.getUTCHours() < 12 ? 'am' : 'pm'),
  p: (time) => (time.getUTCHours() < 12 ? 'AM' : 'PM'),
  A: (time) => DAYS[time.getUTCDay()]!,
  a: (time) => DAYS[time.getUTCDay()]!.slice(0, 3),
  B: (time) => MONTHS[time.getUTCMonth()]!,
  b: (time) => MONTHS[time.getUTCMonth()]!.slice(0, 3),
  h: (time) => MONTHS[time.getUTCMonth()]!.slice(0, 3),
  w: (time) => String(time.getUTCDay()),
  u: (time) => String(time.getUTCDay() || 7),
  U: (time) => [weekOf(time, time.getUTCDay()), 2, '0'],
  W: (time) => [weekOf(time, (time.getUTCDay() + 6) % 7), 2, '0'],
  G: (time) => [thursdayOf(time).getUTCFullYear(), 4, '0'],
  g: (time) => [thursdayOf(time).getUTCFullYear() % 100, 2, '0'],
  V: (time) => [Math.floor(dayOfYear(thursdayOf(time)) / 7) + 1, 2, '0'],
  Z: () => 'UTC',
  z: () => '+0000',
  ':z': () => '+00:00',
  t: () => '\t',
  n: () => '\n',
  '%': () => '%',
};

/** Specifiers that stand for several. */
const COMPOSED: Readonly<Record<string, string>> = {
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  F: '%Y-%m-%d',
  v: '%e-%b-%Y',
  R: '%H:%M',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  r: '%I:%M:%S %p',
  c: '%a %b %e %H:%M:%S %Y',
  '+': '%Y-%m-%dT%H:%M:%S%.f%:z',
};

function twelfth(time: Date): number {
  return time.getUTCHours() % 12 || 12;
}

function thousandths(time: Date): string {
  return String(time.getUTCMilliseconds()).padStart(3, '0');
}

/** From 0. */
function dayOfYear(time: Date): number {
  return Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0)) / DAY_MS);
}

/** The number of the week when days before its first whole week are in week 0. @param day of the week, from its first */
function weekOf(time: Date, day: number): number {
  return Math.floor((dayOfYear(time) + 7 - day) / 7);
}

/** The Thursday of a week is in the year that the week belongs to (ISO 8601). */
function thursdayOf(time: Date): Date {
  return new Date(time.getTime() + (4 - (time.getUTCDay() || 7)) * DAY_MS);
}

const DAY_MS = 86_400_000;
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
/** `%` alone at the end is one that there is not, too. */
const SPECIFIER = /%([-_0]?)((?:\.?[369]|\.)?f|:z|.|$)/gs;
