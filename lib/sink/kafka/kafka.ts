import type { Page } from '../../batch/page.js';
import type { StoredPosition } from '../../batch/stored-position.js';
import { ConfigError, optionError, SinkError } from '../../errors.js';
import { type Names, namesIn } from '../../internal/names.js';
import { openProducer, openTransactionalProducer } from '../../kafka/clients.js';
import { classify } from '../../kafka/failures.js';
import type { BatchProducer } from '../../kafka/produce/batch-producer.js';
import type { KafkaProducer } from '../../kafka/producer.js';
import { FENCED } from '../../kafka/transaction/fence.js';
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
import { KAFKA_OPTIONS } from './option-table.js';
import { type KafkaOptions, type ResolvedKafkaOptions, resolveKafkaOptions } from './options.js';
import type { PartitionQueue } from './partitions/partition-queue.js';
import { Sender } from './send/sender.js';
import type { Committer } from './transaction/committer.js';

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
  #producer: KafkaProducer | BatchProducer | undefined;
  #sender: Sender | undefined;
  #committer: Committer | undefined;
  /** A page that waits until the transaction before it is committed. */
  #held: Page | undefined;
  #onRoom: ((error?: Error | null) => void) | undefined;
  #failure: SinkError | undefined;
  #closing: Promise<void> | undefined;

  readonly #begun: Promise<StoredPosition | undefined>;
  #onBegun: (position: StoredPosition | undefined) => void = ignore;
  #onNotBegun: (error: unknown) => void = ignore;

  /** @internal */
  constructor(options: ResolvedKafkaOptions) {
    super(options);
    this.#begun = new Promise((resolve, reject) => {
      this.#onBegun = resolve;
      this.#onNotBegun = reject;
    });
    this.#begun.catch(ignore);
    this.#options = options;
    this.target = 'name' in options.topic ? options.topic.name : `the topic at ${options.topic.path.text}`;
  }

  protected override get names(): Names {
    return new Map([...namesIn(KAFKA_OPTIONS), ['dead_letter', 'deadLetter']]);
  }

  /** What is delivered by now, of what this sink was given. */
  override get stats(): KafkaStats {
    return { ...this.#log.stats, inFlight: this.#sender?.inFlight ?? 0 };
  }

  /** How the delivery went: with which records are undelivered, so for the end of a run. */
  report(): KafkaReport {
    const given = this.#held === undefined ? this.given : [this.#held, ...this.given];
    return this.#log.report(this.#sender?.queues() ?? [], given);
  }

  /**
   * With `transactionalId`: where earlier runs came to, for the `position` of the source; `undefined` for a feed that is new. From then on
   * no other run of the feed may write. To be called before the pipeline begins.
   *
   * @throws {ConfigError} without `transactionalId`
   * @throws {SinkError} when the feed cannot be taken over
   * @example
   * ```ts
   * const sink = kafka({ brokers: '127.0.0.1:9092', topic: 'trades', transactionalId: 'trades' });
   * const source = createSource({ url, gaps: 'records' }, { position: await sink.position() });
   * await pipeline(source.pages(), sink);
   * ```
   */
  async position(): Promise<StoredPosition | undefined> {
    if (this.#options.transactionalId === undefined) {
      throw optionError('kafka.transactionalId', 'Without it, this sink does not know how far the feed is stored.');
    }
    // Told by the rejection, before anybody listens.
    this.on('error', ignore);
    const position = await this.#begun;
    this.off('error', ignore);
    return position;
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
    const opened = this.#open();
    settle(opened, this.bounded(callback));
  }

  protected override store(page: Page, callback: Callback): void {
    try {
      pageText('kafka', page, false);
    } catch (error) {
      callback(error as Error);
      return;
    }
    const misplaced = this.#committer?.check(page);
    if (misplaced !== undefined) {
      callback(misplaced);
      return;
    }
    const done = this.bounded(callback);
    if (this.#committer?.isCommitting !== true) {
      this.#take(page, done);
      return;
    }
    this.#held = page;
    void this.#committer.commit().then(() => this.#take(page, done));
  }

  #take(page: Page, done: Callback): void {
    if (this.#failure !== undefined) {
      done(this.#failure);
      return;
    }
    this.#held = undefined;
    this.#committer?.take(page);
    const taken = this.#sender!.add(page);
    if (taken instanceof Promise) {
      void taken.then((delivery) => this.#ready(page, delivery, done));
    } else this.#ready(page, taken, done);
  }

  override _final(callback: (error?: Error | null) => void): void {
    settle(
      this.#drained().then(() => {
        if (this.#failure !== undefined) throw this.#failure;
      }),
      callback,
    );
  }

  /** All that was given is stored, or it failed. */
  async #drained(): Promise<void> {
    await this.#sender!.drain();
    await this.#committer?.commit();
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
    const { transactionalId } = this.#options;
    if (transactionalId === undefined) this.#producer = await openProducer(this.#options, this.#onRetry);
    else await this.#begin(transactionalId);
    this.#sender = new Sender(this.#options, this.#producer!, this.#log, this.drain, {
      onRoom: () => this.#resume(),
      onFailed: (finalFailure) => this.#onFailed(finalFailure),
      onOversize: (page, index, queue, cause, callback) => this.#divert(page, index, queue, cause, callback),
      onSkipped: (page, index, reason, count) => {
        const { sequence } = page.frame(index);
        this.#options.logger.warn({ sequence, reason, count }, 'records were dropped');
      },
    });
  }

  readonly #onRetry = (): void => {
    this.#sender?.countRetry();
  };

  async #begin(transactionalId: string): Promise<void> {
    try {
      const producer = await openTransactionalProducer({ ...this.#options, transactionalId }, this.#onRetry);
      this.#producer = producer;
      const { Committer } = await import('./transaction/committer.js');
      this.#committer = new Committer(this.#options, producer, {
        flush: () => this.#sender!.flush(),
        onCommitted: () => {
          this.#log.commit();
          this.#resume();
        },
        onFailed: (cause) => {
          this.#sender!.abandon({ ...classify(cause), what: 'Kafka did not commit a transaction', cause });
        },
      });
      this.#onBegun(await this.#committer.begin());
    } catch (cause) {
      const what = `The feed cannot be taken over as ${transactionalId}`;
      const error =
        cause instanceof ConfigError
          ? cause
          : toSinkError({ ...classify(cause), what, cause }, this.report(), this.target);
      this.#onNotBegun(error);
      throw error;
    }
  }

  #clientIsLate(): SinkError {
    return lateError({
      target: this.target,
      drainTimeoutMs: this.#options.drainTimeoutMs,
      reason: this.#producer === undefined ? 'the client was not loaded' : 'the feed was not taken over by then',
      state: 'Nothing was sent.',
      advice: this.#producer === undefined ? 'Check the disk that it is installed on' : 'Check that the brokers are up',
      recordsWritten: 0,
      undelivered: this.undelivered(0),
    });
  }

  #ready(page: Page, delivery: PageDelivery, callback: (error?: Error | null) => void): void {
    this.#deliveries.set(page, delivery);
    if (this.#failure !== undefined) callback(this.#failure);
    else if (this.#hasRoom()) callback();
    else {
      this.#onRoom = callback;
      // What waits for its transaction takes the room.
      if (!this.#sender!.hasRoom) void this.#committer?.commit();
    }
  }

  #hasRoom(): boolean {
    if (this.#committer?.isCommitting === true) return false;
    return this.#sender!.hasRoom && this.#options.deadLetter?.writableNeedDrain !== true;
  }

  readonly #resume = (): void => {
    if (this.#failure === undefined && !this.#hasRoom()) return;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.(this.#failure);
  };

  #onFailed(finalFailure: FinalFailure): void {
    if (this.#committer?.isUncertain === true) this.#log.mayBeCommitted = true;
    const report = this.report();
    this.#failure = toSinkError(finalFailure, report, this.target);
    this.#log.fail(this.#failure);
    this.#committer?.end();
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
    if (sender !== undefined && this.#failure === undefined) await this.#drained();
    sender?.close();
    const committer = this.#committer;
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
      const aborted = committer === undefined ? Promise.resolve() : committer.abort().catch(ignore);
      aborted.then(() => producer.close()).then(done, done);
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
      reason: name === FENCED.name ? 'fenced' : undefined,
      cause,
    },
  );
}

function ignore(): void {}

function mayBe(uncertain: number): string {
  return uncertain === 0 ? '' : `; ${uncertain} of them were on their way and may be stored`;
}

const CLOSE_MS = 5_000;
