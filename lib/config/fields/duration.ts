import { DURATION_PATTERN, MAX_SECONDS, POSITIVE_DURATION_PATTERN, parseDuration } from '../durations.js';

/** The JSON Schema of a duration of at least 1 ms. */
export const positiveDuration = {
  type: ['number', 'string'],
  minimum: 0.001,
  maximum: MAX_SECONDS,
  pattern: POSITIVE_DURATION_PATTERN,
} as const;

/** The JSON Schema of a duration that may be zero. */
export const duration = {
  type: ['number', 'string'],
  minimum: 0,
  maximum: MAX_SECONDS,
  pattern: DURATION_PATTERN,
} as const;

/** A duration that may be left out, in milliseconds. */
export function toMs(value: number | string | undefined): number | undefined {
  return value === undefined ? undefined : parseDuration(value);
}
