import type { Clock, TimerHandle } from '../internal/clock.js';

/** Calls `onDue` when a page has been held for `lingerMs`. Without `lingerMs` it never does. */
export class Linger {
  readonly #clock: Clock;
  readonly #lingerMs: number | undefined;
  readonly #onDue: () => void;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, lingerMs: number | undefined, onDue: () => void) {
    this.#clock = clock;
    this.#lingerMs = lingerMs;
    this.#onDue = onDue;
  }

  /** To be called after each change, with how many records are held now. */
  held(records: number): void {
    if (this.#lingerMs === undefined) return;
    if (records === 0) this.stop();
    else
      this.#timer ??= this.#clock.setTimeout(() => {
        this.#timer = undefined;
        this.#onDue();
      }, this.#lingerMs);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
