import type { UndeliveredRange } from '../../../errors.js';

/** How the delivery of a run went. */
export interface KafkaReport {
  /** Records that the broker has acknowledged. */
  readonly acknowledged: number;
  /** Requests that were tried again. */
  readonly retries: number;
  /** Records that went to the dead letter, too large for their topic. */
  readonly diverted: number;
  /** Records that were dropped by `onKeyError: 'skip'`. */
  readonly skipped: number;
  /** Records that the sink was given and that are in none of the counts above. */
  readonly undelivered: number;
  /** Which ones those are. */
  readonly undeliveredRanges: readonly UndeliveredRange[];
  /**
   * The number within the run of the newest frame that the sink was given. What the feed brought after it is in none of
   * these counts: it waited before the sink.
   */
  readonly newestFrame: number | undefined;
  /** How many of the undelivered were on their way when it ended: the broker may have stored them. */
  readonly uncertain: number;
}
