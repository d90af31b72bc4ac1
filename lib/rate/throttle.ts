import type { Message } from '../parse/message.js';
import { type Stage, stageOf } from '../stage/stage.js';
import { resolveThrottleOptions, type ThrottleOptions } from './options.js';
import { type Pace, PaceStep } from './pace-step.js';

/**
 * A stage that lets at most one record of a key through in `everyMs`: the first at once, which begins a stretch. Of those that come in the
 * rest of it the newest goes on when it is over, and begins another; with `trailing: false` none does. A stretch that brings
 * nothing more ends by itself, and the next record goes on at once.
 *
 * What is held goes on before its time when a gap comes, at the end of the run, and when the feed fails. What is left out is counted in
 * `filtered`. Records go on in the order of a key, not among keys.
 *
 * @throws {ConfigError} when an option is missing or not valid
 * @example
 * ```ts
 * throttle({ everyMs: 1_000, by: 'symbol' })
 * ```
 */
export function throttle<T>(options: ThrottleOptions<T>): Stage<Message<T>, Message<T>> {
  const resolved = resolveThrottleOptions(options);
  const { everyMs, trailing } = resolved;
  const pace: Pace = {
    name: 'throttle',
    isFirstAtOnce: true,
    isNewestKept: trailing,
    dueAt: (since) => since + everyMs,
  };
  return stageOf<Message<T>, Message<T>>('message', (outlet) => new PaceStep(pace, resolved, outlet));
}
