import type { JsonSchema } from '../check/schema-check.js';
import {
  DURATION,
  DURATION_PATTERN,
  durationOrPattern,
  MAX_SECONDS,
  POSITIVE_DURATION_PATTERN,
  parseDuration,
} from '../durations.js';

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

/** The JSON Schema of a duration of at least 1 ms, or one of these words. */
export function durationOr(words: readonly string[]): JsonSchema {
  return {
    ...positiveDuration,
    $comment: `a duration of at least 1 ms (${DURATION}), or ${words.map((word) => `\`${word}\``).join(' or ')}`,
    pattern: durationOrPattern(words),
  };
}

/** A duration in milliseconds; `undefined` for what is none. */
export function msOf(value: unknown): number | undefined {
  const isDuration =
    typeof value === 'number' ? value >= 0 && value <= MAX_SECONDS : typeof value === 'string' && TEXT.test(value);
  return isDuration ? parseDuration(value as number | string) : undefined;
}

const TEXT = new RegExp(DURATION_PATTERN);
