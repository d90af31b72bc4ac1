import type { TimerHandle } from '../../../internal/clock.js';
import { classify, type Failure, isFromBroker, isHopeless } from '../../../kafka/failures.js';
import type { KafkaProducer } from '../../../kafka/producer.js';
import { type FinalFailure, notTaken, notTakenInTime } from '../delivery/final-failure.js';
import type { ResolvedKafkaOptions } from '../options.js';
import type { KafkaBatch } from '../partitions/kafka-batch.js';
import type { BatchLimits, PartitionQueue } from '../partitions/partition-queue.js';
import { RecordMaker } from '../partitions/record-maker.js';
import { DueTimer } from './due-timer.js';
import { FIRST_RETRY_MS, patienceFor, retryDelay } from './retry.js';

/** Whom the send queue asks and tells. */
export interface SendQueueHandler {
  /** Whether everything that waits goes out at once, full or not. */
  isUrgent(): boolean;
  /** A batch is sent again. */
  onRetry(): void;
  /** A batch is acknowledged. */
  onAcknowledged(batch: KafkaBatch): void;
  /** A batch of one record is too large. */
  onOversize(queue: PartitionQueue, batch: KafkaBatch, failure: Failure, cause: unknown): void;
  /** A batch is given up, and its queue with it. */
  onFailed(finalFailure: FinalFailure): void;
  /** A batch is dealt with, and what follows it is on its way. */
  onBack(): void;
}

/**
 * Which batch goes out when: the queues that have something to send in their turn, full or after their linger; at most one
 * batch of a queue on its way, and so many in all. One that failed in passing is sent again, until its time is up.
 */
export class SendQueue {
  readonly #options: ResolvedKafkaOptions;
  readonly #producer: KafkaProducer;
  readonly #events: SendQueueHandler;
  readonly #maker: RecordMaker;
  readonly #limits: BatchLimits;
  readonly #maxInFlight: number;
  readonly #dueTimer: DueTimer;
  /** Queues that have something to send and nothing on its way, in the order in which they got it. */
  #waiting: PartitionQueue[] = [];
  /** Timers of batches on their way, and of those that wait to be tried again. */
  readonly #timers = new Map<PartitionQueue, TimerHandle>();
  /** What the newest batch that is sent again failed with. */
  #lastFailure: unknown;
  #inFlight = 0;
  #isClosed = false;

  constructor(options: ResolvedKafkaOptions, producer: KafkaProducer, events: SendQueueHandler) {
    this.#options = options;
    this.#producer = producer;
    this.#events = events;
    this.#maker = new RecordMaker(options);
    this.#limits = { records: options.batchSize, bytes: options.batchBytes };
    this.#maxInFlight = Math.min(options.maxInFlight, producer.maxInFlight ?? Number.POSITIVE_INFINITY);
    this.#dueTimer = new DueTimer(options.clock, () => this.pump());
  }

  /** Batches on their way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** What the newest request failed with that is tried again, here or by the client, as far as that is known. */
  get lastFailure(): unknown {
    return this.#producer.lastFailure?.() ?? this.#lastFailure;
  }

  /** Looks after queues that got records. */
  add(queues: readonly PartitionQueue[]): void {
    const dueAt = this.#options.clock.monotonic() + this.#options.lingerMs;
    for (const queue of queues) {
      // Older ones that wait there rule.
      queue.dueAt = Math.min(queue.dueAt, dueAt);
      if (!queue.isQueued && queue.current === undefined) this.#enqueue(queue);
    }
  }

  /** Sends what is due, as far as there is room on the way. */
  pump(): void {
    if (this.#isClosed) return;
    const waiting = this.#waiting;
    if (waiting.length > 0 && this.#inFlight < this.#maxInFlight) {
      const now = this.#options.clock.monotonic();
      const isUrgent = this.#events.isUrgent();
      const rest: PartitionQueue[] = [];
      for (const queue of waiting) {
        if (queue.isDead) queue.isQueued = false;
        else if (this.#inFlight < this.#maxInFlight && (isUrgent || queue.dueAt <= now || queue.isFull(this.#limits))) {
          queue.isQueued = false;
          this.#send(queue, queue.nextBatch(this.#limits, this.#maker));
        } else rest.push(queue);
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
    this.#dueTimer.set(Number.POSITIVE_INFINITY);
  }

  #enqueue(queue: PartitionQueue): void {
    queue.isQueued = true;
    this.#waiting.push(queue);
  }

  #send(queue: PartitionQueue, batch: KafkaBatch): void {
    const { clock, messageTimeoutMs } = this.#options;
    queue.current = batch;
    this.#inFlight += 1;
    batch.firstSentAt ??= clock.monotonic();
    batch.isAnswered = false;
    const left = batch.firstSentAt + messageTimeoutMs - clock.monotonic();
    this.#after(Math.max(1, left), queue, () => this.#onTimeout(queue, batch));
    let sent: Promise<unknown>;
    try {
      sent = this.#producer.send(batch.records);
    } catch (error) {
      sent = Promise.reject(error as Error);
    }
    sent.then(
      () => this.#onAcknowledged(queue, batch),
      (error: unknown) => this.#onRefused(queue, batch, error),
    );
  }

  #onAcknowledged(queue: PartitionQueue, batch: KafkaBatch): void {
    if (!this.#isBack(queue, batch)) return;
    this.#lastFailure = undefined;
    this.#events.onAcknowledged(batch);
    this.#next(queue);
  }

  #onRefused(queue: PartitionQueue, batch: KafkaBatch, error: unknown): void {
    if (!this.#isBack(queue, batch)) return;
    const failure = classify(error);
    batch.failures += 1;
    batch.isAnswered = true;
    // Some of these say for sure that it is not, but that takes no account of the client's own attempts.
    if (failure.kind === 'retriable' || !(isFromBroker(error) || isHopeless(error))) batch.hasBeenUncertain = true;
    if (failure.kind === 'oversize') this.#onOversize(queue, batch, failure, error);
    else if (failure.kind === 'fatal' || this.#isLate(batch, failure)) this.#giveUp(queue, batch, failure, error);
    else this.#retryLater(queue, batch, error);
  }

  #onOversize(queue: PartitionQueue, batch: KafkaBatch, failure: Failure, cause: unknown): void {
    if (batch.records.length > 1) {
      const facts = { err: cause, topic: queue.topic, records: batch.records.length };
      this.#options.logger.warn(facts, 'a batch was too large; it is split');
      this.#events.onRetry();
      queue.splitAgain(batch);
    } else this.#events.onOversize(queue, batch, failure, cause);
    this.#next(queue);
  }

  #giveUp(queue: PartitionQueue, batch: KafkaBatch, failure: Failure, cause: unknown): void {
    queue.current = batch;
    queue.isDead = true;
    this.#events.onFailed(notTaken(queue, batch, failure, cause));
  }

  #retryLater(queue: PartitionQueue, batch: KafkaBatch, error: unknown): void {
    queue.current = batch;
    this.#lastFailure = error;
    const { topic, partition } = queue;
    this.#options.logger.warn({ err: error, topic, partition, failures: batch.failures }, 'a batch is sent again');
    this.#after(retryDelay(batch.failures), queue, () => this.#sendAgain(queue, batch));
    this.pump();
  }

  #sendAgain(queue: PartitionQueue, batch: KafkaBatch): void {
    this.#timers.delete(queue);
    // Somebody else's turn: it is tried as soon as one of them is back.
    if (this.#inFlight >= this.#maxInFlight) {
      this.#after(FIRST_RETRY_MS, queue, () => this.#sendAgain(queue, batch));
      return;
    }
    this.#events.onRetry();
    this.#send(queue, batch);
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
    if (this.#isClosed || queue.current !== batch) return false;
    const timer = this.#timers.get(queue);
    if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    this.#timers.delete(queue);
    this.#inFlight -= 1;
    queue.current = undefined;
    return true;
  }

  /** What follows once a queue's batch is back. */
  #next(queue: PartitionQueue): void {
    if (!queue.isEmpty && !queue.isDead) this.#enqueue(queue);
    this.pump();
    this.#events.onBack();
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
