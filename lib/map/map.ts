import type { Transform } from 'node:stream';
import { optionError } from '../errors.js';
import { isFunction } from '../internal/options.js';
import type { Message } from '../parse/message.js';
import { glue } from './glue.js';

/**
 * A stage that gives every record another value: what `change` returns, or resolves to, is serialised anew. The
 * record's text is no longer the one that arrived. An error that `change` throws ends the run, after what came before
 * is delivered.
 *
 * @throws {ConfigError} when `change` is no function
 * @example
 * ```ts
 * map((message) => ({ ...(message.value as object), at: message.frame.receivedAt }))
 * ```
 */
export function map(change: (message: Message) => unknown): Transform {
  if (!isFunction(change)) throw optionError('map', 'Expected a function of the message.');
  return glue(async (message) => message.withValue(await change(message)));
}
