import type { Clock } from '../../internal/clock.js';
import { byteSize, words } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { type Fields, resolveOptions } from '../../internal/options.js';
import { CLOCK } from '../../internal/service-fields.js';
import { DRAIN_TIMEOUT } from '../common-options.js';

const TABLE = {
  /**
   * `'slowest'`: the next page is taken when every sink has room for it, so that nothing waits here. `'own'`: each sink goes
   * at its own pace, and what it has not stored waits, up to `maxBufferedBytes`. @default 'slowest'
   */
  pace: words(['slowest', 'own'], { description: 'Who sets the pace.', fallback: 'slowest' }),
  /**
   * With `pace: 'own'`: how many bytes of pages, and one page more, a sink may be given that it has not stored. From there on
   * it sets the pace for all. @default 64 MiB
   */
  maxBufferedBytes: byteSize({
    description: 'How many bytes a sink may be behind.',
    fallback: 64 * 1024 * 1024,
  }),
  /**
   * When one sink fails. `'fail'`: nothing further is taken, the others end in good order with what they were given, and then
   * the run fails with `ERR_SINK` that names it. `'continue'`: goes on without it, and tells by the event `sinkFailed`, as long
   * as one is left. @default 'fail'
   */
  onError: words(['fail', 'continue'], { description: 'When one sink fails.', fallback: 'fail' }),
  /**
   * For how long the end of a run, good or bad, waits until all sinks have stored what they were given, and have ended. Then
   * they are destroyed, and the stream fails with `ERR_SINK`, and closes. Those of spillway have a time of their own.
   * @default 30_000
   */
  drainTimeoutMs: DRAIN_TIMEOUT,
};

/** The options of `tee()`. */
export interface TeeOptions extends GivenOf<typeof TABLE> {
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** {@link TeeOptions} with every default filled in. */
export interface ResolvedTeeOptions extends ResolvedOf<typeof TABLE> {
  readonly clock: Clock;
}

/** @throws {ConfigError} when an option is unknown or its value is not accepted */
export function resolveTeeOptions(options: TeeOptions): ResolvedTeeOptions {
  return resolveOptions<ResolvedTeeOptions>('tee', options, FIELDS);
}

const FIELDS: Fields<ResolvedTeeOptions> = {
  ...TABLE,
  clock: CLOCK,
};
