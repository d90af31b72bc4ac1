import type { Transform } from 'node:stream';
import { optionError } from '../errors.js';
import { isFunction } from '../internal/options.js';
import type { Message } from '../parse/message.js';
import { glue } from './glue.js';

/**
 * A stage that lets through the records for which `keep` returns, or resolves to, something truthy. Their text stays
 * as it arrived. An error that `keep` throws ends the run, after what came before is delivered.
 *
 * @throws {ConfigError} when `keep` is no function
 * @example
 * ```ts
 * filter((message) => (message.value as { symbol: string }).symbol === 'BTC-USD')
 * ```
 */
export function filter(keep: (message: Message) => unknown): Transform {
  if (!isFunction(keep)) throw optionError('filter', 'Expected a function of the message.');
  return glue('filter', async (message) => ((await keep(message)) ? message : undefined));
}
