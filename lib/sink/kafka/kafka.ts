import type { Page } from '../../batch/page.js';
import { SinkError } from '../../errors.js';
import { openProducer } from '../../kafka/clients.js';
import type { KafkaProducer } from '../../kafka/producer.js';
import { lateError } from '../late-error.js';
import { type Callback, PageSink } from '../page-sink.js';
import { pageText } from '../page-text.js';
import { rangesText } from '../ranges.js';
import type { SinkStats } from '../sink.js';
import { settle } from '../sink.js';
import { DeliveryLog } from './delivery/delivery-log.js';
import type { FinalFailure } from './delivery/final-failure.js';
import type { PageDelivery } from './delivery/page-delivery.js';
import type { KafkaReport } from './delivery/report.js';
import { type KafkaOptions, type ResolvedKafkaOptions, resolveKafkaOptions } from './options.js';
import type { PartitionQueue } from './partitions/partition-queue.js';
import { Sender } from './send/sender.js';

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
export class KafkaWritable extends PageSink {
  /** Where it writes to: the topic, or the path of one. */
  readonly target: string;
  readonly #options: ResolvedKafkaOptions;
  readonly #log = new DeliveryLog();
  readonly #deliveries = new WeakMap<Page, PageDelivery>();
  #producer: KafkaProducer | undefined;
  #sender: Sender | undefined;
  #onRoom: ((error?: Error | null) => void) | undefined;
  #failure: SinkError | undefined;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: ResolvedKafkaOptions) {
    super(options);
    this.#options = options;
    this.target = 'name' in options.topic ? options.topic.name : `the topic at ${options.topic.path.text}`;
  }

  /** What is delivered by now, of what this sink was given. */
  override get stats(): KafkaStats {
    return { ...this.#log.stats, inFlight: this.#sender?.inFlight ?? 0 };
  }

  /** How the delivery went: with which records are undelivered, so for the end of a run. */
  report(): KafkaReport {
    return this.#log.report(this.#sender?.queues() ?? [], this.given);
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
    if (callback === undefined) return super.write(page);
    return super.write(page, (error) => {
      if (error) callback(error);
      else this.#deliveries.get(page as Page)!.whenDone(callback);
    });
  }

  override _construct(callback: (error?: Error | null) => void): void {
    settle(this.#open(), this.bounded(callback));
  }

  protected override store(page: Page, callback: Callback): void {
    try {
      pageText('kafka', page, false);
    } catch (error) {
      callback(error as Error);
      return;
    }
    const done = this.bounded(callback);
    const taken = this.#sender!.add(page);
    if (taken instanceof Promise) {
      void taken.then((delivery) => this.#ready(page, delivery, done));
    } else this.#ready(page, taken, done);
  }

  override _final(callback: (error?: Error | null) => void): void {
    settle(
      this.#sender!.drain().then(() => {
        if (this.#failure !== undefined) throw this.#failure;
      }),
      callback,
    );
  }

  protected override get isBusy(): boolean {
    return super.isBusy || this.destroyed || !this.#log.isSettled;
  }

  protected override late(): SinkError | undefined {
    if (this.#sender === undefined) return this.#clientIsLate();
    this.#sender.late();
    return undefined;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // The error that it is destroyed with goes first: it is the reason why the run ends here.
    settle(this.#close(), () => callback(error ?? this.#failure));
  }

  async #open(): Promise<void> {
    // A failure comes by the callback of a write; without a listener it would end the process.
    this.#options.deadLetter?.on('error', ignore).on('drain', this.#resume);
    this.#producer = await openProducer(this.#options, () => this.#sender?.countRetry());
    this.#sender = new Sender(this.#options, this.#producer, this.#log, this.drain, {
      onRoom: () => this.#resume(),
      onFailed: (finalFailure) => this.#onFailed(finalFailure),
      onOversize: (page, index, queue, cause, callback) => this.#divert(page, index, queue, cause, callback),
      onSkipped: (page, index, reason, count) => {
        const { sequence } = page.frame(index);
        this.#options.logger.warn({ sequence, reason, count }, 'records were dropped');
      },
    });
  }

  #clientIsLate(): SinkError {
    return lateError({
      target: this.target,
      drainTimeoutMs: this.#options.drainTimeoutMs,
      reason: 'the client was not loaded',
      state: 'Nothing was sent.',
      advice: 'Check the disk that it is installed on',
      recordsWritten: 0,
      undelivered: this.undelivered(0),
    });
  }

  #ready(page: Page, delivery: PageDelivery, callback: (error?: Error | null) => void): void {
    this.#deliveries.set(page, delivery);
    if (this.#failure !== undefined) callback(this.#failure);
    else if (this.#hasRoom()) callback();
    else this.#onRoom = callback;
  }

  #hasRoom(): boolean {
    return this.#sender!.hasRoom && this.#options.deadLetter?.writableNeedDrain !== true;
  }

  readonly #resume = (): void => {
    if (this.#failure === undefined && !this.#hasRoom()) return;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.(this.#failure);
  };

  #onFailed(finalFailure: FinalFailure): void {
    const report = this.report();
    this.#failure = toSinkError(finalFailure, report, this.target);
    this.#log.fail(this.#failure);
    if (this.#onRoom !== undefined) this.#resume();
    else this.destroy(this.#failure);
  }

  #divert(
    page: Page,
    index: number,
    queue: PartitionQueue,
    cause: unknown,
    callback: (error?: Error | null) => void,
  ): boolean {
    const { deadLetter } = this.#options;
    if (deadLetter === undefined) return false;
    const { sequence, receivedAt, connection, url } = page.frame(index);
    const data = Buffer.from(page.text(index));
    const error = new SinkError(
      `The record of frame ${sequence}, of ${data.length} bytes, is larger than ${queue.topic} takes. ` +
        'Raise `max.message.bytes` of the topic.',
      { target: queue.topic, recordsWritten: this.#log.stats.records, cause },
    );
    deadLetter.write({ data, error, topic: queue.topic, sequence, receivedAt, connection, url }, callback);
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
    this.#options.deadLetter?.off('drain', this.#resume);
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

function toSinkError(
  { what, reason, name, advice, cause }: FinalFailure,
  report: KafkaReport,
  target: string,
): SinkError {
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
