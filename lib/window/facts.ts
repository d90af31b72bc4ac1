import type { Gap } from '../frame/gap.js';

/** What tells the windows of one time apart: what stands at the path `by`, or what the function gave. */
export type WindowKey = string | number | bigint | boolean | null | undefined;

/** What an aggregate knows of its window: as it is at the moment. */
export interface WindowFacts {
  /** `undefined` without `by`, and for records that have nothing there but an object, an array, or nothing at all. */
  readonly key: WindowKey;
  /** Where it begins, in epoch milliseconds; with `size`, the time of its earliest record. */
  readonly from: number;
  /** Where it ends, itself not within, in epoch milliseconds; with `size`, the time of its latest record. */
  readonly to: number;
  /** How many records it has taken, with the one at hand. */
  readonly count: number;
  /**
   * The gaps that it overlaps, as far as they are known, the newest 1,000 at most: those that came as records (`gaps: 'records'`).
   * A gap is known when it is over.
   */
  readonly gaps: readonly Gap[];
  /**
   * Whether it may lack records of its time: it was handed out before that was over, goes on with one that was handed out, or began
   * before the first record. With `size`: it has fewer.
   */
  readonly isPartial: boolean;
}
