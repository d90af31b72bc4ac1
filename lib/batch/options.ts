import { type Clock, systemClock } from '../internal/clock.js';
import { type Fields, milliseconds, objectWith, resolveOptions, wholeNumber } from '../internal/options.js';

/** Options of `batch()`. An explicit `undefined` means the default. */
export interface BatchOptions {
  /** Records a page, up to 1,000,000. 0 gives one page for the whole run. @default 1000 */
  readonly size?: number | undefined;
  /** A page goes out, however few its records, once it holds this many bytes. Not with `size: 0`. @default 16 MiB */
  readonly maxBytes?: number | undefined;
  /** A page goes out, however few its records, this long after its first record came. @default none */
  readonly lingerMs?: number | undefined;
  /**
   * After this many records the last page goes out and the `WebSocketReadable` at the head of the pipeline is
   * stopped; what still comes is dropped.
   * @default none
   */
  readonly maxRecords?: number | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface ResolvedBatchOptions {
  readonly size: number;
  readonly maxBytes: number;
  readonly lingerMs: number | undefined;
  readonly maxRecords: number | undefined;
  readonly clock: Clock;
}

/**
 * @throws {ConfigError} when an option is unknown or its value is not accepted
 */
export function resolveBatchOptions(options: BatchOptions): ResolvedBatchOptions {
  return resolveOptions<ResolvedBatchOptions>('batch', options, FIELDS);
}

const FIELDS: Fields<ResolvedBatchOptions> = {
  size: wholeNumber(1_000, 0, 1_000_000),
  maxBytes: wholeNumber(16 * 1024 * 1024, 1),
  lingerMs: milliseconds<number | undefined>(undefined),
  maxRecords: wholeNumber<number | undefined>(undefined, 1),
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};
