import { Transform, type TransformCallback } from 'node:stream';
import { failAfterDelivery, trackPipes } from '../internal/chain.js';
import { Message, notAMessage } from '../parse/message.js';
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
export function envelope(): Transform {
  return new EnvelopeTransform();
}

class EnvelopeTransform extends Transform {
  readonly #step = new EnvelopeStep();

  constructor() {
    super({ objectMode: true, highWaterMark: HIGH_WATER_MARK });
    trackPipes(this);
  }

  override _transform(message: Message, _encoding: string, callback: TransformCallback): void {
    if (!(message instanceof Message)) {
      failAfterDelivery(this, notAMessage('envelope', message));
      return;
    }
    this.push(this.#step.wrap(message));
    callback();
  }
}

const HIGH_WATER_MARK = 64;
