import { optionError } from '../errors.js';

/** How long to wait before an attempt to reconnect: `attempt` is 1, 2, …; milliseconds. */
export type Backoff = (attempt: number) => number;

/** A wait that grows with each attempt. */
export interface GrowingBackoff {
  /** The wait before the first attempt. @default 1_000, or `maxMs` where that is shorter */
  readonly initialMs?: number | undefined;
  /** The longest wait: not shorter than the first. @default 60_000, or `initialMs` where that is longer */
  readonly maxMs?: number | undefined;
  /** By how much each wait is longer than the one before. @default 2 */
  readonly multiplier?: number | undefined;
  /**
   * `full`: a wait is anything from nothing to its whole length, so that many clients that lost the same server do not
   * come back at the same moment. `none`: always its whole length. @default 'full'
   */
  readonly jitter?: 'full' | 'none' | undefined;
}

/** The same wait before every attempt. */
export function fixedBackoff(ms: number): Backoff {
  return () => ms;
}

/**
 * A wait that grows with each attempt, up to a limit.
 *
 * @param random gives numbers from 0 to below 1. Default: `Math.random`
 * @throws {ConfigError} when the longest wait is shorter than the first
 * @example
 * ```ts
 * const backoff = growingBackoff({ initialMs: 500, maxMs: 10_000, jitter: 'none' });
 * console.log([1, 2, 3, 9].map(backoff)); // [500, 1000, 2000, 10000]
 * ```
 */
export function growingBackoff(options: GrowingBackoff, random: () => number = Math.random): Backoff {
  checkBackoff(options, 'growingBackoff');
  const { initialMs = 1_000, multiplier = 2, jitter = 'full' } = options;
  const { maxMs = Math.max(60_000, initialMs) } = options;
  return (attempt) => {
    // `multiplier` to the power of many attempts is infinite, which the limit cuts.
    const whole = Math.min(maxMs, initialMs * multiplier ** (attempt - 1));
    return jitter === 'full' ? random() * whole : whole;
  };
}

/** The back-off that an option stands for. */
export function toBackoff(backoff: number | GrowingBackoff | Backoff, random: () => number): Backoff {
  if (typeof backoff === 'function') return backoff;
  return typeof backoff === 'number' ? fixedBackoff(backoff) : growingBackoff(backoff, random);
}

/**
 * @param option what it is called, for the error
 * @throws {ConfigError} when the longest wait is shorter than the first
 */
export function checkBackoff(backoff: number | GrowingBackoff | Backoff, option: string): void {
  if (typeof backoff !== 'object') return;
  const { initialMs, maxMs } = backoff;
  if (initialMs === undefined || maxMs === undefined || maxMs >= initialMs) return;
  throw optionError(`${option}.maxMs`, `Expected at least \`initialMs\`, which is ${initialMs}, got ${maxMs}.`);
}

/** Whether it can be given to {@link growingBackoff}. */
export function isGrowingBackoff(value: unknown): value is GrowingBackoff {
  if (typeof value !== 'object' || value === null) return false;
  const { initialMs = 0, maxMs = 0, multiplier = 1, jitter = 'full', ...rest } = value as GrowingBackoff;
  const areSpans = [initialMs, maxMs].every((ms) => Number.isFinite(ms) && ms >= 0);
  return (
    Object.keys(rest).length === 0 &&
    areSpans &&
    Number.isFinite(multiplier) &&
    multiplier >= 1 &&
    ['full', 'none'].includes(jitter)
  );
}
