import type { Transform } from 'node:stream';
import { optionError } from '../errors.js';
import { isFunction } from '../internal/options.js';
import { Message } from '../parse/message.js';
import { glue } from './glue.js';

/**
 * A stage that gives every record another value: what `change` returns, or resolves to, is serialised anew. The
 * record's text is no longer the one that arrived. A {@link Message}, such as `message` itself or `message.withValue(value)`,
 * is handed on as it is. An error that `change` throws ends the run with `ERR_CONFIG`, after
 * what came before is delivered, and is its `cause`; so does a value that JSON cannot hold, such as
 * `undefined`, or would not write as it is, such as a Buffer, a Map, or a promise inside of an object.
 *
 * @throws {ConfigError} when `change` is no function
 * @example
 * ```ts
 * map((message) => ({ ...(message.value as object), at: message.frame.receivedAt }))
 * ```
 */
export function map(change: (message: Message) => unknown): Transform {
  if (!isFunction(change)) throw optionError('map', 'Expected a function of the message.');
  return glue('map', async (message) => {
    const value = await change(message);
    if (value instanceof Message) return value;
    if (value === undefined) throw optionError('map', RETURNED_NOTHING);
    try {
      return message.withValue(value);
    } catch (cause) {
      // Anything else comes from a toJSON() of the user's.
      if (!(cause instanceof TypeError)) throw cause;
      throw optionError('map', `The function returned what JSON cannot hold. ${cause.message}`, cause);
    }
  });
}

const RETURNED_NOTHING =
  'The function returned undefined. Return the new value, or a message; to drop records, use filter().';
