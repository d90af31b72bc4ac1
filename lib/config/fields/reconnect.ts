import type { ResolvedReconnectOptions } from '../../connect/reconnect-options.js';
import { parseDuration } from '../durations.js';
import { type Finding, valueFinding } from '../findings.js';
import { duration, msOf, positiveDuration, toMs } from './duration.js';

/** What comes after the end of a connection. */
export interface ReconnectConfig {
  /** Connect again after a drop or a close. @default false */
  readonly reconnect?: boolean | undefined;
  /** The wait before an attempt to connect again: fixed, or growing from `initial` to `max`. @default 1 */
  readonly reconnect_backoff?:
    | number
    | string
    | {
        /** @default 1, or `max` where that is shorter */
        readonly initial?: number | string | undefined;
        /** @default 60, or `initial` where that is longer */
        readonly max?: number | string | undefined;
        /** @default 2 */
        readonly multiplier?: number | undefined;
        /** `full`: a wait is anything from nothing to its whole length. @default 'full' */
        readonly jitter?: 'full' | 'none' | undefined;
      }
    | undefined;
  /** End with an error after this many consecutive failures. @default none: attempts without end */
  readonly max_reconnect_attempts?: number | undefined;
  /** How long a connection must have been open for the back-off to begin anew. @default none: until its first data frame */
  readonly stable_after?: number | string | undefined;
}

/** The fields of {@link ReconnectConfig}, for the table. */
export const reconnectFields = {
  reconnect: {
    title: 'Reconnect',
    description:
      'Connects again after a drop or a close, and subscribes again; by the cause it waits, turns to the next of `urls`, has credentials renewed or gives up. With `false`, a clean close (code 1000) ends the run successfully, and anything else ends it with an error.',
    type: 'boolean',
    default: false,
    examples: [true],
  },
  reconnect_backoff: {
    title: 'Back-off',
    description:
      'The wait between two attempts to connect again: fixed, or growing from `initial` (1) by `multiplier` (2) up to `max` (60, or `initial` where that is longer), and with `jitter: full` anything between nothing and that, so that many feeds do not come back at the same moment (`none`: always all of it).',
    $comment:
      'a duration (a number of seconds, or text with a unit such as "500ms" or "30s"), or `{ initial, max, multiplier, jitter }`',
    ...duration,
    type: ['number', 'string', 'object'],
    additionalProperties: false,
    properties: {
      initial: { title: 'First wait', description: 'The wait before the first attempt.', ...duration },
      max: { title: 'Longest wait', description: 'No wait is longer: not shorter than `initial`.', ...duration },
      multiplier: {
        title: 'Growth',
        description: 'By how much each wait is longer than the one before.',
        $comment: 'a number from 1 to 1000',
        type: 'number',
        minimum: 1,
        maximum: 1000,
      },
      jitter: {
        title: 'Jitter',
        description: '`full`: a wait is anything from nothing to its whole length; `none`: all of it.',
        enum: ['full', 'none'],
      },
    },
    default: 1,
    examples: [0.5, '2s', { initial: '500ms', max: '30s', multiplier: 2, jitter: 'full' }],
  },
  max_reconnect_attempts: {
    title: 'Number of attempts',
    description:
      'Ends the run with an error after this many consecutive failures; only a received data frame resets the count. Unlimited when it is left out.',
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    examples: [10],
  },
  stable_after: {
    title: 'Stable after',
    description:
      'A growing back-off begins anew only after a connection that was open for this long; when it is left out, at the first data frame.',
    ...positiveDuration,
    examples: ['1m'],
  },
} as const;

/** Where durations stand that must be at least 1 ms. */
export const RECONNECT_TIMERS = [['stable_after']] as const;

/** What is wrong beyond what the schema can say. */
export function checkReconnect(given: Readonly<Record<string, unknown>>): Finding[] {
  const { initial, max } = (given['reconnect_backoff'] ?? {}) as { readonly initial?: unknown; readonly max?: unknown };
  const [initialMs, maxMs] = [msOf(initial), msOf(max)];
  if (initialMs === undefined || maxMs === undefined || maxMs >= initialMs) return [];
  return [valueFinding(['reconnect_backoff', 'max'], 'Expected a duration that is not shorter than `initial`.')];
}

/** The same in the terms of the stream classes. */
export function resolveReconnect(given: ReconnectConfig): Omit<ResolvedReconnectOptions, 'random'> {
  const backoff = given.reconnect_backoff ?? reconnectFields.reconnect_backoff.default;
  return {
    reconnect: given.reconnect ?? reconnectFields.reconnect.default,
    reconnectBackoff:
      typeof backoff === 'object'
        ? {
            initialMs: toMs(backoff.initial),
            maxMs: toMs(backoff.max),
            multiplier: backoff.multiplier,
            jitter: backoff.jitter,
          }
        : parseDuration(backoff),
    maxReconnectAttempts: given.max_reconnect_attempts,
    stableAfterMs: toMs(given.stable_after),
  };
}
