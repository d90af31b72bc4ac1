import type { JsonSchema } from '../check/schema-check.js';
import { DURATION_PATTERN, MAX_SECONDS, POSITIVE_DURATION_PATTERN, parseDuration } from '../durations.js';

/** The JSON Schema of a duration of at least 1 ms. */
export const positiveDuration: JsonSchema = {
  type: ['number', 'string'],
  minimum: 0.001,
  maximum: MAX_SECONDS,
  pattern: POSITIVE_DURATION_PATTERN,
};

/** The JSON Schema of a duration that may be zero. */
export const duration: JsonSchema = {
  type: ['number', 'string'],
  minimum: 0,
  maximum: MAX_SECONDS,
  pattern: DURATION_PATTERN,
};

/** A duration that may be left out, in milliseconds. */
export function toMs(value: number | string | undefined): number | undefined {
  return value === undefined ? undefined : parseDuration(value);
}

/** The same for what may be no duration at all: `undefined` then, too. */
export function msOf(value: unknown): number | undefined {
  const isDuration =
    typeof value === 'number' ? value >= 0 && value <= MAX_SECONDS : typeof value === 'string' && TEXT.test(value);
  return isDuration ? parseDuration(value as number | string) : undefined;
}

const TEXT = new RegExp(DURATION_PATTERN);
