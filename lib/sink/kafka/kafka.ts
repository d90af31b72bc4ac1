import { Writable } from 'node:stream';
import { Page } from '../../batch/page.js';
import { SinkError } from '../../errors.js';
import { pageText } from '../page-text.js';
import type { SinkStats } from '../sink.js';
import { settle } from '../sink.js';
import type { Breakdown } from './breakdown.js';
import { openProducer } from './clients.js';
import type { Handover } from './handover.js';
import type { Lane } from './lane.js';
import { Ledger } from './ledger.js';
import { type KafkaOptions, type ResolvedKafkaOptions, resolveKafkaOptions } from './options.js';
import type { KafkaProducer } from './producer.js';
import { type KafkaReport, rangesText } from './report.js';
import { Sender } from './sender.js';

/** What a Kafka sink has delivered so far. A snapshot. */
export interface KafkaStats extends SinkStats {
  /** Records that were taken in and are neither acknowledged nor dropped nor diverted. */
  readonly waiting: number;
  /** Batches that are on their way. */
  readonly inFlight: number;
  /** Requests that were tried again. */
  readonly retries: number;
  /** Records that went to the dead letter, too large for their topic. */
  readonly diverted: number;
  /** Records that were dropped by `onKeyError: 'skip'`. */
  readonly skipped: number;
}

/**
 * The sink that writes pages to Kafka, one record a record: the records' own bytes, in order per partition.
 *
 * The callback of `write()` comes after the broker has acknowledged all of the page, and so does the event `finish`; in
 * between, pages are taken in as long as no more than `maxBufferedBytes` wait. A batch that failed in passing is sent
 * again, and nothing of its partition overtakes it. When the stream ends, fails or is destroyed, what it was given is
 * still delivered, for `drainTimeoutMs` at most; then the connections are closed. `pipeline()` does not wait for that
 * after a failure; the event `close` tells.
 *
 * Errors: `ERR_SINK` when Kafka does not take records: it says how many are acknowledged, and which are undelivered.
 * `ERR_CONFIG` for what is not a page, and when the client is not installed.
 *
 * @throws {ConfigError} when an option is not valid, or this Node lacks the compression
 * @example
 * ```ts
 * const sink = kafka({ brokers: '127.0.0.1:9092', topic: 'trades', keyPath: 'symbol' });
 * await pipeline(new WebSocketReadable(url), parse(), batch({ lingerMs: 100 }), sink);
 * ```
 */
export function kafka(options: KafkaOptions): KafkaWritable {
  return new KafkaWritable(resolveKafkaOptions(options));
}

/** What {@link kafka} returns. */
export class KafkaWritable extends Writable {
  /** Where it writes to: the topic, or the path of one. */
  readonly target: string;
  readonly #options: ResolvedKafkaOptions;
  readonly #ledger = new Ledger();
  readonly #handovers = new WeakMap<Page, Handover>();
  #producer: KafkaProducer | undefined;
  #sender: Sender | undefined;
  #onRoom: ((error?: Error | null) => void) | undefined;
  #failure: SinkError | undefined;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: ResolvedKafkaOptions) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#options = options;
    this.target = 'name' in options.topic ? options.topic.name : `the topic at ${options.topic.path.text}`;
  }

  /** What is delivered by now, of what this sink was given. */
  get stats(): KafkaStats {
    return { ...this.#ledger.stats, inFlight: this.#sender?.inFlight ?? 0 };
  }

  /** How the delivery went: with which records are undelivered, so for the end of a run. */
  report(): KafkaReport {
    return this.#ledger.report(this.#sender?.lanes() ?? []);
  }

  /** Calls back when the page is acknowledged, not when it is taken in. */
  override write(page: unknown, callback?: (error: Error | null | undefined) => void): boolean;
  override write(
    page: unknown,
    encoding: BufferEncoding,
    callback?: (error: Error | null | undefined) => void,
  ): boolean;
  override write(page: unknown, ...rest: unknown[]): boolean {
    const callback = rest.find((each) => typeof each === 'function') as ((error?: Error | null) => void) | undefined;
    if (page instanceof Page && !this.destroyed && !this.writableEnded) this.#ledger.give(page);
    if (callback === undefined) return super.write(page);
    return super.write(page, (error) => {
      if (error) callback(error);
      else this.#handovers.get(page as Page)!.whenDone(callback);
    });
  }

  override _construct(callback: (error?: Error | null) => void): void {
    settle(this.#open(), callback);
  }

  override _write(page: Page, _encoding: string, callback: (error?: Error | null) => void): void {
    try {
      pageText('kafka', page, false);
    } catch (error) {
      callback(error as Error);
      return;
    }
    const taken = this.#sender!.take(page);
    if (taken instanceof Promise) {
      void taken.then((handover) => this.#goOn(page, handover, callback));
    } else this.#goOn(page, taken, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    settle(
      this.#sender!.drain().then(() => {
        if (this.#failure !== undefined) throw this.#failure;
      }),
      callback,
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // The error that it is destroyed with goes first: it is the reason why the run ends here.
    settle(this.#close(), () => callback(error ?? this.#failure));
  }

  async #open(): Promise<void> {
    // A failure comes by the callback of a write; without a listener it would end the process.
    this.#options.deadLetter?.on('error', ignore).on('drain', this.#takeMore);
    this.#producer = await openProducer(this.#options, () => this.#sender?.countRetry());
    this.#sender = new Sender(this.#options, this.#producer, this.#ledger, {
      onRoom: () => this.#takeMore(),
      onFailed: (breakdown) => this.#onFailed(breakdown),
      onOversize: (page, index, lane, cause, callback) => this.#divert(page, index, lane, cause, callback),
      onSkipped: (page, index, reason, count) => {
        const { sequence } = page.frame(index);
        this.#options.logger.warn({ sequence, reason, count }, 'records were dropped');
      },
    });
  }

  #goOn(page: Page, handover: Handover, callback: (error?: Error | null) => void): void {
    this.#handovers.set(page, handover);
    if (this.#failure !== undefined) callback(this.#failure);
    else if (this.#hasRoom()) callback();
    else this.#onRoom = callback;
  }

  #hasRoom(): boolean {
    return this.#sender!.hasRoom && this.#options.deadLetter?.writableNeedDrain !== true;
  }

  readonly #takeMore = (): void => {
    if (this.#failure === undefined && !this.#hasRoom()) return;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.(this.#failure);
  };

  #onFailed(breakdown: Breakdown): void {
    const report = this.report();
    this.#failure = toSinkError(breakdown, report, this.target);
    this.#ledger.fail(this.#failure);
    if (this.#onRoom !== undefined) this.#takeMore();
    else this.destroy(this.#failure);
  }

  #divert(page: Page, index: number, lane: Lane, cause: unknown, callback: (error?: Error | null) => void): boolean {
    const { deadLetter } = this.#options;
    if (deadLetter === undefined) return false;
    const { sequence, receivedAt, connection, url } = page.frame(index);
    const data = Buffer.from(page.text(index));
    const error = new SinkError(
      `The record of frame ${sequence}, of ${data.length} bytes, is larger than ${lane.topic} takes. ` +
        'Raise `max.message.bytes` of the topic.',
      { target: lane.topic, recordsWritten: this.#ledger.stats.records, cause },
    );
    deadLetter.write({ data, error, topic: lane.topic, sequence, receivedAt, connection, url }, callback);
    return true;
  }

  #close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    const sender = this.#sender;
    if (sender !== undefined && this.#failure === undefined) await sender.drain();
    sender?.close();
    this.#options.deadLetter?.off('drain', this.#takeMore);
    const producer = this.#producer;
    if (producer === undefined) return;
    const { clock } = this.#options;
    // A client may wait for a broker that never answers.
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, CLOSE_MS);
      const done = (): void => {
        clock.clearTimeout(timer);
        resolve();
      };
      producer.close().then(done, done);
    });
  }
}

function toSinkError({ what, reason, name, advice, cause }: Breakdown, report: KafkaReport, target: string): SinkError {
  const { acknowledged, undelivered, undeliveredRanges, uncertain, newestFrame } = report;
  const lost =
    undelivered === 0 ? '' : ` Undelivered: ${undelivered}, of ${rangesText(undeliveredRanges)}${mayBe(uncertain)}.`;
  const later = newestFrame === undefined ? '' : ` What came after frame ${newestFrame} did not get to this sink.`;
  return new SinkError(
    `${what}: ${reason}${name === '' ? '' : ` (${name})`}. Acknowledged: ${acknowledged} records.${lost}${later} ${advice}`,
    {
      target,
      recordsWritten: acknowledged,
      undelivered: undeliveredRanges,
      cause,
    },
  );
}

function ignore(): void {}

function mayBe(uncertain: number): string {
  return uncertain === 0 ? '' : `; ${uncertain} of them were on their way and may be stored`;
}

const CLOSE_MS = 5_000;
