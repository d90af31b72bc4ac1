import { optionError } from '../errors.js';
import type { Clock } from '../internal/clock.js';
import { type Field, type Fields, flag, milliseconds, resolveOptions, wholeNumber } from '../internal/options.js';
import { CLOCK } from '../internal/service-fields.js';
import { KEY_BY, type KeyBy } from './key.js';

interface ByKey<T> {
  /**
   * What tells the keys of records apart. Paths are read from the bytes, and compared as they are written. A record that lacks one of
   * the fields, or for which a function returns `undefined`, has no key, and goes on at once. A function that fails, or returns
   * something else, ends the run with `ERR_CONFIG`, after what came before is delivered. @default none: one key for all
   */
  readonly by?: KeyBy<T> | undefined;
}

/** Options of `sample()`. */
export interface SampleOptions<T = unknown> extends ByKey<T> {
  /** Of so many records of a key the first goes on. */
  readonly every: number;
  /**
   * How many keys are counted. With one more, the key that has been silent for longest is forgotten: its next record counts
   * as the first. @default 10_000
   */
  readonly maxKeys?: number | undefined;
}

interface HoldingOptions<T> extends ByKey<T> {
  /**
   * How many keys are known at a time. With one more, the key whose time is up first is forgotten, and its record is handed out
   * at once, if one is held. @default 10_000
   */
  readonly maxKeys?: number | undefined;
  /** How many bytes are held in all; with more, the same happens. @default 67_108_864 */
  readonly maxBufferedBytes?: number | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** Options of `throttle()`. */
export interface ThrottleOptions<T = unknown> extends HoldingOptions<T> {
  /** The stretch of time in which one record of a key goes on at most, in milliseconds. */
  readonly everyMs: number;
  /**
   * Whether the newest of the records that came in the rest of a stretch goes on when that is over, and begins another. Without, all of them
   * are left out. @default true
   */
  readonly trailing?: boolean | undefined;
}

/** Options of `debounce()`. */
export interface DebounceOptions<T = unknown> extends HoldingOptions<T> {
  /** For how long no record of a key may have come, in milliseconds, before the newest goes on. */
  readonly afterMs: number;
  /**
   * How long a key is waited for at most, from the first of the records that are held back on; of at least `afterMs`. Without it, a key that
   * is never silent for so long goes on at the end alone. @default no limit
   */
  readonly maxWaitMs?: number | undefined;
}

/** {@link SampleOptions} with every default filled in. */
export interface ResolvedSampleOptions {
  readonly by: KeyBy<never> | undefined;
  readonly every: number;
  readonly maxKeys: number;
}

/** What stages that hold records back have in common, with every default filled in. */
export interface ResolvedHoldingOptions {
  readonly by: KeyBy<never> | undefined;
  readonly maxKeys: number;
  readonly maxBufferedBytes: number;
  readonly clock: Clock;
}

/** {@link ThrottleOptions} with every default filled in. */
export interface ResolvedThrottleOptions extends ResolvedHoldingOptions {
  readonly everyMs: number;
  readonly trailing: boolean;
}

/** {@link DebounceOptions} with every default filled in. */
export interface ResolvedDebounceOptions extends ResolvedHoldingOptions {
  readonly afterMs: number;
  readonly maxWaitMs: number;
}

/** @throws {ConfigError} when an option is missing, unknown, or its value is not accepted */
export function resolveSampleOptions(options: SampleOptions<never>): ResolvedSampleOptions {
  return resolved('sample', 'every', options, SAMPLE);
}

/** @throws {ConfigError} when an option is missing, unknown, or its value is not accepted */
export function resolveThrottleOptions(options: ThrottleOptions<never>): ResolvedThrottleOptions {
  return resolved('throttle', 'everyMs', options, THROTTLE);
}

/** @throws {ConfigError} when an option is missing, unknown, not accepted, or does not go with another */
export function resolveDebounceOptions(options: DebounceOptions<never>): ResolvedDebounceOptions {
  const all = resolved('debounce', 'afterMs', options, DEBOUNCE);
  if (all.maxWaitMs < all.afterMs) {
    throw optionError(
      'debounce.maxWaitMs',
      `${all.maxWaitMs} is less than \`afterMs\`, ${all.afterMs}, which would then never rule. Give it at least that.`,
    );
  }
  return all;
}

function resolved<T extends object>(stage: string, needed: keyof T & string, options: object, fields: Fields<T>): T {
  const all = resolveOptions<T>(stage, options, fields);
  if (all[needed] === undefined) {
    throw optionError(`${stage}.${needed}`, `Expected ${fields[needed].expected}, got undefined.`);
  }
  return all;
}

/** An option that has to be there: see {@link resolved}. */
function needed(one: Field<number | undefined>): Field<number> {
  return one as Field<number>;
}

const MAX_KEYS = wholeNumber(10_000, 1);
const SAMPLE: Fields<ResolvedSampleOptions> = {
  by: KEY_BY,
  every: needed(wholeNumber(undefined, 1)),
  maxKeys: MAX_KEYS,
};
const HOLDING: Fields<ResolvedHoldingOptions> = {
  by: KEY_BY,
  maxKeys: MAX_KEYS,
  maxBufferedBytes: wholeNumber(64 * 1024 * 1024, 1),
  clock: CLOCK,
};
const THROTTLE: Fields<ResolvedThrottleOptions> = {
  ...HOLDING,
  everyMs: needed(milliseconds(undefined)),
  trailing: flag(true),
};
const DEBOUNCE: Fields<ResolvedDebounceOptions> = {
  ...HOLDING,
  afterMs: needed(milliseconds(undefined)),
  maxWaitMs: milliseconds(Number.POSITIVE_INFINITY),
};
