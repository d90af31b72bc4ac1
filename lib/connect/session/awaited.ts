import { SubscribeError } from '../../errors.js';
import type { Clock } from '../../internal/clock.js';
import { compileMatch, type LookedAt, type Matcher } from '../options/match.js';
import { STEP_TIMEOUT_MS, type SubscribeStep } from '../options/subscribe-options.js';
import { IdleClock } from './idle-clock.js';

/** What an {@link Awaited} is made of. */
export interface AwaitedParts {
  readonly clock: Clock;
  /** The step, as the begin of a sentence. */
  readonly what: string;
  /** The address, as errors show it. */
  readonly url: string;
  /** The text without secrets. */
  hide(text: string): string;
  /** It did not come in time. */
  onSilence(): void;
}

/**
 * The frame that a subscribe step waits for. It may come before the step's turn; how long it may take counts from
 * {@link begin} on.
 */
export class Awaited {
  /** Resolves when the frame is there or nobody wants it any more, and rejects with why it will not come. */
  readonly answered: Promise<void>;
  readonly #parts: AwaitedParts;
  readonly #isSent: boolean;
  readonly #timeoutMs: number;
  readonly #expect: Matcher;
  readonly #reject: Matcher | undefined;
  readonly #silence: IdleClock;
  #settle: (error: SubscribeError | undefined) => void = () => {};
  /** Frames that were something else. */
  #others = 0;
  #hasBegun = false;
  #isHeld: boolean;

  constructor(step: SubscribeStep & Required<Pick<SubscribeStep, 'expect'>>, isHeld: boolean, parts: AwaitedParts) {
    const { send, expect, reject, timeoutMs = STEP_TIMEOUT_MS } = step;
    this.#parts = parts;
    this.#isSent = send !== undefined;
    this.#timeoutMs = timeoutMs;
    this.#isHeld = isHeld;
    this.#expect = compileMatch(expect, 'subscribe.expect.path');
    this.#reject = reject === undefined ? undefined : compileMatch(reject, 'subscribe.reject.path');
    this.#silence = new IdleClock(parts.clock, timeoutMs, () => this.#tooLate());
    this.answered = new Promise((resolve, refuse) => {
      this.#settle = (error) => (error === undefined ? resolve() : refuse(error));
    });
    // It may be settled before anybody waits for it.
    this.answered.catch(() => {});
  }

  /** It is the step's turn. */
  begin(): void {
    this.#hasBegun = true;
    if (!this.#isHeld) this.#silence.start();
  }

  /** Whether the frame is the one, or says that it will not come. */
  consumes(frame: LookedAt): boolean {
    const isRejection = this.#reject?.matches(frame) === true;
    if (!isRejection && !this.#expect.matches(frame)) {
      this.#others += 1;
      return false;
    }
    const answer = isRejection ? this.#parts.hide(frame.data.toString()) : undefined;
    this.#end(isRejection ? this.#error({ reason: 'rejected', answer }) : undefined);
    return true;
  }

  pause(): void {
    this.#isHeld = true;
    this.#silence.stop();
  }

  resume(): void {
    this.#isHeld = false;
    if (this.#hasBegun) this.#silence.start();
  }

  /** Nobody wants it any more. */
  withdraw(): void {
    this.#end(undefined);
  }

  /** The connection is over: it is not settled any more. */
  stop(): void {
    this.#silence.stop();
  }

  #tooLate(): void {
    this.#parts.onSilence();
    this.#end(this.#error({ reason: 'unanswered', timeoutMs: this.#timeoutMs, others: this.#others }));
  }

  #end(error: SubscribeError | undefined): void {
    this.stop();
    this.#settle(error);
  }

  #error(facts: Omit<ConstructorParameters<typeof SubscribeError>[0], 'what' | 'url'>): SubscribeError {
    const { what, url } = this.#parts;
    return new SubscribeError({ what, url, isSent: this.#isSent, ...facts });
  }
}
