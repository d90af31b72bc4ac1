import type { Clock, TimerHandle } from '../../internal/clock.js';

/**
 * Wakes up when a time is over by the clock on the wall and nothing has come for a while: records may be of times that are long over, as those
 * of a file that is read again are.
 */
export class QuietTimer {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #timer: TimerHandle | undefined;
  /** From when on nothing has come for a while, by the clock that never goes back. */
  #quietFrom: number;

  constructor(clock: Clock, onOver: () => void) {
    this.#clock = clock;
    this.#onOver = onOver;
    this.#quietFrom = clock.monotonic() + QUIET_MS;
  }

  /** Something has come. */
  heard(): void {
    this.#quietFrom = this.#clock.monotonic() + QUIET_MS;
  }

  /** Whether nothing has come for a while. */
  get isQuiet(): boolean {
    return this.#quietFrom <= this.#clock.monotonic();
  }

  /** Wakes up at this time at the earliest, in place of one that was set before. */
  set(time: number): void {
    this.stop();
    if (time === Number.POSITIVE_INFINITY) return;
    const wait = Math.max(0, time - this.#clock.now(), this.#quietFrom - this.#clock.monotonic());
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#onOver();
    }, wait);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** How long nothing must have come. */
const QUIET_MS = 5_000;
