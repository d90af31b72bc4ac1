import type { TransformOf } from '../internal/typed-streams.js';
import type { Message } from '../parse/message.js';
import { oneForOne } from '../parse/one-for-one.js';
import { selectPaths } from './paths.js';
import { SelectStep } from './step.js';

/**
 * The stage that keeps some fields of every record, read from its bytes by their paths: `select(['data.price', 'symbol'])`
 * gives `{"data.price":1.10,"symbol":"BTC"}`. A key is its path as given, in the order given; a value, also an object or
 * an array, keeps the bytes that arrived. A field that a record does not have is left out, so that `null` always is a
 * `null` that was sent; a record that has none of them becomes `{}`.
 *
 * @param paths `data.price`, `trades[0].id`, `["a.b"]`: 1 to 1000 of them, all different
 * @throws {ConfigError} when a path cannot be read, or is there twice
 * @example
 * ```ts
 * await pipeline(new WebSocketReadable(url), parse(), select(['data.price', 'symbol']), batch(), jsonlFile('prices.jsonl'));
 * ```
 */
export function select<const P extends readonly string[]>(
  paths: P,
): TransformOf<Message, Message<Selected<P[number]>>> {
  const step = new SelectStep(selectPaths(paths, 'select'));
  return oneForOne('select', (message) => step.pick(message));
}

/** What {@link select} makes of a record: the values that it has of these paths. */
export type Selected<P extends string> = { readonly [K in P]?: unknown };
