import type { Clock, TimerHandle } from '../internal/clock.js';

/** What a {@link DrainClock} goes by. */
export interface DrainOptions {
  readonly clock: Clock;
  readonly drainTimeoutMs: number;
}

/** For how long the end of a run, good or bad, waits for its sink. */
export class DrainClock {
  readonly #options: DrainOptions;
  readonly #onLate: () => void;
  #timer: TimerHandle | undefined;

  /** @param onLate is called each time when the time is up */
  constructor(options: DrainOptions, onLate: () => void) {
    this.#options = options;
    this.#onLate = onLate;
  }

  /** Lets the time run, if it does not yet. */
  start(ms = this.#options.drainTimeoutMs): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#onLate();
    }, ms);
  }

  /** Stops the time. */
  stop(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
