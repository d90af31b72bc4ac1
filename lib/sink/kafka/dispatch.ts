import type { TimerHandle } from '../../internal/clock.js';
import { Alarm } from './alarm.js';
import { type Breakdown, notTaken, notTakenInTime } from './breakdown.js';
import { classify, type Failure } from './failures.js';
import type { KafkaBatch } from './kafka-batch.js';
import type { BatchLimits, Lane } from './lane.js';
import type { ResolvedKafkaOptions } from './options.js';
import type { KafkaProducer } from './producer.js';
import { RecordMaker } from './record-maker.js';
import { FIRST_RETRY_MS, patienceFor, retryDelay } from './retry.js';

/** Whom the dispatch asks and tells. */
export interface DispatchEvents {
  /** Whether everything that waits goes out at once, full or not. */
  isUrgent(): boolean;
  /** A batch is sent again. */
  onRetry(): void;
  /** A batch is acknowledged. */
  onAcknowledged(batch: KafkaBatch): void;
  /** A batch of one record is too large. */
  onOversize(lane: Lane, batch: KafkaBatch, failure: Failure, cause: unknown): void;
  /** A batch is given up, and its lane with it. */
  onFailed(breakdown: Breakdown): void;
  /** A batch is dealt with, and what follows it is on its way. */
  onBack(): void;
}

/**
 * Which batch goes out when: the lanes that have something to send in their turn, full or after their linger; at most one
 * batch of a lane on its way, and so many in all. One that failed in passing is sent again, until its time is up.
 */
export class Dispatch {
  readonly #options: ResolvedKafkaOptions;
  readonly #producer: KafkaProducer;
  readonly #events: DispatchEvents;
  readonly #maker: RecordMaker;
  readonly #limits: BatchLimits;
  readonly #maxInFlight: number;
  readonly #alarm: Alarm;
  /** Lanes that have something to send and nothing on its way, in the order in which they got it. */
  #queue: Lane[] = [];
  /** Timers of batches on their way, and of those that wait to be tried again. */
  readonly #timers = new Map<Lane, TimerHandle>();
  #inFlight = 0;
  #isClosed = false;

  constructor(options: ResolvedKafkaOptions, producer: KafkaProducer, events: DispatchEvents) {
    this.#options = options;
    this.#producer = producer;
    this.#events = events;
    this.#maker = new RecordMaker(options);
    this.#limits = { records: options.batchSize, bytes: options.batchBytes };
    this.#maxInFlight = Math.min(options.maxInFlight, producer.maxInFlight ?? Number.POSITIVE_INFINITY);
    this.#alarm = new Alarm(options.clock, () => this.pump());
  }

  /** Batches on their way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Looks after lanes that got records. */
  add(lanes: readonly Lane[]): void {
    const dueAt = this.#options.clock.monotonic() + this.#options.lingerMs;
    for (const lane of lanes) {
      // Older ones that wait there rule.
      lane.dueAt = Math.min(lane.dueAt, dueAt);
      if (!lane.isQueued && lane.current === undefined) this.#enqueue(lane);
    }
  }

  /** Sends what is due, as far as there is room on the way. */
  pump(): void {
    if (this.#isClosed) return;
    const queue = this.#queue;
    if (queue.length > 0 && this.#inFlight < this.#maxInFlight) {
      const now = this.#options.clock.monotonic();
      const isUrgent = this.#events.isUrgent();
      const rest: Lane[] = [];
      for (const lane of queue) {
        if (lane.isDead) lane.isQueued = false;
        else if (this.#inFlight < this.#maxInFlight && (isUrgent || lane.dueAt <= now || lane.isFull(this.#limits))) {
          lane.isQueued = false;
          this.#send(lane, lane.take(this.#limits, this.#maker));
        } else rest.push(lane);
      }
      this.#queue = rest;
    }
    this.#alarm.set(this.#nextDueAt());
  }

  /** Stops everything. What is on its way is not waited for. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) this.#options.clock.clearTimeout(timer);
    this.#timers.clear();
    this.#alarm.set(Number.POSITIVE_INFINITY);
  }

  #enqueue(lane: Lane): void {
    lane.isQueued = true;
    this.#queue.push(lane);
  }

  #send(lane: Lane, batch: KafkaBatch): void {
    const { clock, messageTimeoutMs } = this.#options;
    lane.current = batch;
    this.#inFlight += 1;
    batch.firstSentAt ??= clock.monotonic();
    batch.isAnswered = false;
    const left = batch.firstSentAt + messageTimeoutMs - clock.monotonic();
    this.#after(Math.max(1, left), lane, () => this.#onTimeout(lane, batch));
    let sent: Promise<unknown>;
    try {
      sent = this.#producer.send(batch.records);
    } catch (error) {
      sent = Promise.reject(error as Error);
    }
    sent.then(
      () => this.#onAcknowledged(lane, batch),
      (error: unknown) => this.#onRefused(lane, batch, error),
    );
  }

  #onAcknowledged(lane: Lane, batch: KafkaBatch): void {
    if (!this.#isBack(lane, batch)) return;
    this.#events.onAcknowledged(batch);
    this.#next(lane);
  }

  #onRefused(lane: Lane, batch: KafkaBatch, error: unknown): void {
    if (!this.#isBack(lane, batch)) return;
    const failure = classify(error);
    batch.failures += 1;
    batch.isAnswered = true;
    // Some of these say for sure that it is not, but that takes no account of the client's own attempts.
    if (failure.kind === 'retriable') batch.hasBeenUncertain = true;
    if (failure.kind === 'oversize') this.#onOversize(lane, batch, failure, error);
    else if (failure.kind === 'fatal' || this.#isLate(batch, failure)) this.#giveUp(lane, batch, failure, error);
    else this.#retryLater(lane, batch, error);
  }

  #onOversize(lane: Lane, batch: KafkaBatch, failure: Failure, cause: unknown): void {
    if (batch.records.length > 1) {
      const facts = { err: cause, topic: lane.topic, records: batch.records.length };
      this.#options.logger.warn(facts, 'a batch was too large; it is split');
      this.#events.onRetry();
      lane.splitAgain(batch);
    } else this.#events.onOversize(lane, batch, failure, cause);
    this.#next(lane);
  }

  #giveUp(lane: Lane, batch: KafkaBatch, failure: Failure, cause: unknown): void {
    lane.current = batch;
    lane.isDead = true;
    this.#events.onFailed(notTaken(lane, batch, failure, cause));
  }

  #retryLater(lane: Lane, batch: KafkaBatch, error: unknown): void {
    lane.current = batch;
    const { topic, partition } = lane;
    this.#options.logger.warn({ err: error, topic, partition, failures: batch.failures }, 'a batch is sent again');
    this.#after(retryDelay(batch.failures), lane, () => this.#sendAgain(lane, batch));
    this.pump();
  }

  #sendAgain(lane: Lane, batch: KafkaBatch): void {
    this.#timers.delete(lane);
    // Somebody else's turn: it is tried as soon as one of them is back.
    if (this.#inFlight >= this.#maxInFlight) {
      this.#after(FIRST_RETRY_MS, lane, () => this.#sendAgain(lane, batch));
      return;
    }
    this.#events.onRetry();
    this.#send(lane, batch);
  }

  /** What has no answer keeps its place on the way: it may yet arrive. */
  #onTimeout(lane: Lane, batch: KafkaBatch): void {
    this.#timers.delete(lane);
    lane.isDead = true;
    const { messageTimeoutMs } = this.#options;
    this.#events.onFailed(notTakenInTime(lane, batch, messageTimeoutMs, this.#producer.lastFailure?.()));
  }

  /** Whether the answer to a batch is one that somebody waits for. */
  #isBack(lane: Lane, batch: KafkaBatch): boolean {
    if (this.#isClosed || lane.current !== batch) return false;
    const timer = this.#timers.get(lane);
    if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    this.#timers.delete(lane);
    this.#inFlight -= 1;
    lane.current = undefined;
    return true;
  }

  /** What follows once a lane's batch is back. */
  #next(lane: Lane): void {
    if (!lane.isEmpty && !lane.isDead) this.#enqueue(lane);
    this.pump();
    this.#events.onBack();
  }

  #isLate(batch: KafkaBatch, { kind }: Failure): boolean {
    const { clock, messageTimeoutMs } = this.#options;
    const triedAt = clock.monotonic() + retryDelay(batch.failures);
    return triedAt - batch.firstSentAt! > patienceFor(kind, messageTimeoutMs);
  }

  #after(ms: number, lane: Lane, callback: () => void): void {
    this.#timers.set(lane, this.#options.clock.setTimeout(callback, ms));
  }

  /** With no room on the way, the next answer pumps. */
  #nextDueAt(): number {
    let dueAt = Number.POSITIVE_INFINITY;
    if (this.#inFlight < this.#maxInFlight) for (const lane of this.#queue) dueAt = Math.min(dueAt, lane.dueAt);
    return dueAt;
  }
}
