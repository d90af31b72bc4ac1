import { InvalidArgumentError } from 'commander';
import { DURATION, parseDuration } from '../config/durations.js';
import { ConfigError, optionError } from '../errors.js';
import { formatDuration } from './report/format.js';

/** For commander: reads the text of an option; what the grammar refuses is a usage error. */
export function reader<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new InvalidArgumentError(error.problems[0]!.message);
    }
  };
}

/** `500ms`, `30s`, `5m`, or a number of seconds, as in a configuration: how many milliseconds. */
export function parseTime(maxMs: number): (text: string) => number {
  return (text) => {
    const ms = parseDuration(NUMBER.test(text) ? Number(text) : text);
    if (ms >= 1 && ms <= maxMs) return ms;
    throw optionError('duration', `Expected from 1 ms to ${formatDuration(maxMs)}: ${DURATION}.`);
  };
}

/** `1000`, `1000/s`, `90/min`, `10/h`: how many a second. */
export function parseRate(max: number): (text: string) => number {
  return (text) => {
    const [, number, unit = 's'] = /^(\d{1,12}(?:\.\d{1,12})?)(?:\/(s|min|h))?$/.exec(text) ?? [];
    const rate = Number(number) / SECONDS[unit as keyof typeof SECONDS];
    if (rate > 0 && rate <= max) return rate;
    throw optionError(
      'rate',
      `Expected a number above 0 and a unit of time, such as 1000/s, 90/min or 10/h, and at most ${max}/s.`,
    );
  };
}

/** `10x`, `0.5x`, `2`: how many times as fast. */
export function parseSpeed(text: string): number {
  const speed = Number(/^(\d{1,12}(?:\.\d{1,12})?)x?$/.exec(text)?.[1]);
  if (!(speed > 0)) throw optionError('speed', 'Expected a number above 0, such as 10x or 0.5x.');
  return speed;
}

/** A whole number within bounds. */
export function parseWhole(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const expected = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw optionError('number', `Expected a whole number ${expected}.`);
    return value;
  };
}

/** The longest time that an option takes which is not said to take less. */
export const DAY_MS = 86_400_000;
/** The highest rate that a server of this package is asked for. */
export const MAX_RATE = 1_000_000;

/** A number as JSON has it, which is how the flags of `capture` tell one from text. */
const NUMBER = /^(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const SECONDS = { s: 1, min: 60, h: 3_600 } as const;
