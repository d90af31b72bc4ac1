import type { Page } from '../../batch/page.js';
import { type Breakdown, badRecord, noDeadLetter, notDrained, tooLarge } from './breakdown.js';
import { Dispatch } from './dispatch.js';
import { Drain } from './drain.js';
import type { Failure } from './failures.js';
import type { Handover } from './handover.js';
import type { KafkaBatch } from './kafka-batch.js';
import type { Lane } from './lane.js';
import type { Ledger } from './ledger.js';
import type { ResolvedKafkaOptions } from './options.js';
import type { KafkaProducer } from './producer.js';
import { Router } from './router.js';
import { TopicLookup } from './topic-lookup.js';

/** Whom the sender tells. */
export interface SenderEvents {
  /** There may be room again. */
  onRoom(): void;
  /** It failed, and everything else that could be delivered is. */
  onFailed(breakdown: Breakdown): void;
  /**
   * A record that is too large by itself. Returns whether somebody takes it, who then calls back once it is safe, or
   * with what went wrong.
   */
  onOversize(page: Page, index: number, lane: Lane, cause: unknown, callback: (error?: Error | null) => void): boolean;
  /** Records were dropped. */
  onSkipped(page: Page, index: number, reason: string, count: number): void;
}

/**
 * Pages in, batches out, acknowledgements counted: the Kafka sink without its stream. A page's way: the ledger takes it
 * in, the topic lookup finds the partitions of a topic that is new, the router spreads the records over the lanes, the
 * dispatch sends their batches, the ledger notes what became of them. The drain bounds the end.
 */
export class Sender {
  readonly #options: ResolvedKafkaOptions;
  readonly #producer: KafkaProducer;
  readonly #events: SenderEvents;
  readonly #ledger: Ledger;
  readonly #router: Router;
  readonly #lookup: TopicLookup;
  readonly #dispatch: Dispatch;
  readonly #drain: Drain;
  /** Whether everything that waits goes out at once. */
  #isFlushing = false;
  /** Records that the dead letter has and has not stored yet. */
  #diverting = 0;
  #breakdown: Breakdown | undefined;
  #isClosed = false;

  constructor(options: ResolvedKafkaOptions, producer: KafkaProducer, ledger: Ledger, events: SenderEvents) {
    this.#options = options;
    this.#producer = producer;
    this.#ledger = ledger;
    this.#events = events;
    this.#router = new Router(options);
    this.#lookup = new TopicLookup(options, producer, this.#router, () => this.countRetry());
    this.#dispatch = new Dispatch(options, producer, {
      isUrgent: () => this.#isFlushing || !this.hasRoom,
      onRetry: () => this.countRetry(),
      onAcknowledged: (batch) => this.#ledger.acknowledge(batch),
      onOversize: (lane, batch, failure, cause) => this.#setAside(lane, batch, failure, cause),
      onFailed: (breakdown) => this.#fail(breakdown),
      onBack: () => this.#onBack(),
    });
    this.#drain = new Drain(options, () => this.#onLate());
  }

  /** Batches on their way. */
  get inFlight(): number {
    return this.#dispatch.inFlight;
  }

  /** Whether another page may be given. */
  get hasRoom(): boolean {
    return this.#ledger.heldBytes < this.#options.maxBufferedBytes && this.#breakdown === undefined;
  }

  /** Counts a request that was tried again, by the client itself or from here. */
  countRetry(): void {
    this.#ledger.retries += 1;
  }

  /** What is known of every partition. */
  lanes(): Iterable<Lane> {
    return this.#router.lanes();
  }

  /**
   * Takes a page. Its records go out when a batch is full, or has waited for its linger. Returns a promise when
   * something has to be found out first; the next page must wait for it. After a failure it takes nothing.
   */
  take(page: Page): Handover | Promise<Handover> {
    const handover = this.#ledger.take(page);
    const unknown = this.#router.unknownTopics(page);
    if (unknown.length > 0) return this.#takeAfter(handover, unknown);
    this.#route(handover);
    return handover;
  }

  /** Sends all that waits, and resolves when everything is dealt with, or `drainTimeoutMs` has passed. */
  async drain(): Promise<void> {
    this.#isFlushing = true;
    this.#dispatch.pump();
    if (!this.#isSettled()) await this.#drain.whenOver();
  }

  /** Stops everything. What is on its way is not waited for. */
  close(): void {
    this.#isClosed = true;
    this.#dispatch.close();
    this.#lookup.close();
    this.#drain.stop();
  }

  async #takeAfter(handover: Handover, unknown: readonly string[]): Promise<Handover> {
    this.#ledger.unrouted = { page: handover.page, from: 0 };
    const breakdown = await this.#lookup.find(unknown);
    if (breakdown !== undefined) this.#fail(breakdown);
    if (this.#isClosed || this.#breakdown !== undefined) return handover;
    this.#ledger.unrouted = undefined;
    this.#route(handover);
    return handover;
  }

  #route(handover: Handover): void {
    const { page } = handover;
    const { skipped, skippedGaps, firstBad, stoppedAt } = this.#router.route(handover);
    if (skipped > 0) {
      this.#events.onSkipped(page, firstBad!.index, firstBad!.reason, skipped);
      this.#ledger.skip(handover, skipped, skippedGaps);
    }
    this.#dispatch.add(this.#router.takeTouched());
    if (stoppedAt !== undefined) {
      this.#ledger.unrouted = { page, from: stoppedAt.index };
      this.#fail(badRecord(page, stoppedAt));
    }
    this.#dispatch.pump();
  }

  /** A record that is too large by itself: to the dead letter, or the run fails once all others are delivered. */
  #setAside(lane: Lane, batch: KafkaBatch, failure: Failure, cause: unknown): void {
    const { slice, from } = batch.parts[0]!;
    const index = slice.index(from);
    const onDiverted = (error?: Error | null): void => this.#onDiverted(batch, error);
    if (this.#events.onOversize(slice.page, index, lane, cause, onDiverted)) {
      this.#diverting += 1;
      return;
    }
    this.#ledger.leave(batch);
    this.#fail(tooLarge(lane, batch, slice.page.frame(index).sequence, failure, cause));
  }

  #onDiverted(batch: KafkaBatch, error: Error | null | undefined): void {
    this.#diverting -= 1;
    if (error == null) this.#ledger.divert(batch);
    else {
      this.#ledger.leave(batch);
      this.#fail(noDeadLetter(error));
    }
    this.#onBack();
  }

  #onBack(): void {
    if (this.hasRoom) this.#events.onRoom();
    this.#checkDrained();
  }

  #fail(breakdown: Breakdown): void {
    // The first one is told; what comes after it is mostly its consequence.
    this.#breakdown ??= breakdown;
    this.#isFlushing = true;
    this.#drain.start();
    this.#dispatch.pump();
    this.#checkDrained();
  }

  #onLate(): void {
    this.#breakdown ??= notDrained(this.#options.drainTimeoutMs, this.#producer.lastFailure?.());
    this.#finish();
  }

  #checkDrained(): void {
    if ((this.#drain.isAwaited || this.#breakdown !== undefined) && this.#isSettled()) this.#finish();
  }

  /** Whether nothing is left that could still be delivered. */
  #isSettled(): boolean {
    if (this.#isClosed) return true;
    if (this.#breakdown === undefined) return this.#ledger.isSettled;
    if (this.#diverting > 0) return false;
    for (const lane of this.#router.lanes()) if (!lane.isDone) return false;
    return true;
  }

  #finish(): void {
    this.#drain.finish();
    if (this.#breakdown === undefined) return;
    this.close();
    this.#events.onFailed(this.#breakdown);
  }
}
