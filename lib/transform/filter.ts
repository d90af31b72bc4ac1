import type { Transform } from 'node:stream';
import { optionError } from '../errors.js';
import { describe, isFunction, unknownKey } from '../internal/options.js';
import { filterBy } from '../map/filter.js';
import type { Message } from '../parse/message.js';
import { type FilterOptions, FilterStep } from './filter-step.js';
import { NEVER_REFUSES } from './options.js';
import { TransformStage } from './transform-stage.js';

/**
 * A stage that lets some records through, whose text stays as it arrived: those that a field says, which is read and compared
 * in the bytes, without a value being built; or those for which a function of the message returns, or resolves to, something
 * truthy. An error that the function throws ends the run, after what came before is delivered.
 *
 * @throws {ConfigError} when it is neither, or an option is not valid
 * @example
 * ```ts
 * filter({ path: 'type', op: 'in', value: ['trade', 'quote'] })
 * filter((message) => (message.value as { symbol: string }).symbol.startsWith('BTC'))
 * ```
 */
export function filter(which: FilterOptions): TransformStage;
export function filter(which: (message: Message) => unknown): Transform;
export function filter(which: FilterOptions | ((message: Message) => unknown)): Transform {
  if (isFunction(which)) return filterBy(which as (message: Message) => unknown);
  if (typeof which !== 'object' || which === null) {
    throw optionError('filter', `Expected a function of the message, or { path, op, value }, got ${describe(which)}.`);
  }
  for (const key of Object.keys(which)) {
    if (!KEYS.includes(key)) throw optionError(`filter.${key}`, unknownKey(key, KEYS));
  }
  return new TransformStage(new FilterStep(which as FilterOptions, 'filter'), NEVER_REFUSES);
}

const KEYS = ['path', 'op', 'value'];
