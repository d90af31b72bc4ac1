import type { Clock } from '../../internal/clock.js';
import { anyText, whole } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { type Fields, resolveOptions } from '../../internal/options.js';
import { CLOCK } from '../../internal/service-fields.js';
import { DRAIN_TIMEOUT } from '../common-options.js';

const TABLE = {
  /**
   * The key of records that have none. Without it, the run fails with `ERR_SINK` at the first of them, when all before it is
   * stored. @default none
   */
  missing: anyText({ description: 'The key of records that have none.', minLength: 0 }),
  /**
   * How many sinks may be open at once. When one more is needed, the one that has not been used for the longest time is ended,
   * and its end waited for; it is opened anew when its key comes again. Let it be more than a page has keys. @default 64
   */
  maxOpen: whole({ description: 'How many sinks may be open at once.', min: 1, max: 100_000, fallback: 64 }),
  /**
   * For how long the end of a run, good or bad, waits until all sinks have stored what they were given, and have ended. Then
   * they are destroyed, and the stream fails with `ERR_SINK`, and closes. Those of spillway have a time of their own.
   * @default 30_000
   */
  drainTimeoutMs: DRAIN_TIMEOUT,
};

/** The options of `partitionBy()`. */
export interface PartitionOptions extends GivenOf<typeof TABLE> {
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** {@link PartitionOptions} with every default filled in. */
export interface ResolvedPartitionOptions extends ResolvedOf<typeof TABLE> {
  readonly clock: Clock;
}

/** @throws {ConfigError} when an option is unknown or its value is not accepted */
export function resolvePartitionOptions(options: PartitionOptions): ResolvedPartitionOptions {
  return resolveOptions<ResolvedPartitionOptions>('partitionBy', options, FIELDS);
}

const FIELDS: Fields<ResolvedPartitionOptions> = {
  ...TABLE,
  clock: CLOCK,
};
