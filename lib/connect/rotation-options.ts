import { optionError } from '../errors.js';
import { type Fields, field, milliseconds } from '../internal/options.js';

/** The options of planned rotation: a new connection takes over before the old one is closed. */
export interface RotationOptions {
  /**
   * A connection that is so old is rotated: a new one is opened, subscribed and confirmed, and only then the old one is
   * closed. Frames that came over both are emitted once. If the new one fails, the old one goes on. @default none
   */
  readonly maxConnectionAgeMs?: number | undefined;
  /** The time of day at which connections are rotated, in UTC: `'23:55'` or `'23:55:30'`. @default none */
  readonly rotateAt?: string | undefined;
  /** A rotation comes earlier than planned by anything up to this, so that many feeds do not rotate at the same moment. @default 0 */
  readonly rotationJitterMs?: number | undefined;
}

/** {@link RotationOptions} with every default filled in. */
export interface ResolvedRotationOptions {
  readonly maxConnectionAgeMs: number | undefined;
  readonly rotateAt: string | undefined;
  readonly rotationJitterMs: number;
}

export const ROTATION_FIELDS: Fields<ResolvedRotationOptions> = {
  maxConnectionAgeMs: milliseconds<number | undefined>(undefined),
  rotateAt: field<string | undefined>(
    undefined,
    "a time of day in UTC, such as '23:55'",
    (value) => typeof value === 'string' && TIME_OF_DAY.test(value),
  ),
  rotationJitterMs: milliseconds(0, 0),
};

/**
 * @throws {ConfigError} when there is jitter for a rotation that never comes, or more of it than a connection's age
 */
export function checkRotation({ maxConnectionAgeMs, rotateAt, rotationJitterMs }: ResolvedRotationOptions): void {
  if (rotationJitterMs === 0) return;
  const option = 'WebSocketReadable.rotationJitterMs';
  if (maxConnectionAgeMs === undefined && rotateAt === undefined) {
    throw optionError(option, 'Without `maxConnectionAgeMs` and `rotateAt` no rotation is planned.');
  }
  const most = firstRotation(maxConnectionAgeMs, rotateAt);
  if (rotationJitterMs >= most) {
    throw optionError(option, `Expected less than the ${most} ms within which a connection is rotated.`);
  }
}

/** Within which time of its begin a connection is rotated: `Infinity` for never. */
function firstRotation(maxConnectionAgeMs: number | undefined, rotateAt: string | undefined): number {
  return Math.min(
    maxConnectionAgeMs ?? Number.POSITIVE_INFINITY,
    rotateAt === undefined ? Number.POSITIVE_INFINITY : DAY_MS,
  );
}

export const DAY_MS = 86_400_000;
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
