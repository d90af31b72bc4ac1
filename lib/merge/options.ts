import type { Clock } from '../internal/clock.js';
import { type Fields, field, milliseconds, objectWith, resolveOptions, wholeNumber } from '../internal/options.js';
import { CLOCK } from '../internal/service-fields.js';

/** Options of `merge()`. An explicit `undefined` means the default. */
export interface MergeOptions<T> {
  /**
   * The time by which items are ordered: the path of a number in the record, or of a text that is one, such as `data.T`, or a function
   * that returns a number. Any unit will do, the same one in all inputs. A gap is not asked, and like a record without that field it goes
   * on right behind the item before it.
   * @default none: when the frame was received
   */
  readonly by?: string | readonly (string | number)[] | ((item: T) => number) | undefined;
  /**
   * How long an item waits for an earlier one of an input that is silent, in milliseconds: by so much a record may be delayed, and
   * what comes later than that is late. @default 1000
   */
  readonly maxSkewMs?: number | undefined;
  /** How many items of each input wait at most. Where so many do, they wait for nobody. @default 1000 */
  readonly maxItems?: number | undefined;
  /** Ends it at any moment; what was received is delivered first, then it fails with an AbortError. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface ResolvedMergeOptions {
  readonly by: string | readonly (string | number)[] | ((item: never) => number) | undefined;
  readonly maxSkewMs: number;
  readonly maxItems: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

/** @throws {ConfigError} when an option is unknown or its value is not accepted */
export function resolveMergeOptions<T>(options: MergeOptions<T>): ResolvedMergeOptions {
  return resolveOptions<ResolvedMergeOptions>('merge', options, FIELDS);
}

const FIELDS: Fields<ResolvedMergeOptions> = {
  by: field<ResolvedMergeOptions['by']>(
    undefined,
    'a path such as "data.T", an array of its keys, or a function that returns a number',
    (value) => typeof value === 'string' || typeof value === 'function' || Array.isArray(value),
  ),
  maxSkewMs: milliseconds(1_000, 0),
  maxItems: wholeNumber(1_000, 1),
  signal: objectWith<AbortSignal | undefined>(undefined, 'addEventListener', 'removeEventListener'),
  clock: CLOCK,
};
