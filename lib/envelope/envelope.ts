import type { TransformOf } from '../internal/typed-streams.js';
import type { Message } from '../parse/message.js';
import { oneForOne } from '../parse/one-for-one.js';
import type { Envelope } from './envelope-message.js';
import { EnvelopeStep } from './step.js';

/**
 * The stage that puts every record into an envelope: `{ data, received_at, url }`. `received_at` is the epoch
 * millisecond at which the frame arrived, `url` has no user info, and `data` keeps the bytes that arrived.
 *
 * @example
 * ```ts
 * await pipeline(new WebSocketReadable(url), parse(), envelope(), batch(), jsonlFile('trades.jsonl'));
 * ```
 */
export function envelope<T = unknown>(): TransformOf<Message<T>, Message<Envelope<T>>> {
  const step = new EnvelopeStep();
  return oneForOne('envelope', (message) => step.wrap(message));
}
