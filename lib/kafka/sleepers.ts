import type { Clock, TimerHandle } from '../internal/clock.js';

/** Waits that end early when all is over. */
export class Sleepers {
  readonly #clock: Clock;
  readonly #waiting = new Map<TimerHandle, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back after a while, or when all is over. Returns what calls it off. */
  sleep(ms: number, callback: () => void): () => void {
    const clock = this.#clock;
    const timer = clock.setTimeout(
      () => {
        this.#waiting.delete(timer);
        callback();
      },
      Math.max(1, ms),
    );
    this.#waiting.set(timer, callback);
    return () => {
      clock.clearTimeout(timer);
      this.#waiting.delete(timer);
    };
  }

  /** What `work` comes to, unless that takes longer, or all is over: then what `silence` makes. */
  within<T>(ms: number, work: Promise<T>, silence: () => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const wake = this.sleep(ms, () => reject(silence()));
      work.then(resolve, reject).finally(wake);
    });
  }

  /** Ends every wait. */
  end(): void {
    for (const [timer, wake] of this.#waiting) {
      this.#clock.clearTimeout(timer);
      wake();
    }
    this.#waiting.clear();
  }
}
