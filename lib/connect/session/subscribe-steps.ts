import { ConfigError, SubscribeError } from '../../errors.js';
import type { Clock, TimerHandle } from '../../internal/clock.js';
import type { LookedAt } from '../options/match.js';
import type { SubscribeMessage, SubscribeStep } from '../options/subscribe-options.js';
import { notMade } from '../reach/connection-failures.js';
import { Awaited } from './awaited.js';

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

/** What a {@link SubscribeSteps} is made of. */
export interface SubscribeStepsParts {
  readonly clock: Clock;
  /** The address, as errors show it. */
  readonly url: string;
  readonly throttleMs: number | undefined;
  /** The message of a step: asks its function, where it has one, which errors call `option`. */
  make(step: SubscribeStep, option: string): SubscribeMessage | Promise<SubscribeMessage>;
  /** The text without secrets. */
  hide(text: string): string;
  send(message: SubscribeMessage): Promise<void>;
  /** A frame is waited for from now on, or none any more. */
  onAwaiting(isAwaiting: boolean): void;
}

/** Some steps that were given together. */
interface Order {
  /** How many of them are neither taken nor withdrawn yet. */
  left: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** A step whose turn has not come yet, or that has only a frame to wait for. */
interface Waiting {
  readonly order: Order;
  /** The frame that a step of `expect` alone waits for: it may come before its turn. */
  readonly awaited: Awaited | undefined;
}

/**
 * Takes the subscribe steps of one connection, one after the other: sends, and waits for the frame that confirms it; or
 * only waits, where the server speaks first. While it is held, nobody can see an answer, and no time-out runs.
 */
export class SubscribeSteps {
  readonly #parts: SubscribeStepsParts;
  /** What is still to be sent or waited for, in order. */
  readonly #waiting = new Map<NamedStep, Waiting>();
  /** What was sent and is not confirmed yet. */
  #sent: NamedStep | undefined;
  /** The frames that may come now: that of the step whose turn it is before the others. */
  #awaited: readonly Awaited[] = [];
  #timer: TimerHandle;
  #sentAt = Number.NEGATIVE_INFINITY;
  #isBusy = false;
  #isHeld = false;
  #isStopped = false;

  constructor(parts: SubscribeStepsParts) {
    this.#parts = parts;
  }

  /**
   * Takes the steps, after those that it was given before. It never resolves after {@link stop}.
   *
   * @throws {SubscribeError} when one is rejected or not confirmed in time, or its function fails, and the connection cannot
   *   go on without it: no other is sent then
   * @throws {ConfigError} when the function of one that is an option returned what cannot be sent
   */
  add(steps: readonly NamedStep[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const order = { left: steps.length, resolve, reject };
      const early: Awaited[] = [];
      for (const named of steps) {
        const awaited = named.step.send === undefined ? this.#newAwaited(named) : undefined;
        if (awaited !== undefined) early.push(awaited);
        this.#waiting.set(named, { order, awaited });
      }
      this.#await([...this.#awaited, ...early]);
      if (!this.#isBusy) void this.#sendAll();
    });
  }

  /** Forgets a step of which nothing was sent yet. Returns whether nothing was. */
  withdraw(named: NamedStep): boolean {
    const waiting = this.#waiting.get(named);
    if (waiting === undefined) return false;
    this.#waiting.delete(named);
    this.#forget(waiting.awaited);
    waiting.awaited?.withdraw();
    settleOne(waiting.order);
    return true;
  }

  /** Whether the frame answers a step. */
  consumes(frame: LookedAt): boolean {
    for (const awaited of this.#awaited) {
      if (!awaited.consumes(frame)) continue;
      this.#forget(awaited);
      return true;
    }
    return false;
  }

  pause(): void {
    this.#isHeld = true;
    for (const awaited of this.#awaited) awaited.pause();
  }

  resume(): void {
    this.#isHeld = false;
    for (const awaited of this.#awaited) awaited.resume();
  }

  stop(): void {
    this.#isStopped = true;
    this.#parts.clock.clearTimeout(this.#timer);
    for (const awaited of this.#awaited) awaited.stop();
    this.#await([]);
    this.#sent?.dropped?.();
    for (const named of this.#waiting.keys()) named.dropped?.();
    this.#sent = undefined;
    this.#waiting.clear();
  }

  async #sendAll(): Promise<void> {
    this.#isBusy = true;
    // Steps may come and be withdrawn meanwhile: the iteration of a Map heeds that.
    for (const [named, { order, awaited }] of this.#waiting) {
      try {
        if (!(await (awaited === undefined ? this.#send(named) : this.#meet(named, awaited)))) continue;
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
  async #send(named: NamedStep): Promise<boolean> {
    await this.#throttled();
    const message = await this.#messageOf(named);
    if (this.#isStopped || message === undefined || !this.#waiting.delete(named)) return false;
    this.#sent = named;
    this.#sentAt = this.#parts.clock.monotonic();
    const awaited = this.#newAwaited(named);
    if (awaited !== undefined) {
      this.#await([awaited, ...this.#awaited]);
      awaited.begin();
    }
    await this.#parts.send(message);
    await awaited?.answered;
    if (this.#isStopped) return false;
    named.confirmed?.();
    return true;
  }

  /** Waits for a server that speaks first. Returns whether it did: not when the step was withdrawn meanwhile. */
  async #meet(named: NamedStep, awaited: Awaited): Promise<boolean> {
    // It may be there already.
    if (this.#awaited.includes(awaited)) awaited.begin();
    await awaited.answered;
    if (this.#isStopped || !this.#waiting.delete(named)) return false;
    named.confirmed?.();
    return true;
  }

  /** `undefined` when it is withdrawn before it is made. */
  async #messageOf(named: NamedStep): Promise<SubscribeMessage | undefined> {
    if (!this.#waiting.has(named)) return undefined;
    try {
      return await this.#parts.make(named.step, isOption(named) ? 'subscribe.send' : 'send');
    } catch (error) {
      if (!this.#waiting.has(named)) return undefined;
      // Of run time, only that subscription is over.
      if (error instanceof ConfigError && isOption(named)) throw error;
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

  #newAwaited({ name, step }: NamedStep): Awaited | undefined {
    const { expect } = step;
    if (expect === undefined) return undefined;
    const awaited: Awaited = new Awaited({ ...step, expect }, this.#isHeld, {
      ...this.#parts,
      what: name,
      onSilence: () => this.#forget(awaited),
    });
    return awaited;
  }

  #forget(awaited: Awaited | undefined): void {
    this.#await(this.#awaited.filter((one) => one !== awaited));
  }

  #await(awaited: readonly Awaited[]): void {
    this.#awaited = awaited;
    this.#parts.onAwaiting(awaited.length > 0);
  }
}

/** Whether it is one of the options, and no subscription of run time. */
function isOption(named: NamedStep): boolean {
  return named.failed === undefined;
}

function settleOne(order: Order): void {
  order.left -= 1;
  if (order.left === 0) order.resolve();
}
