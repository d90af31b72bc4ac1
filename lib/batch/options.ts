import { byteSize, durationOrNone, whole } from '../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../internal/options/option.js';
import { resolveOptions } from '../internal/options.js';
import { CLOCK } from '../internal/service-fields.js';

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
  /**
   * A page goes out, however few its records, once it holds this many bytes. Not with `size: 0`. Larger pages cost more: records of
   * 40 kB take a third more CPU time into a file by pages of 16 MiB, since the memory of those comes anew from the system each time.
   * @default 1 MiB
   */
  maxBytes: byteSize({
    title: 'Bytes a page',
    description: 'Emits a page once it holds this many bytes; with `batch_size: 0` there is no such cut.',
    max: 2 ** 31 - 1,
    fallback: 1024 * 1024,
    examples: [4_194_304],
  }),
  /**
   * A page goes out, however few its records, this long after its first record came; with `'none'` only when it is full, or
   * the last one. With `size: 0` it is `'none'` unless it is set. @default 100
   */
  lingerMs: durationOrNone({
    title: 'Age of a page',
    description:
      'Emits a page that is only partly filled once its first record is this old; `none` waits until it is full. With `batch_size: 0` it is `none` unless it is set.',
    fallback: 100,
    examples: [1, '5ms', 'none'],
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
  maxRecordBytes: byteSize({
    title: 'Bytes of records',
    description:
      'Stops, successfully, with the record by which all records together, the line feed after each included, have come to this many bytes. That record is stored whole; what `decompress` and a compression of the sink make of bytes does not count.',
    examples: [1_000_000_000],
  }),
};

const FIELDS = {
  ...BATCH_OPTIONS,
  /** Where time comes from: for tests. @default this machine's */
  clock: CLOCK,
};

/** Options of `batch()`. An explicit `undefined` means the default. */
export interface BatchOptions extends GivenOf<typeof FIELDS> {}

/** The options with every default filled in. */
export interface ResolvedBatchOptions extends ResolvedOf<typeof FIELDS> {}

/**
 * @throws {ConfigError} when an option is unknown or its value is not accepted
 */
export function resolveBatchOptions(options: BatchOptions): ResolvedBatchOptions {
  const resolved = resolveOptions<ResolvedBatchOptions>('batch', options, FIELDS);
  return { ...resolved, lingerMs: lingerFor(resolved.size, options.lingerMs) };
}

/** How long a page waits for more: one for the whole run is not cut by its age unless that was asked for. */
export function lingerFor(size: number, given: number | 'none' | undefined): number | 'none' {
  return given ?? (size === 0 ? 'none' : BATCH_OPTIONS.lingerMs.fallback);
}
