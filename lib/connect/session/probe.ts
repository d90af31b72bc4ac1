import type { Clock, TimerHandle } from '../../internal/clock.js';
import { IdleClock } from './idle-clock.js';

/** What a {@link Probe} is made of. */
export interface ProbeParts {
  readonly clock: Clock;
  /** How often it asks; `undefined` for never. */
  readonly intervalMs: number | undefined;
  /** How long an answer may take; `undefined` when none is waited for. */
  readonly timeoutMs: number | undefined;
  ask(): void;
  /** No answer came in time. Called once; the probe asks on until it is stopped. */
  onSilence(): void;
}

/**
 * Asks the other side for a sign of life at an interval, and tells when its answer does not come in time. While it is
 * held, nobody can see an answer: it asks on, and waits for none.
 */
export class Probe {
  readonly #parts: ProbeParts;
  readonly #silence: IdleClock;
  #timer: TimerHandle;
  /** Whether it has asked since the newest answer. */
  #isAwaiting = false;
  #owed = 0;
  #isHeld = false;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
    this.#silence = new IdleClock(parts.clock, parts.timeoutMs, () => parts.onSilence());
  }

  /** Whether it has asked more often than it was answered. */
  get isOwed(): boolean {
    return this.#owed > 0;
  }

  start(): void {
    const { clock, intervalMs } = this.#parts;
    if (intervalMs === undefined) return;
    this.#timer = clock.setTimeout(() => {
      this.#ask();
      this.start();
    }, intervalMs);
  }

  /** An answer came. */
  answered(): void {
    this.#owed = Math.max(0, this.#owed - 1);
    this.#isAwaiting = false;
    this.#silence.stop();
  }

  /** From now on answers cannot be seen. */
  pause(): void {
    this.#isHeld = true;
    this.#silence.stop();
  }

  /** Answers can be seen again: one that is owed has all its time once more. */
  resume(): void {
    this.#isHeld = false;
    if (this.#isAwaiting) this.#silence.start();
  }

  stop(): void {
    this.#parts.clock.clearTimeout(this.#timer);
    this.#isAwaiting = false;
    this.#silence.stop();
  }

  #ask(): void {
    const isFirst = !this.#isAwaiting;
    this.#isAwaiting = true;
    this.#owed += 1;
    // A question that is asked while another is open gives that one no more time.
    if (isFirst && !this.#isHeld) this.#silence.start();
    this.#parts.ask();
  }
}
