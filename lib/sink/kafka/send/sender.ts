import type { Page } from '../../../batch/page.js';
import type { Failure } from '../../../kafka/failures.js';
import type { BatchProducer } from '../../../kafka/produce/batch-producer.js';
import type { KafkaProducer } from '../../../kafka/producer.js';
import type { DrainClock } from '../../drain-clock.js';
import type { DeliveryLog } from '../delivery/delivery-log.js';
import { badRecord, type FinalFailure, noDeadLetter, notDrained, tooLarge } from '../delivery/final-failure.js';
import type { PageDelivery } from '../delivery/page-delivery.js';
import type { ResolvedKafkaOptions } from '../options.js';
import type { KafkaBatch } from '../partitions/kafka-batch.js';
import type { PartitionQueue } from '../partitions/partition-queue.js';
import { Router } from '../partitions/router.js';
import { TopicLookup } from '../partitions/topic-lookup.js';
import { SendQueue } from './send-queue.js';

/** Whom the sender tells. */
export interface SenderHandler {
  /** There may be room again. */
  onRoom(): void;
  /** It failed, and everything else that could be delivered is. */
  onFailed(finalFailure: FinalFailure): void;
  /**
   * A record that is too large by itself. Returns whether somebody takes it, who then calls back once it is safe, or
   * with what went wrong.
   */
  onOversize(
    page: Page,
    index: number,
    queue: PartitionQueue,
    cause: unknown,
    callback: (error?: Error | null) => void,
  ): boolean;
  /** Records were dropped. */
  onSkipped(page: Page, index: number, reason: string, count: number): void;
}

/**
 * Pages in, batches out, acknowledgements counted: the Kafka sink without its stream. A page's way: the delivery log takes it
 * in, the topic lookup finds the partitions of a topic that is new, the router spreads the records over the queues, the
 * dispatch sends their batches, the delivery log notes what became of them. The drain clock, which the sink hears, bounds the end.
 */
export class Sender {
  readonly #options: ResolvedKafkaOptions;
  readonly #events: SenderHandler;
  readonly #log: DeliveryLog;
  readonly #router: Router;
  readonly #lookup: TopicLookup;
  readonly #sendQueue: SendQueue;
  readonly #drain: DrainClock;
  /** Those who wait until everything is dealt with. */
  #waiting: (() => void)[] = [];
  /** Those who wait until what was given before is sent. */
  #flushing: (() => void)[] = [];
  /** Whether everything that waits goes out at once. */
  #isFlushing = false;
  /** The same, until all of that is sent. */
  #isHurrying = false;
  /** Records that the dead letter has and has not stored yet. */
  #diverting = 0;
  #finalFailure: FinalFailure | undefined;
  #isClosed = false;

  constructor(
    options: ResolvedKafkaOptions,
    producer: KafkaProducer | BatchProducer,
    log: DeliveryLog,
    drain: DrainClock,
    events: SenderHandler,
  ) {
    this.#options = options;
    this.#log = log;
    this.#events = events;
    this.#router = new Router(options);
    this.#lookup = new TopicLookup(options, producer, this.#router, () => this.countRetry());
    this.#sendQueue = new SendQueue(options, producer, {
      isUrgent: () => this.#isFlushing || this.#isHurrying || !this.hasRoom,
      onRetry: () => this.countRetry(),
      onAcknowledged: (batch, valueBytes, offset) => this.#log.acknowledge(batch, valueBytes, offset),
      onOversize: (...oversize) => this.#setAside(...oversize),
      onFailed: (finalFailure) => this.#fail(finalFailure),
      onBack: () => this.#onBack(),
    });
    log.releasesPages = this.#sendQueue.keepsNothing;
    log.isTransactional = options.transactionalId !== undefined;
    this.#drain = drain;
  }

  /** Batches on their way. */
  get inFlight(): number {
    return this.#sendQueue.inFlight;
  }

  /** Whether another page may be given. */
  get hasRoom(): boolean {
    return this.#log.pendingBytes < this.#options.maxBufferedBytes && this.#finalFailure === undefined;
  }

  /** Counts a request that was tried again, by the client itself or from here. */
  countRetry(): void {
    this.#log.retries += 1;
  }

  /** What is known of every partition. */
  queues(): Iterable<PartitionQueue> {
    return this.#router.queues();
  }

  /**
   * Takes a page. Its records go out when a batch is full, or has waited for its linger. Returns a promise when
   * something has to be found out first; the next page must wait for it. After a failure it takes nothing.
   */
  add(page: Page): PageDelivery | Promise<PageDelivery> {
    const delivery = this.#log.add(page);
    const unknown = this.#router.unknownTopics(page);
    if (unknown.length > 0) return this.#addAfter(delivery, unknown);
    this.#route(delivery);
    return delivery;
  }

  /** Sends all that waits by now, and resolves when everything is acknowledged; never, where that fails. No page may be given meanwhile. */
  async flush(): Promise<void> {
    this.#isHurrying = true;
    this.#sendQueue.pump();
    if (!this.#isSettled()) await new Promise<void>((resolve) => this.#flushing.push(resolve));
    this.#isHurrying = false;
  }

  /** The transaction failed: nothing further is sent. */
  abandon(finalFailure: FinalFailure): void {
    if (this.#isClosed) return;
    this.#finalFailure ??= finalFailure;
    this.#finish();
  }

  /** Sends all that waits, and resolves when everything is dealt with, or {@link late} was called. */
  async drain(): Promise<void> {
    this.#isFlushing = true;
    this.#sendQueue.pump();
    if (this.#isSettled()) return;
    this.#drain.start();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The time is up: what is not dealt with stays undelivered. */
  late(): void {
    if (this.#isClosed) return;
    this.#finalFailure ??= notDrained(this.#options.drainTimeoutMs, this.#sendQueue.lastFailure);
    this.#finish();
  }

  /** Stops everything. What is on its way is not waited for. */
  close(): void {
    this.#isClosed = true;
    this.#sendQueue.close();
    this.#lookup.close();
    this.#drain.stop();
  }

  async #addAfter(delivery: PageDelivery, unknown: readonly string[]): Promise<PageDelivery> {
    this.#log.unrouted = { page: delivery.page, from: 0 };
    const finalFailure = await this.#lookup.find(unknown);
    if (finalFailure !== undefined) this.#fail(finalFailure);
    if (this.#isClosed || this.#finalFailure !== undefined) return delivery;
    this.#log.unrouted = undefined;
    this.#route(delivery);
    // All of it may have been dropped.
    this.#checkDrained();
    return delivery;
  }

  #route(delivery: PageDelivery): void {
    const { page } = delivery;
    const { skipped, skippedGaps, firstBad, stoppedAt } = this.#router.route(delivery);
    if (skipped > 0) {
      this.#events.onSkipped(page, firstBad!.index, firstBad!.reason, skipped);
      this.#log.skip(delivery, skipped, skippedGaps);
    }
    this.#sendQueue.add(this.#router.shiftTouched());
    if (stoppedAt !== undefined) {
      this.#log.unrouted = { page, from: stoppedAt.index };
      this.#fail(badRecord(page, stoppedAt));
    }
    this.#sendQueue.pump();
  }

  /** A record that is too large by itself: to the dead letter, or the run fails once all others are delivered. */
  #setAside(queue: PartitionQueue, batch: KafkaBatch, valueBytes: number, failure: Failure, cause: unknown): void {
    const { slice, from } = batch.parts[0]!;
    const index = slice.index(from);
    const onDiverted = (error?: Error | null): void => this.#onDiverted(batch, error);
    if (this.#events.onOversize(slice.page, index, queue, cause, onDiverted)) {
      this.#diverting += 1;
      return;
    }
    this.#log.giveUp(batch);
    this.#fail(tooLarge(queue, slice.page.frame(index).sequence, valueBytes, failure, cause));
  }

  #onDiverted(batch: KafkaBatch, error: Error | null | undefined): void {
    this.#diverting -= 1;
    if (error == null) this.#log.divert(batch);
    else {
      this.#log.giveUp(batch);
      this.#fail(noDeadLetter(error));
    }
    this.#onBack();
  }

  #onBack(): void {
    if (this.hasRoom) this.#events.onRoom();
    this.#checkDrained();
  }

  #fail(finalFailure: FinalFailure): void {
    // The first one is told; what comes after it is mostly its consequence.
    this.#finalFailure ??= finalFailure;
    this.#isFlushing = true;
    this.#drain.start();
    this.#sendQueue.pump();
    this.#checkDrained();
  }

  #checkDrained(): void {
    if (this.#finalFailure === undefined && this.#isSettled()) {
      const flushing = this.#flushing;
      this.#flushing = [];
      for (const resolve of flushing) resolve();
    }
    if ((this.#waiting.length > 0 || this.#finalFailure !== undefined) && this.#isSettled()) this.#finish();
  }

  /** Whether nothing is left that could still be delivered. */
  #isSettled(): boolean {
    if (this.#isClosed) return true;
    if (this.#finalFailure === undefined) return this.#log.isSent;
    return this.#diverting === 0 && this.#sendQueue.isDone;
  }

  #finish(): void {
    // A transaction that is not committed is waited for as well.
    if (this.#finalFailure !== undefined || this.#log.isSettled) this.#drain.stop();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    if (this.#finalFailure === undefined) return;
    this.close();
    this.#events.onFailed(this.#finalFailure);
  }
}
