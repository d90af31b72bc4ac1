import type { Clock, TimerHandle } from '../internal/clock.js';

/** Calls `ping` every `intervalMs` between {@link start} and {@link stop}; without an interval it never does. */
export class Keepalive {
  readonly #clock: Clock;
  readonly #intervalMs: number | undefined;
  readonly #ping: () => void;
  #timer: TimerHandle;

  constructor(clock: Clock, intervalMs: number | undefined, ping: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#ping = ping;
  }

  start(): void {
    if (this.#intervalMs === undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#ping();
      this.start();
    }, this.#intervalMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }
}
