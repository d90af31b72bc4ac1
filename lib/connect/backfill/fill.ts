import type { Hole } from '../intake/sequence-check.js';

/** A record that was found, with its number. */
export interface FoundRecord {
  readonly number: number | bigint;
  /** Its JSON text, which was checked. */
  readonly data: Buffer;
}

/** What a {@link RecordFinder} is to find. */
export interface FillTask {
  readonly hole: Hole;
  /** The last number that is there by now. */
  readonly last: number | bigint;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** How much time is left, in milliseconds. */
  readonly leftMs: number;
}

/** Finds the records of a hole. */
export interface RecordFinder {
  /** Requests that were sent so far. */
  readonly requests: number;
  /** Who is asked, without user info and query, where that is known. */
  readonly shownUrl: string | undefined;
  /**
   * Pages of records, each in the order of their numbers. They may hold what is no part of the hole, or was there.
   *
   * @returns why there is no more, as a clause without secrets, where that is a failure
   */
  find(task: FillTask): AsyncGenerator<readonly FoundRecord[], string | undefined>;
}
