import { optionError } from '../errors.js';
import { isPromise } from '../internal/given-function.js';
import { isFunction } from '../internal/options.js';
import type { Message } from '../parse/message.js';
import type { Stage } from '../stage/stage.js';
import type { WorkContext } from '../stage/work-context.js';
import { changed } from './changed.js';
import { glue } from './glue.js';
import type { MapOptions } from './options.js';

/**
 * A stage that gives every record another value: what `change` returns, or resolves to, is serialised anew. The
 * record's text is no longer the one that arrived. A {@link Message}, such as `message` itself or `message.withValue(value)`,
 * is handed on as it is. An error that `change` throws ends the run with `ERR_CONFIG`, after
 * what came before is delivered, and is its `cause`; so does a value that JSON cannot hold, such as
 * `undefined`, or would not write as it is, such as a Buffer, a Map, or a promise inside of an object. (`onError` has other ways.)
 * One record at a time, unless `concurrency` says otherwise; in their order, unless `ordered: false`.
 *
 * @throws {ConfigError} when `change` is no function, or an option is not valid
 * @example
 * ```ts
 * map((message) => ({ ...(message.value as object), at: message.frame.receivedAt }))
 * map(async (message, { signal }) => enrich(message.value, signal), { concurrency: 50 })
 * ```
 */
export function map<T, U>(
  change: (message: Message<T>, context: WorkContext) => U | Promise<U>,
  options: MapOptions = {},
): Stage<Message<T>, Message<ValueOf<U>>> {
  if (!isFunction(change)) throw optionError('map', 'Expected a function of the message.');
  return glue<T, ValueOf<U>>(
    'map',
    (message, context) => {
      const value = change(message, context);
      return isPromise(value) ? value.then((later) => withResult(message, later)) : withResult(message, value);
    },
    options,
  );
}

/** The message with what the function gave for it. */
function withResult<U>(message: Message, value: unknown): Message<U> {
  if (value === undefined) throw optionError('map', RETURNED_NOTHING);
  return changed('map', message, value);
}

/** What the value is of a record that was made of a `U`: that of a message, or what JSON takes in place of it, as of a Date. */
export type ValueOf<U> = U extends { toJSON(): infer V } ? V : U;

const RETURNED_NOTHING =
  'The function returned undefined. Return the new value, or a message; to drop records, use filter().';
