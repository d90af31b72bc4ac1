import type { TransformCallback } from 'node:stream';
import { failAfterDelivery, flushHeld, stopUpstream, trackPipes } from '../internal/chain.js';
import { TypedTransform } from '../internal/typed-streams.js';
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
export function batch<T = unknown>(options: BatchOptions = {}): BatchTransform<T> {
  return new BatchTransform<T>(resolveBatchOptions(options));
}

/** What {@link batch} returns. */
export class BatchTransform<T = unknown> extends TypedTransform<Message<T>, Page<T>> {
  readonly #step: BatchStep;
  readonly #linger: Linger;
  /** Takes the next message, once a page is read. */
  #onRoom: TransformCallback | undefined;

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

  // In place of `_transform`: that of a Transform makes a function for each item.
  override _write(message: Message<T>, _encoding: string, callback: TransformCallback): void {
    if (!(message instanceof Message)) {
      this[flushHeld]();
      failAfterDelivery(this, notAMessage('batch', message));
      return;
    }
    const step = this.#step;
    const waiting = this.readableLength;
    if (!step.isDone) {
      const page = step.add(message);
      // Most messages neither begin nor end a page.
      if (page !== undefined || step.held === 1) this.#pushPage(page);
      if (step.isDone) {
        this[flushHeld]();
        stopUpstream(this, step.doneBy);
      }
    }
    // Node may have asked already for what comes next, and asks no second time before it has got that.
    const isPushed = this.readableLength !== waiting;
    if (!isPushed || this.readableLength < PAGES || this.writableEnded) callback();
    else this.#onRoom = callback;
  }

  override _read(): void {
    const callback = this.#onRoom;
    this.#onRoom = undefined;
    callback?.();
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
/** A page can hold a megabyte and more, so few of them wait. */
const PAGES = 2;
