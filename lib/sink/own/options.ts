import type { Clock } from '../../internal/clock.js';
import { anyText, whole } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { type Fields, field, isFunction, resolveOptions } from '../../internal/options.js';
import { CLOCK } from '../../internal/service-fields.js';
import { DRAIN_TIMEOUT } from '../common-options.js';

const TABLE = {
  /**
   * How many pages may be under way at once. With more than 1 they may be stored in any order; they are acknowledged in the
   * order in which they came. @default 1
   */
  concurrency: whole({ description: 'How many pages may be under way at once.', min: 1, max: 1_000, fallback: 1 }),
  /** What errors call the place that the pages go to. @default 'the target' */
  target: anyText({ description: 'What errors call the place that the pages go to.', fallback: 'the target' }),
  /**
   * For how long the end of a run, good or bad, waits until the pages that are under way are stored, and for `close`. Then
   * `signal` is aborted, and the stream fails with `ERR_SINK`, and closes. @default 30_000
   */
  drainTimeoutMs: DRAIN_TIMEOUT,
};

/** The options of `writePages()`. */
export interface WritePagesOptions extends GivenOf<typeof TABLE> {
  /**
   * Called once, when nothing is under way any more: for a last flush, and to close what the pages went to. `error` is there
   * when the run did not end well. A rejection after a good run is `ERR_SINK`; after a bad one, that run's error is told.
   * @default nothing is closed
   */
  readonly close?: ((error: Error | undefined) => unknown) | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** {@link WritePagesOptions} with every default filled in. */
export interface ResolvedWritePagesOptions extends ResolvedOf<typeof TABLE> {
  readonly close: WritePagesOptions['close'];
  readonly clock: Clock;
}

/** @throws {ConfigError} when an option is unknown or its value is not accepted */
export function resolveWritePagesOptions(options: WritePagesOptions): ResolvedWritePagesOptions {
  return resolveOptions<ResolvedWritePagesOptions>('writePages', options, FIELDS);
}

const FIELDS: Fields<ResolvedWritePagesOptions> = {
  ...TABLE,
  close: field<WritePagesOptions['close']>(undefined, 'a function', isFunction),
  clock: CLOCK,
};
