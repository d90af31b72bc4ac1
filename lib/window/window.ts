import type { ValueOf } from '../map/map.js';
import type { Message } from '../parse/message.js';
import { type Stage, stageOf } from '../stage/stage.js';
import type { StepOutlet } from '../stage/step.js';
import { checkAggregate, type WindowAggregate, type WindowFunction } from './aggregate.js';
import { resolveWindowOptions, type WindowOptions } from './options.js';
import { WindowStep } from './step.js';

/**
 * A stage that makes one record of all records of a window: of so many milliseconds, or so many records, and of each key one of its
 * own. `aggregate` is a function of a window's messages, which are kept until it is closed, or `{ init, add, result }`, of which
 * only the state is kept. What comes of a window is written as JSON, with the frame of its last record; a message goes on as it is,
 * and `undefined` gives nothing.
 *
 * A window of times in records (`on`) is closed when a record comes whose time is its end or later, and `latenessMs` beyond; one of
 * `received_at` by the clock, too. At the end of the run, and before an error of the feed is told, all are closed, as partial where their
 * time is not over. On `received_at`, a record that comes after the clock has closed its window, since it waited for a slow stage,
 * opens it again, as partial, so that none is lost.
 *
 * Gaps that come as records (`gaps: 'records'`) go on at their place: before what comes of the windows that end after they began.
 *
 * Errors: `ERR_CONFIG` when a function fails, returns a promise or what JSON cannot hold, or too much is kept for a function of
 * messages; `ERR_TRANSFORM` for a record without a time. All other windows are handed out before, as partial.
 *
 * @throws {ConfigError} when an option, or the aggregate, is not valid
 * @example
 * ```ts
 * window({ size: 100 }, (messages) => ({ count: messages.length, last: messages.at(-1)?.value }))
 * window({ everyMs: 1_000, by: 'symbol', on: 'time' }, {
 *   init: () => ({ volume: 0 }),
 *   add: (sum, { value }) => void (sum.volume += (value as { size: number }).size),
 *   result: (sum, { key, from }) => ({ symbol: key, from, ...sum }),
 * })
 * ```
 */
export function window<T, U>(
  options: WindowOptions,
  aggregate: WindowFunction<T, U>,
): Stage<Message<T>, Message<ValueOf<Exclude<U, undefined>>>>;
export function window<State, T, U>(
  options: WindowOptions,
  aggregate: WindowAggregate<State, T, U>,
): Stage<Message<T>, Message<ValueOf<Exclude<U, undefined>>>>;
export function window<State, T, U>(
  options: WindowOptions,
  aggregate: WindowFunction<T, U> | WindowAggregate<State, T, U>,
): Stage<Message<T>, Message<ValueOf<Exclude<U, undefined>>>> {
  const resolved = resolveWindowOptions(options);
  checkAggregate(aggregate);
  return stageOf<Message<T>, Message<ValueOf<Exclude<U, undefined>>>>(
    'message',
    (outlet) =>
      new WindowStep(resolved, aggregate as WindowFunction | WindowAggregate<unknown>, outlet as StepOutlet<Message>),
  );
}
