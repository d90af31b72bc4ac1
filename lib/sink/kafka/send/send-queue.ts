import type { TimerHandle } from '../../../internal/clock.js';
import { classify, type Failure, isFromBroker, isHopeless } from '../../../kafka/failures.js';
import type { BatchProducer } from '../../../kafka/produce/batch-producer.js';
import type { KafkaProducer } from '../../../kafka/producer.js';
import { patienceFor, retryDelay } from '../../../kafka/retry.js';
import { type FinalFailure, notTaken, notTakenInTime } from '../delivery/final-failure.js';
import type { ResolvedKafkaOptions } from '../options.js';
import type { KafkaBatch } from '../partitions/kafka-batch.js';
import type { BatchLimits, PartitionQueue } from '../partitions/partition-queue.js';
import { RecordMaker } from '../partitions/record-maker.js';
import { DueTimer } from './due-timer.js';
import { type Outlet, outletOf } from './outlet.js';

/** Whom the send queue asks and tells. */
export interface SendQueueHandler {
  /** Whether everything that waits goes out at once, full or not. */
  isUrgent(): boolean;
  /** A batch is sent again. */
  onRetry(): void;
  /** A batch is acknowledged, whose values have so many bytes; where its first record lies, if that is known. */
  onAcknowledged(batch: KafkaBatch, valueBytes: number, offset: number | undefined): void;
  /** A batch of one record, whose value has so many bytes, is too large. */
  onOversize(queue: PartitionQueue, batch: KafkaBatch, valueBytes: number, failure: Failure, cause: unknown): void;
  /** A batch is given up, and its queue with it. */
  onFailed(finalFailure: FinalFailure): void;
  /** A batch is dealt with, and what follows it is on its way. */
  onBack(): void;
}

/**
 * Which batch goes out when: the queues that have something to send in their turn, full or after their linger, and so many batches
 * in all. Where the producer keeps their order, several of a queue are on their way once the first has arrived. When one is
 * refused, nothing follows until all behind it have their answers: then those that are not stored are sent again, in their order
 * and one after the other, until their time is up.
 */
export class SendQueue {
  readonly #options: ResolvedKafkaOptions;
  readonly #outlet: Outlet;
  readonly #events: SendQueueHandler;
  readonly #maker: RecordMaker;
  readonly #limits: BatchLimits;
  readonly #maxInFlight: number;
  readonly #dueTimer: DueTimer;
  /** Queues that have something to send and may, in the order in which they got it. */
  #waiting: PartitionQueue[] = [];
  /** Of each queue with batches on their way the time-out of the oldest, or the wait before it is tried again. */
  readonly #timers = new Map<PartitionQueue, TimerHandle>();
  /** What the newest batch that is sent again failed with. */
  #lastFailure: unknown;
  #inFlight = 0;
  #isClosed = false;

  constructor(options: ResolvedKafkaOptions, producer: KafkaProducer | BatchProducer, events: SendQueueHandler) {
    this.#options = options;
    this.#events = events;
    this.#maker = new RecordMaker(options);
    this.#outlet = outletOf(producer, this.#maker);
    this.#limits = { records: options.batchSize, bytes: options.batchBytes };
    this.#maxInFlight = Math.min(options.maxInFlight, this.#outlet.maxInFlight ?? Number.POSITIVE_INFINITY);
    this.#dueTimer = new DueTimer(options.clock, () => this.pump());
  }

  /** Batches on their way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether nobody looks at a page any more when all of its batches are acknowledged. */
  get keepsNothing(): boolean {
    return this.#outlet.keepsNothing;
  }

  /** Whether nothing is on its way or will be, but for batches that are given up. */
  get isDone(): boolean {
    // A queue that waits for its own batches has a timer.
    return this.#timers.size === 0 && this.#waiting.every(({ isDead }) => isDead);
  }

  /** What the newest request failed with that is tried again, here or by the client, as far as that is known. */
  get lastFailure(): unknown {
    return this.#outlet.lastFailure() ?? this.#lastFailure;
  }

  /** Looks after queues that got records. */
  add(queues: readonly PartitionQueue[]): void {
    const dueAt = this.#options.clock.monotonic() + this.#options.lingerMs;
    for (const queue of queues) {
      // Older ones that wait there rule.
      queue.dueAt = Math.min(queue.dueAt, dueAt);
      this.#rejoin(queue);
    }
  }

  /** Sends what is due, as far as there is room on the way: of each queue one batch in its turn. */
  pump(): void {
    if (this.#isClosed) return;
    const now = this.#options.clock.monotonic();
    const isUrgent = this.#events.isUrgent();
    for (let isMoving = true; isMoving && this.#inFlight < this.#maxInFlight; ) {
      isMoving = false;
      const rest: PartitionQueue[] = [];
      for (const queue of this.#waiting) {
        const isDue = isUrgent || queue.dueAt <= now || queue.isFull(this.#limits);
        if (this.#maySend(queue) && isDue && this.#inFlight < this.#maxInFlight) {
          this.#sendNext(queue);
          isMoving = true;
        }
        if (this.#maySend(queue)) rest.push(queue);
        else queue.isQueued = false;
      }
      this.#waiting = rest;
    }
    this.#dueTimer.set(this.#nextDueAt());
  }

  /** Stops everything. What is on its way is not waited for. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) this.#options.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  /** Gives a queue its turn, if it has something to send and may. */
  #rejoin(queue: PartitionQueue): void {
    if (queue.isQueued || !this.#maySend(queue)) return;
    queue.isQueued = true;
    this.#waiting.push(queue);
  }

  #maySend(queue: PartitionQueue): boolean {
    if (queue.isEmpty || queue.isDead || queue.isResting) return false;
    return queue.sent.length < (queue.isSteady ? this.#outlet.maxPerPartition : 1);
  }

  #sendNext(queue: PartitionQueue): void {
    const batch = queue.nextBatch(this.#limits, this.#maker);
    if (batch.failures > 0) this.#events.onRetry();
    queue.sent.push(batch);
    queue.inFlight += 1;
    this.#inFlight += 1;
    batch.firstSentAt ??= this.#options.clock.monotonic();
    batch.isAnswered = false;
    if (queue.sent.length === 1) this.#watch(queue);
    let sent: Promise<number | undefined>;
    try {
      sent = this.#outlet.send(batch);
    } catch (error) {
      sent = Promise.reject(error as Error);
    }
    sent.then(
      (offset) => this.#onAcknowledged(queue, batch, offset),
      (error: unknown) => this.#onRefused(queue, batch, error),
    );
  }

  #onAcknowledged(queue: PartitionQueue, batch: KafkaBatch, offset: number | undefined): void {
    if (!this.#isBack(queue, batch)) return;
    this.#lastFailure = undefined;
    queue.sent.splice(queue.sent.indexOf(batch), 1);
    this.#events.onAcknowledged(batch, this.#maker.valueBytes(batch), offset);
    queue.isSteady = !queue.hasAgain && queue.sent.every(({ isAnswered }) => !isAnswered);
    this.#next(queue);
  }

  #onRefused(queue: PartitionQueue, batch: KafkaBatch, error: unknown): void {
    if (!this.#isBack(queue, batch)) return;
    const failure = classify(error);
    batch.failures += 1;
    batch.refusal = { failure, error };
    // Some of these say for sure that it is not, but that takes no account of the client's own attempts.
    if (failure.kind === 'retriable' || !(isFromBroker(error) || isHopeless(error))) batch.hasBeenUncertain = true;
    queue.isSteady = false;
    this.#next(queue);
  }

  /** What follows once a queue's batch is back. */
  #next(queue: PartitionQueue): void {
    if (!queue.isDead) {
      const [oldest] = queue.sent;
      if (oldest === undefined || !oldest.isAnswered) this.#watch(queue);
      // The others have failed with it, as a rule: what it was says what is to be done.
      else if (queue.inFlight === 0) this.#recover(queue, oldest);
      this.#rejoin(queue);
    } else if (queue.inFlight === 0) this.#unwatch(queue);
    this.pump();
    this.#events.onBack();
  }

  /** All batches of a queue that were sent have their answers, and these are not stored. */
  #recover(queue: PartitionQueue, oldest: KafkaBatch): void {
    const { failure, error } = oldest.refusal!;
    this.#unwatch(queue);
    if (failure.kind === 'oversize') this.#onOversize(queue, oldest, failure, error);
    else if (failure.kind === 'fatal' || this.#isLate(oldest, failure)) this.#giveUp(queue, oldest, failure, error);
    else this.#retryLater(queue, oldest, error);
  }

  #onOversize(queue: PartitionQueue, batch: KafkaBatch, failure: Failure, cause: unknown): void {
    if (batch.length > 1) {
      const facts = { err: cause, topic: queue.topic, records: batch.length };
      this.#options.logger.warn(facts, 'a batch was too large; it is split');
      this.#events.onRetry();
      queue.splitAgain();
      return;
    }
    queue.sent.shift();
    queue.sendAgain();
    this.#outlet.forget(batch);
    // Before it is told: who hears of it asks whether there is more to come.
    this.#rejoin(queue);
    this.#events.onOversize(queue, batch, this.#maker.valueBytes(batch), failure, cause);
  }

  #giveUp(queue: PartitionQueue, batch: KafkaBatch, failure: Failure, cause: unknown): void {
    queue.isDead = true;
    this.#events.onFailed(notTaken(queue, batch, failure, cause));
  }

  #retryLater(queue: PartitionQueue, batch: KafkaBatch, error: unknown): void {
    this.#lastFailure = error;
    const { topic, partition } = queue;
    const facts = { err: error, topic, partition, failures: batch.failures, batches: queue.sent.length };
    this.#options.logger.warn(facts, 'a batch is sent again');
    queue.sendAgain();
    queue.isResting = true;
    this.#after(retryDelay(batch.failures), queue, () => {
      this.#timers.delete(queue);
      queue.isResting = false;
      this.#rejoin(queue);
      this.pump();
    });
  }

  /** Bounds the time of the oldest batch of a queue, if there is one. */
  #watch(queue: PartitionQueue): void {
    this.#unwatch(queue);
    const [oldest] = queue.sent;
    if (oldest === undefined) return;
    const { clock, messageTimeoutMs } = this.#options;
    const left = oldest.firstSentAt! + messageTimeoutMs - clock.monotonic();
    this.#after(Math.max(1, left), queue, () => this.#onTimeout(queue, oldest));
  }

  #unwatch(queue: PartitionQueue): void {
    const timer = this.#timers.get(queue);
    if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    this.#timers.delete(queue);
  }

  /** What has no answer keeps its place on the way: it may yet arrive. */
  #onTimeout(queue: PartitionQueue, batch: KafkaBatch): void {
    this.#timers.delete(queue);
    queue.isDead = true;
    const { messageTimeoutMs } = this.#options;
    this.#events.onFailed(notTakenInTime(queue, batch, messageTimeoutMs, this.lastFailure));
  }

  /** Whether the answer to a batch is one that somebody waits for. */
  #isBack(queue: PartitionQueue, batch: KafkaBatch): boolean {
    if (this.#isClosed) return false;
    batch.isAnswered = true;
    queue.inFlight -= 1;
    this.#inFlight -= 1;
    return true;
  }

  #isLate(batch: KafkaBatch, { kind }: Failure): boolean {
    const { clock, messageTimeoutMs } = this.#options;
    const triedAt = clock.monotonic() + retryDelay(batch.failures);
    return triedAt - batch.firstSentAt! > patienceFor(kind, messageTimeoutMs);
  }

  #after(ms: number, queue: PartitionQueue, callback: () => void): void {
    this.#timers.set(queue, this.#options.clock.setTimeout(callback, ms));
  }

  /** With no room on the way, the next answer pumps. */
  #nextDueAt(): number {
    let dueAt = Number.POSITIVE_INFINITY;
    if (this.#inFlight < this.#maxInFlight) for (const queue of this.#waiting) dueAt = Math.min(dueAt, queue.dueAt);
    return dueAt;
  }
}
