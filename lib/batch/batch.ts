import { Transform, type TransformCallback } from 'node:stream';
import { failAfterDelivery, flushHeld, stopUpstream, trackPipes } from '../internal/chain.js';
import { Message, notAMessage } from '../parse/message.js';
import { Linger } from './linger.js';
import { type BatchOptions, type ResolvedBatchOptions, resolveBatchOptions } from './options.js';
import type { Page } from './page.js';
import { BatchStep } from './step.js';

/**
 * The stage from {@link Message}s to {@link Page}s: by count, by bytes, by age, and whatever is left at the end. No
 * page is empty.
 *
 * @throws {ConfigError} when an option is not valid
 * @example
 * ```ts
 * await pipeline(new WebSocketReadable(url), parse(), batch({ size: 500, lingerMs: 1000 }), jsonlFile('trades.jsonl'));
 * ```
 */
export function batch(options: BatchOptions = {}): BatchTransform {
  return new BatchTransform(resolveBatchOptions(options));
}

/** What {@link batch} returns. */
export class BatchTransform extends Transform {
  readonly #step: BatchStep;
  readonly #linger: Linger;

  /** @internal */
  constructor(options: ResolvedBatchOptions) {
    super({ objectMode: true, writableHighWaterMark: MESSAGES, readableHighWaterMark: PAGES });
    this.#step = new BatchStep(options);
    this.#linger = new Linger(options.clock, options.lingerMs, () => this[flushHeld]());
    trackPipes(this);
  }

  /** Records taken so far. */
  get records(): number {
    return this.#step.records;
  }

  override _transform(message: Message, _encoding: string, callback: TransformCallback): void {
    if (!(message instanceof Message)) {
      this[flushHeld]();
      failAfterDelivery(this, notAMessage('batch', message));
      return;
    }
    const wasDone = this.#step.isDone;
    this.#pushPage(this.#step.add(message));
    if (this.#step.isDone && !wasDone) {
      this[flushHeld]();
      stopUpstream(this, this.#step.doneBy);
    }
    callback();
  }

  override _flush(callback: TransformCallback): void {
    this[flushHeld]();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#linger.stop();
    super._destroy(error, callback);
  }

  /** @internal */
  [flushHeld](): void {
    this.#pushPage(this.#step.flush());
  }

  #pushPage(page: Page | undefined): void {
    if (page !== undefined) this.push(page);
    this.#linger.held(this.#step.held);
  }
}

const MESSAGES = 64;
/** A page can hold 16 MiB, so few of them wait. */
const PAGES = 2;
