import type { ResolvedRotationOptions } from '../../connect/rotation-options.js';
import { type Finding, valueFinding } from '../findings.js';
import { duration, msOf, positiveDuration, toMs } from './duration.js';

/** When a new connection takes over from the old one. */
export interface RotationConfig {
  /** Rotate a connection that is so old. @default none */
  readonly max_connection_age?: number | string | undefined;
  /** Rotate at this time of day, in UTC: `"23:55"`. @default none */
  readonly rotate_at?: string | undefined;
  /** Rotate earlier than planned by anything up to this. @default 0 */
  readonly rotation_jitter?: number | string | undefined;
}

/** The fields of {@link RotationConfig}, for the table. */
export const rotationFields = {
  max_connection_age: {
    title: 'Age of a connection',
    description:
      'Rotates a connection that is this old: a new one is opened, subscribed and confirmed before the old one is closed. Frames that came over both are emitted once, in order; if the new one fails, the old one goes on.',
    ...positiveDuration,
    examples: ['23h'],
  },
  rotate_at: {
    title: 'Time of rotation',
    description: 'Rotates connections at this time of day, in UTC.',
    $comment: 'a time of day in UTC, such as "23:55" or "23:55:30"',
    type: 'string',
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$',
    examples: ['23:55'],
  },
  rotation_jitter: {
    title: 'Jitter of rotation',
    description:
      'Rotates earlier than planned by anything up to this, so that many feeds do not rotate at the same moment.',
    ...duration,
    default: 0,
    examples: ['5m'],
  },
} as const;

/** Where durations stand that must be at least 1 ms. */
export const ROTATION_TIMERS = [['max_connection_age']] as const;

/** What is wrong beyond what the schema can say. */
export function checkRotation(given: Readonly<Record<string, unknown>>): Finding[] {
  const { rotation_jitter, max_connection_age, rotate_at } = given;
  const jitterMs = msOf(rotation_jitter);
  if (jitterMs === undefined || jitterMs === 0) return [];
  if (max_connection_age === undefined && rotate_at === undefined) {
    const message = 'Without `max_connection_age` and `rotate_at` no rotation is planned. Set one of them.';
    return [{ path: ['rotation_jitter'], at: 'key', message }];
  }
  const ageMs = msOf(max_connection_age);
  if (ageMs !== undefined && jitterMs >= ageMs) {
    return [valueFinding(['rotation_jitter'], 'Expected a duration that is shorter than `max_connection_age`.')];
  }
  if (rotate_at === undefined || jitterMs < DAY_MS) return [];
  const message = 'Expected a duration that is shorter than the day after which `rotate_at` comes again.';
  return [valueFinding(['rotation_jitter'], message)];
}

/** The same in the terms of the stream classes. */
export function resolveRotation(given: RotationConfig): ResolvedRotationOptions {
  return {
    maxConnectionAgeMs: toMs(given.max_connection_age),
    rotateAt: given.rotate_at,
    rotationJitterMs: toMs(given.rotation_jitter) ?? rotationFields.rotation_jitter.default,
  };
}

const DAY_MS = 86_400_000;
