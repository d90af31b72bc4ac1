import type { Clock, TimerHandle } from '../../../internal/clock.js';

/** One timer for whatever is due first: it is set anew whenever that changes. */
export class DueTimer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #timer: TimerHandle | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Has it go off at a time of the monotonic clock; at `Infinity`, never. */
  set(dueAt: number): void {
    if (dueAt === this.#dueAt) return;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueAt = dueAt;
    if (dueAt === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#dueAt = Number.POSITIVE_INFINITY;
        this.#onDue();
      },
      Math.max(1, dueAt - this.#clock.monotonic()),
    );
  }
}
