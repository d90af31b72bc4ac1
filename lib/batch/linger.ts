import type { Clock, TimerHandle } from '../internal/clock.js';

/**
 * Calls `onDue` when a page has been held for `lingerMs`; with `none` it never does. A timer lives on when a page goes out
 * by itself, and is set anew, when it fires too early for the page of then: so pages that fill faster cost none.
 */
export class Linger {
  readonly #clock: Clock;
  readonly #lingerMs: number;
  readonly #onDue: () => void;
  /** Since when the page is held, on the clock's monotonic time. */
  #since: number | undefined;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, lingerMs: number | 'none', onDue: () => void) {
    this.#clock = clock;
    this.#lingerMs = lingerMs === 'none' ? Number.POSITIVE_INFINITY : lingerMs;
    this.#onDue = onDue;
  }

  /** To be called after each change, with how many records are held now. */
  held(records: number): void {
    if (records === 0) this.#since = undefined;
    else if (this.#since === undefined && this.#lingerMs !== Number.POSITIVE_INFINITY) {
      this.#since = this.#clock.monotonic();
      if (this.#timer === undefined) this.#arm(this.#lingerMs);
    }
  }

  stop(): void {
    if (this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#since === undefined) return;
      const left = this.#since + this.#lingerMs - this.#clock.monotonic();
      if (left >= FINEST_MS) this.#arm(left);
      else this.#onDue();
    }, ms);
  }
}

/** Node's timers know whole milliseconds. */
const FINEST_MS = 1;
