import { type Clock, systemClock } from '../internal/clock.js';
import { duration, own, whole } from '../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../internal/options/option.js';
import { objectWith, resolveOptions, wholeNumber } from '../internal/options.js';

/** The options of pages, and of how many records there are. */
export const BATCH_OPTIONS = {
  /** Records a page, up to 1,000,000. 0 gives one page for the whole run. @default 1000 */
  size: whole({
    title: 'Records a page',
    description: 'How many records a page holds; 0 gives one page for the whole run.',
    min: 0,
    max: 1_000_000,
    fallback: 1_000,
    examples: [50],
  }),
  /** A page goes out, however few its records, once it holds this many bytes. Not with `size: 0`. @default 16 MiB */
  maxBytes: own(wholeNumber<number>(16 * 1024 * 1024, 1), {
    title: 'Bytes a page',
    description: 'Emits a page once it holds this many bytes; with `batch_size: 0` there is no such cut.',
    type: 'number',
    schema: { type: 'integer', minimum: 1, maximum: 2 ** 31 - 1 },
    examples: [1_048_576],
  }),
  /** A page goes out, however few its records, this long after its first record came. @default none */
  lingerMs: duration({
    title: 'Age of a page',
    description: 'Emits a page that is only partly filled once its first record is this old.',
    examples: [1, '250ms'],
  }),
  /**
   * After this many records the last page goes out and the `WebSocketReadable` at the head of the pipeline is
   * stopped; what still comes is dropped.
   * @default none
   */
  maxRecords: whole({
    title: 'Number of records',
    description: 'Stops, successfully, after this many records; skipped frames do not count.',
    min: 1,
    examples: [100],
  }),
  /**
   * The same after the record with which all of them have come to this many bytes, the line feed after each included.
   * @default none
   */
  maxRecordBytes: whole({
    title: 'Bytes of records',
    description:
      'Stops, successfully, with the record by which all records together, the line feed after each included, have come to this many bytes. That record is stored whole; what `decompress` and a compression of the sink make of bytes does not count.',
    min: 1,
    examples: [1_000_000_000],
  }),
};

const FIELDS = {
  ...BATCH_OPTIONS,
  /** Where time comes from: for tests. @default this machine's */
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};

/** Options of `batch()`. An explicit `undefined` means the default. */
export interface BatchOptions extends GivenOf<typeof FIELDS> {}

/** The options with every default filled in. */
export interface ResolvedBatchOptions extends ResolvedOf<typeof FIELDS> {}

/**
 * @throws {ConfigError} when an option is unknown or its value is not accepted
 */
export function resolveBatchOptions(options: BatchOptions): ResolvedBatchOptions {
  return resolveOptions<ResolvedBatchOptions>('batch', options, FIELDS);
}
