import type { Message } from '../parse/message.js';
import { type Stage, stageOf } from '../stage/stage.js';
import { type DedupeStageOptions, resolveDedupeOptions } from './options.js';
import { DedupeStep } from './step.js';

/**
 * A stage that leaves out records which came before, within `windowMs`. It is told what the option `dedupe` of a connection is told,
 * and does to records what that does to frames: it may stand behind `split`, `recordsPath` or a transform. Of records that
 * agree in all fields of `by` the first goes on; one that lacks one of them goes on, too. Fields are compared as they are written, in the
 * bytes: no value is built. `content`: a record is left out when another connection brought the same text before.
 *
 * It remembers at most 500,000 records: then the oldest is forgotten. What it leaves out is counted in `filtered`. Gaps go on.
 *
 * @throws {ConfigError} when an option is missing or not valid
 * @example
 * ```ts
 * dedupe({ by: ['symbol', 'trade.id'], windowMs: 10_000 })
 * ```
 */
export function dedupe<T>(options: DedupeStageOptions): Stage<Message<T>, Message<T>> {
  const resolved = resolveDedupeOptions(options);
  return stageOf<Message<T>, Message<T>>('message', (outlet) => new DedupeStep(resolved, outlet));
}
