import { functionFailed, wrongResult } from '../../internal/given-function.js';
import { duration, number, words } from '../../internal/options/kinds.js';
import type { GivenOf, Rule } from '../../internal/options/option.js';
import { checkRules } from '../../internal/options/rules.js';
import { resolveOptions } from '../../internal/options.js';

/** How long to wait before an attempt to reconnect: `attempt` is 1, 2, …; milliseconds. */
export type Backoff = (attempt: number) => number;

/** What a wait that grows with each attempt is made of. */
export const BACKOFF_OPTIONS = {
  /** The wait before the first attempt. @default 1_000, or `maxMs` where that is shorter */
  initialMs: duration({ title: 'First wait', description: 'The wait before the first attempt.', minMs: 0 }),
  /** The longest wait: not shorter than the first. @default 60_000, or `initialMs` where that is longer */
  maxMs: duration({ title: 'Longest wait', description: 'No wait is longer: not shorter than `initial`.', minMs: 0 }),
  /** By how much each wait is longer than the one before. @default 2 */
  multiplier: number({
    title: 'Growth',
    description: 'By how much each wait is longer than the one before.',
    min: 1,
    max: 1000,
  }),
  /**
   * `full`: a wait is anything from nothing to its whole length, so that many clients that lost the same server do not
   * come back at the same moment. `none`: always its whole length. @default 'full'
   */
  jitter: words(['full', 'none'], {
    title: 'Jitter',
    description: '`full`: a wait is anything from nothing to its whole length; `none`: all of it.',
  }),
};

/** A wait that grows with each attempt. */
export interface GrowingBackoff extends GivenOf<typeof BACKOFF_OPTIONS> {}

/** The longest wait is not shorter than the first. */
export const BACKOFF_RULES: readonly Rule<GrowingBackoff>[] = [
  ({ initialMs, maxMs }, name) => {
    if (initialMs === undefined || maxMs === undefined || maxMs >= initialMs) return undefined;
    const message = `Expected a duration that is not shorter than \`${name('initialMs')}\`.`;
    return { option: 'maxMs', at: 'value', message };
  },
];

/** The same wait before every attempt. */
export function fixedBackoff(ms: number): Backoff {
  return () => ms;
}

/**
 * A wait that grows with each attempt, up to a limit.
 *
 * @param random gives numbers from 0 to below 1. Default: `Math.random`
 * @throws {ConfigError} when an option is unknown or not accepted, or the longest wait is shorter than the first
 * @example
 * ```ts
 * const backoff = growingBackoff({ initialMs: 500, maxMs: 10_000, jitter: 'none' });
 * console.log([1, 2, 3, 9].map(backoff)); // [500, 1000, 2000, 10000]
 * ```
 */
export function growingBackoff(options: GrowingBackoff, random: () => number = Math.random): Backoff {
  const given = resolveOptions<GrowingBackoff>('growingBackoff', options, BACKOFF_OPTIONS);
  checkRules('growingBackoff', BACKOFF_OPTIONS, BACKOFF_RULES, given);
  const { initialMs = 1_000, multiplier = 2, jitter = 'full' } = given;
  const { maxMs = Math.max(60_000, initialMs) } = given;
  return (attempt) => {
    // `multiplier` to the power of many attempts is infinite, which the limit cuts.
    const whole = Math.min(maxMs, initialMs * multiplier ** (attempt - 1));
    return jitter === 'full' ? random() * whole : whole;
  };
}

/** The back-off that an option stands for. A function of the user's that is wrong is an `ERR_CONFIG` when it is asked. */
export function toBackoff(backoff: number | GrowingBackoff | Backoff, random: () => number): Backoff {
  if (typeof backoff === 'function') return checked(backoff);
  return typeof backoff === 'number' ? fixedBackoff(backoff) : growingBackoff(backoff, random);
}

function checked(backoff: Backoff): Backoff {
  return (attempt) => {
    let ms: number;
    try {
      ms = backoff(attempt);
    } catch (cause) {
      throw functionFailed('reconnectBackoff', cause);
    }
    if (Number.isFinite(ms) && ms >= 0) return ms;
    throw wrongResult('reconnectBackoff', ms, 'milliseconds: a finite number, 0 or more');
  };
}
