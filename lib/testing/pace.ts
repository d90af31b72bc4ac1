import { optionError } from '../errors.js';
import type { Clock } from '../internal/clock.js';

/**
 * When each frame of a run at a fixed rate is due: the first at once, and frame n at n / rate seconds after it. What a
 * slow client held up is made up for at once, as a live feed does.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #startedAt: number;

  /** @param rate frames per second */
  constructor(rate: number, clock: Clock) {
    if (!(Number.isFinite(rate) && rate > 0)) {
      throw optionError('sendMany.rate', `Expected a number of frames per second above 0, got ${rate}.`);
    }
    this.#clock = clock;
    this.#intervalMs = 1_000 / rate;
    this.#startedAt = clock.monotonic();
  }

  /** How long frame `n` (0, 1, …) has to wait; 0 when it is due. */
  waitMs(n: number): number {
    const wait = this.#startedAt + n * this.#intervalMs - this.#clock.monotonic();
    // Sums of fractions: a timer set for exactly this moment must find its frame due.
    return wait < ROUNDING_MS ? 0 : wait;
  }

  /** Resolves when frame `n` is due, or when `stop` is aborted. */
  waitFor(n: number, stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const ms = this.waitMs(n);
      if (stop.aborted || ms === 0) return resolve();
      const done = (): void => {
        this.#clock.clearTimeout(timer);
        stop.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#clock.setTimeout(done, ms);
      stop.addEventListener('abort', done);
    });
  }
}

const ROUNDING_MS = 1e-6;
