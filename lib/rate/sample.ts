import type { Message } from '../parse/message.js';
import { type Stage, stageOf } from '../stage/stage.js';
import { resolveSampleOptions, type SampleOptions } from './options.js';
import { SampleStep } from './sample-step.js';

/**
 * A stage that lets the first of every `every` records of a key through, at once, as it came. The others are left out, and counted in
 * `filtered`. Gaps go on, and so do records without a key; neither counts. For the first of every stretch of time there is
 * `throttle({ everyMs, trailing: false })`.
 *
 * @throws {ConfigError} when an option is missing or not valid
 * @example
 * ```ts
 * sample({ every: 100, by: 'symbol' })
 * ```
 */
export function sample<T>(options: SampleOptions<T>): Stage<Message<T>, Message<T>> {
  const resolved = resolveSampleOptions(options);
  return stageOf<Message<T>, Message<T>>('message', (outlet) => new SampleStep(resolved, outlet));
}
