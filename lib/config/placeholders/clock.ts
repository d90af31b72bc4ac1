import { optionError } from '../../errors.js';
import { strftime } from './strftime.js';
import type { Resolved } from './surroundings.js';

/**
 * What `${now.…}` gives, in UTC.
 *
 * @param argument what follows `now.`
 * @param now in epoch milliseconds
 */
export function clockText(argument: string, now: number): Resolved {
  const isFormat = argument.startsWith('strftime.');
  const format = isFormat
    ? argument.slice('strftime.'.length)
    : Object.hasOwn(FORMATS, argument)
      ? FORMATS[argument]
      : undefined;
  if (format === undefined || format === '') {
    return {
      problem: `\`now\` has ${[...Object.keys(FORMATS), 'strftime.FORMAT'].join(', ')}. Write one of them after the dot.`,
    };
  }
  const value = strftime(format, new Date(now));
  return value === undefined
    ? {
        problem:
          'The format has a `%…` that `strftime` does not know. Use those such as `%Y-%m-%d`, `%H%M%S`, `%j`, `%s`, and `%%` for a percent sign.',
      }
    : { value };
}

/**
 * The time that a run has in place of the present: `2026-03-01T00:00:00Z`, or a date, which is its midnight in UTC.
 *
 * @returns epoch milliseconds
 * @throws {ConfigError} when it is neither
 */
export function parseClock(text: string): number {
  const [, date, time] = TIME.exec(text) ?? [];
  const ms = date === undefined ? Number.NaN : Date.parse(time === undefined ? `${date}T00:00:00Z` : text);
  // `Date` makes 2 March of 30 February.
  if (Number.isNaN(ms) || new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) !== date) {
    throw optionError('clock', 'Expected a time such as 2026-03-01T00:00:00Z, or a date such as 2026-03-01.');
  }
  return ms;
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  datetime: '%Y-%m-%dT%H:%M:%S+00:00',
  iso: '%Y-%m-%dT%H:%M:%S+00:00',
  year: '%Y',
  month: '%m',
  day: '%d',
  hour: '%H',
  minute: '%M',
  second: '%S',
  unix: '%s',
};

const TIME = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)))?$/;
