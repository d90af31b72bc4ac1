import { optionError } from '../errors.js';
import { describe, isFunction, unknownKey } from '../internal/options.js';
import { filterBy, type Keep } from '../map/filter.js';
import type { MapOptions } from '../map/options.js';
import type { Message } from '../parse/message.js';
import type { Stage } from '../stage/stage.js';
import type { WorkContext } from '../stage/work-context.js';
import { type FilterOptions, FilterStep } from './filter-step.js';
import { NEVER_REFUSES } from './options.js';
import { transformStage } from './transform-stage.js';

/**
 * A stage that lets some records through, whose text stays as it arrived: those that a field says, which is read and compared
 * in the bytes, without a value being built; or those for which a function of the message returns, or resolves to, something
 * truthy. An error that the function throws ends the run, after what came before is delivered, unless `onError` says otherwise.
 *
 * @throws {ConfigError} when it is neither, or an option is not valid
 * @example
 * ```ts
 * filter({ path: 'type', op: 'in', value: ['trade', 'quote'] })
 * filter((message) => (message.value as { symbol: string }).symbol.startsWith('BTC'))
 * filter(async (message) => isKnown(message.value), { concurrency: 50 })
 * ```
 */
export function filter<T>(which: FilterOptions): Stage<Message<T>, Message<T>>;
export function filter<T, S extends T>(
  which: (message: Message<T>, context: WorkContext) => message is Message<S>,
  options?: MapOptions,
): Stage<Message<T>, Message<S>>;
export function filter<T>(which: Keep<T>, options?: MapOptions): Stage<Message<T>, Message<T>>;
export function filter<T>(which: FilterOptions | Keep<T>, options: MapOptions = {}): Stage<Message<T>, Message<T>> {
  if (isFunction(which)) return filterBy(which as Keep<T>, options);
  if (typeof which !== 'object' || which === null) {
    throw optionError('filter', `Expected a function of the message, or { path, op, value }, got ${describe(which)}.`);
  }
  for (const key of Object.keys(which)) {
    if (!KEYS.includes(key)) throw optionError(`filter.${key}`, unknownKey(key, KEYS));
  }
  return transformStage(() => new FilterStep(which as FilterOptions, 'filter'), NEVER_REFUSES) as Stage<
    Message<T>,
    Message<T>
  >;
}

const KEYS = ['path', 'op', 'value'];
