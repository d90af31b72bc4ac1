import type { Message } from '../parse/message.js';
import { type Stage, stageOf } from '../stage/stage.js';
import { type DebounceOptions, resolveDebounceOptions } from './options.js';
import { type Pace, PaceStep } from './pace-step.js';

/**
 * A stage that lets the newest record of a key through once none came for `afterMs`: what a burst came to. With `maxWaitMs` that
 * is waited for no longer than so, from the first record of the burst on.
 *
 * What is held goes on before its time when a gap comes, at the end of the run, and when the feed fails. What is left out is counted in
 * `filtered`. Records go on in the order of a key, not among keys.
 *
 * @throws {ConfigError} when an option is missing or not valid, or `maxWaitMs` is less than `afterMs`
 * @example
 * ```ts
 * debounce({ afterMs: 200, by: 'order.id', maxWaitMs: 2_000 })
 * ```
 */
export function debounce<T>(options: DebounceOptions<T>): Stage<Message<T>, Message<T>> {
  const resolved = resolveDebounceOptions(options);
  const { afterMs, maxWaitMs } = resolved;
  const pace: Pace = {
    name: 'debounce',
    isFirstAtOnce: false,
    isNewestKept: true,
    dueAt: (since, now) => Math.min(now + afterMs, since + maxWaitMs),
  };
  return stageOf<Message<T>, Message<T>>('message', (outlet) => new PaceStep(pace, resolved, outlet));
}
