import { Transform, type TransformCallback } from 'node:stream';
import { failAfterDelivery, trackPipes } from '../internal/chain.js';
import { Message, notAMessage } from '../parse/message.js';
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
export function select(paths: readonly string[]): Transform {
  return new SelectTransform(new SelectStep(selectPaths(paths, 'select')));
}

class SelectTransform extends Transform {
  readonly #step: SelectStep;

  constructor(step: SelectStep) {
    super({ objectMode: true, highWaterMark: HIGH_WATER_MARK });
    this.#step = step;
    trackPipes(this);
  }

  override _transform(message: Message, _encoding: string, callback: TransformCallback): void {
    if (!(message instanceof Message)) {
      failAfterDelivery(this, notAMessage('select', message));
      return;
    }
    this.push(this.#step.pick(message));
    callback();
  }
}

const HIGH_WATER_MARK = 64;
