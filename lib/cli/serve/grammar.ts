import { parseDuration } from '../../config/durations.js';
import { optionError } from '../../errors.js';

/** `1000`, `1000/s`, `90/min`, `10/h`: how many a second. */
export function parseRate(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,12}(?:\.\d{1,12})?)(?:\/(s|min|h))?$/.exec(text) ?? [];
  const rate = Number(number) / SECONDS[unit as keyof typeof SECONDS];
  if (!(rate > 0)) throw optionError('rate', 'Expected a number above 0 and a unit of time: 1000/s, 90/min or 10/h.');
  return rate;
}

/** `10x`, `0.5x`, `2`: how many times as fast. */
export function parseSpeed(text: string): number {
  const speed = Number(/^(\d{1,12}(?:\.\d{1,12})?)x?$/.exec(text)?.[1]);
  if (!(speed > 0)) throw optionError('speed', 'Expected a number above 0, such as 10x or 0.5x.');
  return speed;
}

/** `500ms`, `30s`, `5m`, or a number of seconds: how many milliseconds. */
export function parseStretch(text: string): number {
  const ms = parseDuration(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
  if (ms < 1) throw optionError('duration', 'Expected a duration of at least 1 ms, such as 500ms or 30s.');
  return ms;
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

const SECONDS = { s: 1, min: 60, h: 3_600 } as const;
