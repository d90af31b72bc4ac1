/** How long to wait before an attempt to reconnect: `attempt` is 1, 2, …; milliseconds. */
export type Backoff = (attempt: number) => number;

/** A wait that grows with each attempt. */
export interface GrowingBackoff {
  /** The wait before the first attempt. @default 1_000 */
  readonly initialMs?: number | undefined;
  /** The longest wait. @default 60_000 */
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
 * @example
 * ```ts
 * const backoff = growingBackoff({ initialMs: 500, maxMs: 10_000, jitter: 'none' });
 * console.log([1, 2, 3, 9].map(backoff)); // [500, 1000, 2000, 10000]
 * ```
 */
export function growingBackoff(options: GrowingBackoff, random: () => number = Math.random): Backoff {
  const { initialMs = 1_000, maxMs = 60_000, multiplier = 2, jitter = 'full' } = options;
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
