import { SubscribeError } from '../errors.js';
import type { Clock, TimerHandle } from '../internal/clock.js';
import { notMade } from './connection-failures.js';
import { IdleClock } from './idle-clock.js';
import { compileMatch, type LookedAt, type Matcher } from './match.js';
import type { SubscribeMessage } from './options.js';
import { STEP_TIMEOUT_MS, type SubscribeStep } from './subscribe-options.js';

/** A step with its name, and who hears of it. */
export interface NamedStep {
  /** As the begin of a sentence: "Step 2 of `subscribe`". */
  readonly name: string;
  readonly step: SubscribeStep;
  /** It was sent, and confirmed where that is expected. */
  confirmed?(): void;
  /** The connection ended before it was taken. */
  dropped?(): void;
  /** It was rejected or not confirmed, or its function failed. Returns whether the connection may go on without it. */
  failed?(error: SubscribeError): boolean;
}

/** What a {@link Subscriber} is made of. */
export interface SubscriberParts {
  readonly clock: Clock;
  /** The address, as errors show it. */
  readonly url: string;
  readonly throttleMs: number | undefined;
  /** The message of a step: asks its function, where it has one. */
  make(step: SubscribeStep): SubscribeMessage | Promise<SubscribeMessage>;
  /** The text without secrets. */
  hide(text: string): string;
  send(message: SubscribeMessage): Promise<void>;
  /** A step begins, or ceases, to wait for its answer. */
  onAwaiting(isAwaiting: boolean): void;
}

/** Some steps that were given together. */
interface Order {
  /** How many of them are neither taken nor withdrawn yet. */
  left: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Takes the subscribe steps of one connection, one after the other: sends, and waits for the frame that confirms it. While
 * it is held, nobody can see an answer, and no time-out runs.
 */
export class Subscriber {
  readonly #parts: SubscriberParts;
  /** What is still to be sent, in order. */
  readonly #waiting = new Map<NamedStep, Order>();
  /** What was sent and is not confirmed yet. */
  #sent: NamedStep | undefined;
  #open: OpenStep | undefined;
  #timer: TimerHandle;
  #sentAt = Number.NEGATIVE_INFINITY;
  #isBusy = false;
  #isHeld = false;
  #isStopped = false;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
  }

  /**
   * Takes the steps, after those that it was given before. It never resolves after {@link stop}.
   *
   * @throws {SubscribeError} when one is rejected or not confirmed in time, or its function fails, and the connection cannot
   *   go on without it: no other is sent then
   */
  take(steps: readonly NamedStep[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const order = { left: steps.length, resolve, reject };
      for (const named of steps) this.#waiting.set(named, order);
      if (!this.#isBusy) void this.#takeAll();
    });
  }

  /** Forgets a step that was not sent yet. Returns whether it was not. */
  withdraw(named: NamedStep): boolean {
    const order = this.#waiting.get(named);
    if (order === undefined) return false;
    this.#waiting.delete(named);
    settleOne(order);
    return true;
  }

  /** Whether the frame answers the open step. */
  takes(frame: LookedAt): boolean {
    const open = this.#open;
    if (open === undefined) return false;
    const isRejection = open.reject?.matches(frame) === true;
    if (!isRejection && !open.expect.matches(frame)) return false;
    const answer = isRejection ? this.#parts.hide(frame.data.toString()) : undefined;
    this.#settle(isRejection ? this.#error(open.name, { reason: 'rejected', answer }) : undefined);
    return true;
  }

  hold(): void {
    this.#isHeld = true;
    this.#open?.silence.stop();
  }

  goOn(): void {
    this.#isHeld = false;
    this.#open?.silence.start();
  }

  stop(): void {
    this.#isStopped = true;
    this.#parts.clock.clearTimeout(this.#timer);
    this.#open?.silence.stop();
    this.#open = undefined;
    this.#sent?.dropped?.();
    for (const named of this.#waiting.keys()) named.dropped?.();
    this.#sent = undefined;
    this.#waiting.clear();
  }

  async #takeAll(): Promise<void> {
    this.#isBusy = true;
    // Steps may come and be withdrawn meanwhile: the iteration of a Map heeds that.
    for (const [named, order] of this.#waiting) {
      try {
        if (!(await this.#takeOne(named))) continue;
      } catch (error) {
        if (!(error instanceof SubscribeError && named.failed?.(error) === true)) {
          order.reject(error);
          return;
        }
        // Who heard of that may have ended the run.
        if (this.#isStopped) return;
        // One that was not made still waits.
        this.#waiting.delete(named);
      }
      this.#sent = undefined;
      settleOne(order);
    }
    this.#isBusy = false;
  }

  /** Returns whether it was taken: not when it was withdrawn before it was sent, or the connection is over. */
  async #takeOne(named: NamedStep): Promise<boolean> {
    await this.#throttled();
    const message = await this.#messageOf(named);
    if (this.#isStopped || message === undefined || !this.#waiting.delete(named)) return false;
    this.#sent = named;
    this.#sentAt = this.#parts.clock.monotonic();
    const answered = named.step.expect === undefined ? undefined : this.#answerTo(named);
    await this.#parts.send(message);
    await answered;
    if (this.#isStopped) return false;
    named.confirmed?.();
    return true;
  }

  /** `undefined` when it is withdrawn before it is made. */
  async #messageOf(named: NamedStep): Promise<SubscribeMessage | undefined> {
    if (!this.#waiting.has(named)) return undefined;
    try {
      return await this.#parts.make(named.step);
    } catch (error) {
      if (!this.#waiting.has(named)) return undefined;
      throw notMade(named.name, this.#parts.url, error, (text) => this.#parts.hide(text));
    }
  }

  /** Waits until the next message may go out. */
  #throttled(): Promise<void> | undefined {
    const { clock, throttleMs } = this.#parts;
    const leftMs = throttleMs === undefined ? 0 : this.#sentAt + throttleMs - clock.monotonic();
    if (leftMs <= 0) return undefined;
    return new Promise((resolve) => {
      this.#timer = clock.setTimeout(resolve, leftMs);
    });
  }

  #answerTo({ name, step }: NamedStep): Promise<void> {
    const { expect, reject, timeoutMs = STEP_TIMEOUT_MS } = step;
    const answered = new Promise<void>((resolve, refuse) => {
      const silence = new IdleClock(this.#parts.clock, timeoutMs, () =>
        this.#settle(this.#error(name, { reason: 'unanswered', timeoutMs })),
      );
      this.#open = {
        name,
        expect: compileMatch(expect as NonNullable<typeof expect>, 'subscribe.expect.path'),
        reject: reject === undefined ? undefined : compileMatch(reject, 'subscribe.reject.path'),
        silence,
        settle: (error) => (error === undefined ? resolve() : refuse(error)),
      };
      if (!this.#isHeld) silence.start();
      this.#parts.onAwaiting(true);
    });
    // It may be settled while the message is still being handed to the socket.
    answered.catch(() => {});
    return answered;
  }

  #settle(error: SubscribeError | undefined): void {
    const open = this.#open;
    this.#open = undefined;
    this.#parts.onAwaiting(false);
    open?.silence.stop();
    open?.settle(error);
  }

  #error(what: string, facts: Omit<ConstructorParameters<typeof SubscribeError>[0], 'what' | 'url'>): SubscribeError {
    return new SubscribeError({ what, url: this.#parts.url, ...facts });
  }
}

function settleOne(order: Order): void {
  order.left -= 1;
  if (order.left === 0) order.resolve();
}

interface OpenStep {
  readonly name: string;
  readonly expect: Matcher;
  readonly reject: Matcher | undefined;
  readonly silence: IdleClock;
  settle(error: SubscribeError | undefined): void;
}
