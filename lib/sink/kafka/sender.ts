import type { Page } from '../../batch/page.js';
import type { TimerHandle } from '../../internal/clock.js';
import { classify, type Failure } from './failures.js';
import { Handover } from './handover.js';
import type { KafkaBatch } from './kafka-batch.js';
import type { BatchLimits, Lane } from './lane.js';
import type { ResolvedKafkaOptions } from './options.js';
import type { KafkaProducer } from './producer.js';
import { RecordMaker } from './record-maker.js';
import { type KafkaReport, rangesOf } from './report.js';
import { Router } from './router.js';

/** What ended a run early. */
export interface Breakdown extends Failure {
  /** What could not be done, as the subject of a sentence: `Kafka did not take a batch for trades-3`. */
  readonly what: string;
  readonly cause: unknown;
}

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
 * Pages in, batches out, acknowledgements counted: the Kafka sink without its stream. It keeps at most one batch of a
 * partition on its way, so that a batch that has to be sent again cannot be overtaken, and bounds what waits.
 */
export class Sender {
  readonly #options: ResolvedKafkaOptions;
  readonly #producer: KafkaProducer;
  readonly #events: SenderEvents;
  readonly #router: Router;
  readonly #maker: RecordMaker;
  readonly #limits: BatchLimits;
  readonly #maxInFlight: number;
  /** Lanes that have something to send and nothing on its way, in the order in which they got it. */
  #queue: Lane[] = [];
  #inFlight = 0;
  #timer: TimerHandle | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  /** Timers of batches on their way, and of those that wait to be tried again. */
  readonly #timers = new Map<Lane, TimerHandle>();
  readonly #handovers = new Set<Handover>();
  #heldBytes = 0;
  /** Whether everything that waits goes out at once. */
  #isFlushing = false;
  #breakdown: Breakdown | undefined;
  #isClosed = false;
  #onDrained: (() => void)[] = [];
  #drainTimer: TimerHandle | undefined;
  /** Records that were given up while their lane goes on. */
  readonly #left: (readonly [page: Page, index: number])[] = [];
  /** Waits that end early when all is over. */
  readonly #sleepers = new Map<TimerHandle, () => void>();
  /** Records of a page that are not looked at yet, or were not any more. */
  #unrouted: { readonly page: Page; readonly from: number } | undefined;

  #acknowledged = 0;
  #acknowledgedBytes = 0;
  #pages = 0;
  #retries = 0;
  #diverted = 0;
  /** Records that the dead letter has and has not stored yet. */
  #diverting = 0;
  #skipped = 0;

  constructor(options: ResolvedKafkaOptions, producer: KafkaProducer, events: SenderEvents) {
    this.#options = options;
    this.#producer = producer;
    this.#events = events;
    this.#router = new Router(options);
    this.#maker = new RecordMaker(options);
    this.#limits = { records: options.batchSize, bytes: options.batchBytes };
    this.#maxInFlight = Math.min(options.maxInFlight, producer.maxInFlight ?? Number.POSITIVE_INFINITY);
  }

  get stats() {
    return {
      records: this.#acknowledged,
      pages: this.#pages,
      bytes: this.#acknowledgedBytes,
      waiting: this.#waiting(),
      inFlight: this.#inFlight,
      retries: this.#retries,
      diverted: this.#diverted,
      skipped: this.#skipped,
    };
  }

  /** Whether another page may be given. */
  get hasRoom(): boolean {
    return this.#heldBytes < this.#options.maxBufferedBytes && this.#breakdown === undefined;
  }

  /** Counts a request that the client tried again by itself. */
  countRetry(): void {
    this.#retries += 1;
  }

  /**
   * Takes a page. Its records go out when a batch is full, or has waited for its linger. Returns a promise when
   * something has to be found out first; the next page must wait for it. After a failure it takes nothing.
   */
  take(page: Page): Handover | Promise<Handover> {
    const handover = new Handover(page);
    this.#handovers.add(handover);
    this.#heldBytes += page.bytes.length;
    const unknown = this.#router.unknownTopics(page);
    if (unknown.length > 0) return this.#takeAfter(handover, unknown);
    this.#route(handover);
    return handover;
  }

  /** Sends all that waits, and resolves when everything is dealt with, or `drainTimeoutMs` has passed. */
  async drain(): Promise<void> {
    this.#isFlushing = true;
    this.#pump();
    if (this.#isSettled()) return;
    this.#armDrain();
    await new Promise<void>((resolve) => this.#onDrained.push(resolve));
  }

  /** Stops everything. What is on its way is not waited for. */
  close(): void {
    this.#isClosed = true;
    const { clock } = this.#options;
    for (const timer of this.#timers.values()) clock.clearTimeout(timer);
    this.#timers.clear();
    for (const [timer, wake] of this.#sleepers) {
      clock.clearTimeout(timer);
      wake();
    }
    this.#sleepers.clear();
    this.#disarm();
    if (this.#drainTimer !== undefined) clock.clearTimeout(this.#drainTimer);
    this.#drainTimer = undefined;
  }

  /** Tells all handovers that are not dealt with that they will not be. */
  failHandovers(error: Error): void {
    for (const handover of this.#handovers) handover.fail(error);
  }

  report(): KafkaReport {
    const undelivered = this.#waiting();
    let uncertain = 0;
    for (const lane of this.#router.lanes()) {
      if (lane.current?.mayBeStored === true) uncertain += lane.current.records.length;
    }
    return {
      acknowledged: this.#acknowledged,
      retries: this.#retries,
      diverted: this.#diverted,
      skipped: this.#skipped,
      undelivered,
      undeliveredRanges: undelivered === 0 ? [] : rangesOf(this.#undelivered()),
      uncertain,
    };
  }

  /** Records that were taken and are not dealt with. */
  #waiting(): number {
    let records = 0;
    for (const handover of this.#handovers) records += handover.left;
    return records;
  }

  *#undelivered(): Generator<readonly [Page, number]> {
    yield* this.#left;
    for (const lane of this.#router.lanes()) {
      for (const { slice, from, to } of lane.undelivered()) {
        for (let position = from; position < to; position++) yield [slice.page, slice.index(position)];
      }
    }
    const unrouted = this.#unrouted;
    if (unrouted === undefined) return;
    for (let index = unrouted.from; index < unrouted.page.length; index++) yield [unrouted.page, index];
  }

  async #takeAfter(handover: Handover, unknown: readonly string[]): Promise<Handover> {
    this.#unrouted = { page: handover.page, from: 0 };
    try {
      if (this.#router.topics + unknown.length > MAX_TOPICS) throw new OwnFailure(TOO_MANY_TOPICS);
      await Promise.all(unknown.map((topic) => this.#learn(topic)));
    } catch (cause) {
      const failure = cause instanceof OwnFailure ? cause.failure : classify(cause);
      const topics = unknown.slice(0, MAX_NAMED).join(', ');
      this.#fail({
        ...failure,
        what: `Cannot write to ${topics}`,
        cause: cause instanceof OwnFailure ? undefined : cause,
      });
      return handover;
    }
    if (this.#isClosed || this.#breakdown !== undefined) return handover;
    this.#unrouted = undefined;
    this.#route(handover);
    return handover;
  }

  /** Asks for a topic's partitions until there is an answer, or no hope. */
  async #learn(topic: string): Promise<void> {
    const { clock, messageTimeoutMs, logger } = this.#options;
    const startedAt = clock.monotonic();
    for (let failures = 1; ; failures++) {
      try {
        const left = startedAt + messageTimeoutMs - clock.monotonic();
        this.#router.know(topic, await this.#within(left, this.#producer.partitions(topic)));
        return;
      } catch (error) {
        const { kind } = classify(error);
        const patience = kind === 'brief' ? Math.min(BRIEF_MS, messageTimeoutMs) : messageTimeoutMs;
        const delay = retryDelay(failures);
        const isLate = clock.monotonic() + delay - startedAt > patience;
        if (this.#isClosed || error instanceof OwnFailure || kind === 'fatal' || kind === 'oversize' || isLate)
          throw error;
        this.#retries += 1;
        logger.warn({ err: error, topic, failures }, 'nothing is known of the topic yet; asking again');
        await this.#pause(delay);
        if (this.#isClosed) throw error;
      }
    }
  }

  /** What `work` gives, unless that takes longer. */
  #within<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const wake = this.#sleep(ms, () => reject(new OwnFailure(NO_ANSWER)));
      work.then(resolve, reject).finally(wake);
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#sleep(ms, resolve));
  }

  /** Calls back after a while, or when all is over. Returns what calls it off. */
  #sleep(ms: number, callback: () => void): () => void {
    const { clock } = this.#options;
    const timer = clock.setTimeout(
      () => {
        this.#sleepers.delete(timer);
        callback();
      },
      Math.max(1, ms),
    );
    this.#sleepers.set(timer, callback);
    return () => {
      clock.clearTimeout(timer);
      this.#sleepers.delete(timer);
    };
  }

  #route(handover: Handover): void {
    const { page } = handover;
    const { skipped, firstBad, stoppedAt } = this.#router.route(handover);
    if (skipped > 0) {
      this.#skipped += skipped;
      this.#events.onSkipped(page, firstBad!.index, firstBad!.reason, skipped);
      this.#settle(handover, skipped);
    }
    const dueAt = this.#options.clock.monotonic() + this.#options.lingerMs;
    for (const lane of this.#router.takeTouched()) {
      // Older ones that wait there rule.
      lane.dueAt = Math.min(lane.dueAt, dueAt);
      if (lane.isQueued || lane.current !== undefined) continue;
      lane.isQueued = true;
      this.#queue.push(lane);
    }
    if (stoppedAt !== undefined) {
      this.#unrouted = { page, from: stoppedAt.index };
      this.#fail({
        kind: 'fatal',
        name: '',
        what: `The record of frame ${page.frame(stoppedAt.index).sequence} cannot be sent`,
        reason: `it ${stoppedAt.reason}`,
        advice: 'Set `on_key_error` (onKeyError) to `skip` or `null_key` to go on without.',
        cause: undefined,
      });
    }
    this.#pump();
  }

  /** Sends what is due, as far as there is room on the way. */
  #pump(): void {
    if (this.#isClosed) return;
    const queue = this.#queue;
    if (queue.length > 0 && this.#inFlight < this.#maxInFlight) {
      const now = this.#options.clock.monotonic();
      const isUrgent = this.#isFlushing || !this.hasRoom;
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
    this.#arm();
  }

  #send(lane: Lane, batch: KafkaBatch): void {
    const { clock, messageTimeoutMs } = this.#options;
    lane.current = batch;
    this.#inFlight += 1;
    batch.firstSentAt ??= clock.monotonic();
    batch.isAnswered = false;
    const left = batch.firstSentAt + messageTimeoutMs - clock.monotonic();
    this.#timers.set(
      lane,
      clock.setTimeout(() => this.#onTimeout(lane, batch), Math.max(1, left)),
    );
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
    this.#acknowledged += batch.records.length;
    for (const { value } of batch.records) this.#acknowledgedBytes += value.length;
    this.#dealtWith(batch);
    this.#next(lane);
  }

  #onRefused(lane: Lane, batch: KafkaBatch, error: unknown): void {
    if (!this.#isBack(lane, batch)) return;
    const failure = classify(error);
    const { logger } = this.#options;
    batch.failures += 1;
    batch.isAnswered = true;
    // Some of these say for sure that it is not, but that takes no account of the client's own attempts.
    if (failure.kind === 'retriable') batch.hasBeenUncertain = true;
    if (failure.kind === 'oversize' && batch.records.length > 1) {
      logger.warn(
        { err: error, topic: lane.topic, records: batch.records.length },
        'a batch was too large; it is split',
      );
      this.#retries += 1;
      lane.splitAgain(batch);
      this.#next(lane);
    } else if (failure.kind === 'oversize') {
      this.#setAside(lane, batch, failure, error);
      this.#next(lane);
    } else if (failure.kind === 'fatal' || this.#isLate(batch, failure)) {
      this.#giveUp(lane, batch, failure, error);
    } else {
      const { clock } = this.#options;
      lane.current = batch;
      logger.warn(
        { err: error, topic: lane.topic, partition: lane.partition, failures: batch.failures },
        'a batch is sent again',
      );
      this.#timers.set(
        lane,
        clock.setTimeout(() => this.#sendAgain(lane, batch), retryDelay(batch.failures)),
      );
      this.#pump();
    }
  }

  #sendAgain(lane: Lane, batch: KafkaBatch): void {
    this.#timers.delete(lane);
    // Somebody else's turn: it is tried as soon as one of them is back.
    if (this.#inFlight >= this.#maxInFlight) {
      this.#timers.set(
        lane,
        this.#options.clock.setTimeout(() => this.#sendAgain(lane, batch), FIRST_RETRY_MS),
      );
      return;
    }
    this.#retries += 1;
    this.#send(lane, batch);
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

  #isLate(batch: KafkaBatch, { kind }: Failure): boolean {
    const { clock, messageTimeoutMs } = this.#options;
    const patience = kind === 'brief' ? Math.min(BRIEF_MS, messageTimeoutMs) : messageTimeoutMs;
    return clock.monotonic() + retryDelay(batch.failures) - batch.firstSentAt! > patience;
  }

  #onTimeout(lane: Lane, batch: KafkaBatch): void {
    this.#timers.delete(lane);
    lane.isDead = true;
    const { messageTimeoutMs } = this.#options;
    this.#fail(
      this.#timeIsUp(
        `Kafka did not take ${count(batch.records.length)} for ${lane.topic}, partition ${lane.partition}`,
        `there was no acknowledgement within ${messageTimeoutMs} ms, the \`message_timeout\` (messageTimeoutMs)`,
      ),
    );
  }

  /** A client that tries again by itself knows why there was no acknowledgement. */
  #timeIsUp(what: string, reason: string): Breakdown {
    const cause = this.#producer.lastFailure?.();
    if (cause === undefined) {
      const advice = 'Check that the brokers are up, or raise it if they need longer to recover.';
      return { kind: 'fatal', name: '', what, reason, advice, cause };
    }
    const known = classify(cause);
    return { ...known, kind: 'fatal', what, reason: `${reason}; the last try failed, because ${known.reason}`, cause };
  }

  #giveUp(lane: Lane, batch: KafkaBatch, failure: Failure, cause: unknown): void {
    lane.current = batch;
    lane.isDead = true;
    this.#fail({
      ...failure,
      what: `Kafka did not take ${count(batch.records.length)} for ${lane.topic}, partition ${lane.partition}`,
      cause,
    });
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
    const { sequence } = slice.page.frame(index);
    this.#left.push([slice.page, index]);
    this.#fail({
      ...failure,
      what: `The record of frame ${sequence}, of ${batch.records[0]!.value.length} bytes, cannot be written to ${lane.topic}`,
      advice: `${failure.advice} Or give a dead letter (\`dead_letter\`, deadLetter), which takes such records alone.`,
      cause,
    });
  }

  #onDiverted(batch: KafkaBatch, error: Error | null | undefined): void {
    this.#diverting -= 1;
    if (error == null) {
      this.#diverted += 1;
      this.#dealtWith(batch);
    } else {
      const { slice, from } = batch.parts[0]!;
      this.#left.push([slice.page, slice.index(from)]);
      this.#fail({
        kind: 'fatal',
        name: '',
        what: 'The dead letter cannot be written to',
        reason: error.message.replace(/[.\s]+$/, ''),
        advice: 'Check `dead_letter` (deadLetter), which takes the records that are too large for their topic.',
        cause: error,
      });
    }
    if (this.hasRoom) this.#events.onRoom();
    this.#checkDrained();
  }

  /** What follows once a lane's batch is back. */
  #next(lane: Lane): void {
    if (!lane.isEmpty && !lane.isDead) {
      lane.isQueued = true;
      this.#queue.push(lane);
    }
    this.#pump();
    if (this.hasRoom) this.#events.onRoom();
    this.#checkDrained();
  }

  #dealtWith(batch: KafkaBatch): void {
    for (const { slice, from, to } of batch.parts) this.#settle(slice.handover, to - from);
  }

  #settle(handover: Handover, records: number): void {
    if (!handover.settle(records)) return;
    this.#handovers.delete(handover);
    this.#heldBytes -= handover.page.bytes.length;
    this.#pages += 1;
  }

  #fail(breakdown: Breakdown): void {
    // The first one is told; what comes after it is mostly its consequence.
    this.#breakdown ??= breakdown;
    this.#isFlushing = true;
    this.#armDrain();
    this.#pump();
    this.#checkDrained();
  }

  /** Whether nothing is left that could still be delivered. */
  #isSettled(): boolean {
    if (this.#isClosed) return true;
    if (this.#breakdown === undefined) return this.#handovers.size === 0;
    if (this.#diverting > 0) return false;
    for (const lane of this.#router.lanes()) {
      if (!lane.isDead && (lane.current !== undefined || !lane.isEmpty)) return false;
    }
    return true;
  }

  #checkDrained(): void {
    if ((this.#onDrained.length > 0 || this.#breakdown !== undefined) && this.#isSettled()) this.#finishDrain();
  }

  #armDrain(): void {
    const { clock, drainTimeoutMs } = this.#options;
    this.#drainTimer ??= clock.setTimeout(() => {
      this.#breakdown ??= this.#timeIsUp(
        'Kafka did not take all records',
        `the run ended, and there was no acknowledgement within ${drainTimeoutMs} ms, the \`drain_timeout\` (drainTimeoutMs)`,
      );
      this.#finishDrain();
    }, drainTimeoutMs);
  }

  #finishDrain(): void {
    const { clock } = this.#options;
    if (this.#drainTimer !== undefined) clock.clearTimeout(this.#drainTimer);
    this.#drainTimer = undefined;
    const waiting = this.#onDrained;
    this.#onDrained = [];
    for (const resolve of waiting) resolve();
    if (this.#breakdown !== undefined) {
      this.close();
      this.#events.onFailed(this.#breakdown);
    }
  }

  /** One timer, for the lane that is due first. */
  #arm(): void {
    let dueAt = Number.POSITIVE_INFINITY;
    // With no room on the way, the next answer pumps.
    if (this.#inFlight < this.#maxInFlight) for (const lane of this.#queue) dueAt = Math.min(dueAt, lane.dueAt);
    if (dueAt === this.#timerAt) return;
    this.#disarm();
    if (dueAt === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    this.#timerAt = dueAt;
    this.#timer = clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#pump();
      },
      Math.max(1, dueAt - clock.monotonic()),
    );
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }
}

/** A failure that no client told of. */
class OwnFailure {
  readonly failure: Failure;

  constructor(failure: Failure) {
    this.failure = failure;
  }
}

function retryDelay(failures: number): number {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
}

function count(records: number): string {
  return `${records} record${records === 1 ? '' : 's'}`;
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;
/** How long a topic may be unknown: one that was created a moment ago is for some seconds. */
const BRIEF_MS = 5_000;
const MAX_TOPICS = 10_000;
const MAX_NAMED = 3;
const TOO_MANY_TOPICS: Failure = {
  kind: 'fatal',
  name: '',
  reason: `\`topic.path\` gave more than ${MAX_TOPICS} different topics`,
  advice: 'Check that it does not lead to something that differs from record to record.',
};
const NO_ANSWER: Failure = {
  kind: 'fatal',
  name: '',
  reason: 'no broker told of the topic within `message_timeout` (messageTimeoutMs)',
  advice: 'Check `brokers`, and that they are up and reachable from here.',
};
