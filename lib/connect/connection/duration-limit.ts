import type { Clock, TimerHandle } from '../../internal/clock.js';

/** Calls `onOver` once, so long after {@link start}: also where that is longer than a timer can hold. Without `ms` never. */
export class DurationLimit {
  readonly #clock: Clock;
  readonly #ms: number | undefined;
  readonly #onOver: () => void;
  #timer: TimerHandle;

  constructor(clock: Clock, ms: number | undefined, onOver: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#onOver = onOver;
  }

  start(): void {
    if (this.#ms !== undefined) this.#wait(this.#clock.monotonic() + this.#ms);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #wait(until: number): void {
    const leftMs = until - this.#clock.monotonic();
    if (leftMs <= 0) this.#onOver();
    else this.#timer = this.#clock.setTimeout(() => this.#wait(until), leftMs);
  }
}
