import { type Fields, field, flag, isFunction, milliseconds, wholeNumber } from '../internal/options.js';
import { type Backoff, type GrowingBackoff, isGrowingBackoff } from './backoff.js';

/** The options that say what comes after the end of a connection. */
export interface ReconnectOptions {
  /**
   * Connect again after a failed connect, a drop or a close: when and where the reconnect table says by cause. Frames that
   * the server sent in between are not sent again by it: that is a gap. With `false`, a close with code 1000 ends the
   * stream, anything else is an error. @default false
   */
  readonly reconnect?: boolean | undefined;
  /**
   * The wait before an attempt to reconnect: milliseconds, a wait that grows, or a function of the attempt (1, 2, …).
   * @default 1000
   */
  readonly reconnectBackoff?: number | GrowingBackoff | Backoff | undefined;
  /** Consecutive attempts to reconnect; only a received data frame starts the count anew. @default unlimited */
  readonly maxReconnectAttempts?: number | undefined;
  /**
   * A growing back-off begins anew after a connection that was open for so long, instead of at the first data frame.
   * @default none: a data frame is enough
   */
  readonly stableAfterMs?: number | undefined;
  /** Where randomness comes from, numbers from 0 to below 1: for tests. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** {@link ReconnectOptions} with every default filled in. */
export interface ResolvedReconnectOptions {
  readonly reconnect: boolean;
  readonly reconnectBackoff: number | GrowingBackoff | Backoff;
  readonly maxReconnectAttempts: number | undefined;
  readonly stableAfterMs: number | undefined;
  readonly random: () => number;
}

export const RECONNECT_FIELDS: Fields<ResolvedReconnectOptions> = {
  reconnect: flag(false),
  reconnectBackoff: field<number | GrowingBackoff | Backoff>(
    1_000,
    'milliseconds, `{ initialMs, maxMs, multiplier, jitter }`, or a function of the attempt that returns milliseconds',
    (value) => isFunction(value) || isGrowingBackoff(value) || (Number.isFinite(value) && (value as number) >= 0),
  ),
  maxReconnectAttempts: wholeNumber<number | undefined>(undefined, 0),
  stableAfterMs: milliseconds<number | undefined>(undefined),
  random: field<() => number>(Math.random, 'a function that returns numbers from 0 to below 1', isFunction),
};
