import { optionError } from '../errors.js';

/**
 * A stretch of time, as a configuration writes it, in milliseconds. A number counts seconds, fractions allowed; text
 * is a number with a unit: `500ms`, `30s`, `5m`, `1.5h`, `1d`.
 *
 * @param path the option's name, for the error
 * @throws {ConfigError} when it is anything else, negative or not finite
 * @example parseDuration(1.5) // 1500
 * @example parseDuration('5m') // 300000
 */
export function parseDuration(value: number | string, path = 'duration'): number {
  const ms = typeof value === 'number' ? scale(value, 's') : parseText(value);
  if (ms === undefined || !Number.isFinite(ms) || ms < 0) {
    throw optionError(path, `Expected ${DURATION}.`);
  }
  return ms;
}

/** What a duration is, as the end of "expected …". */
export const DURATION =
  'a number of seconds (fractions allowed), or text with a unit such as "500ms", "30s", "5m", "1.5h" or "1d"';

/** The text form of a duration that may be zero, as a JSON Schema `pattern`. */
export const DURATION_PATTERN = '^[0-9]{1,15}(\\.[0-9]{1,15})?(ms|s|m|h|d)$';

/** The text form of a duration that is longer than zero, as a JSON Schema `pattern`. */
export const POSITIVE_DURATION_PATTERN = `^(?=[0-9.]*[1-9])${DURATION_PATTERN.slice(1)}`;

/** The same, or one of these words. */
export function durationOrPattern(words: readonly string[]): string {
  const [first, ...others] = words;
  return `^${others.length === 0 ? first : `(${words.join('|')})`}$|${POSITIVE_DURATION_PATTERN}`;
}

/** The largest number of seconds that a configuration takes: as long as the longest text form, `999999999999999d`. */
export const MAX_SECONDS = 1e20;

function parseText(text: unknown): number | undefined {
  if (typeof text !== 'string' || !TEXT_FORM.test(text)) return undefined;
  const unit = /[a-z]+$/.exec(text)![0] as Unit;
  return scale(Number(text.slice(0, -unit.length)), unit);
}

/** Rounded to 15 digits, so that 1.005 s is 1005 ms and not 1004.9999999999999. */
function scale(count: number, unit: Unit): number {
  return Number((count * UNITS[unit]).toPrecision(15));
}

type Unit = keyof typeof UNITS;

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const TEXT_FORM = new RegExp(DURATION_PATTERN);
