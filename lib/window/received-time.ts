import type { Readable, Writable } from 'node:stream';
import type { Clock, TimerHandle } from '../internal/clock.js';

/**
 * The time on which records come, as a clock that goes on when none does: it is what the newest one has, and the time since it was
 * taken. So it lags behind as the records themselves do that waited for a slow consumer, and works for recorded ones.
 */
export class ReceivedTime {
  readonly #clock: Clock;
  readonly #stream: Readable;
  readonly #onDue: () => void;
  #receivedAt = Number.NEGATIVE_INFINITY;
  #takenAt = 0;
  #timer: TimerHandle | undefined;
  #timerFor = 0;

  /** @param onDue called when a time has come that was waited for */
  constructor(clock: Clock, stream: Readable, onDue: () => void) {
    this.#clock = clock;
    this.#stream = stream;
    this.#onDue = onDue;
  }

  now(): number {
    return this.#receivedAt + this.#clock.monotonic() - this.#takenAt;
  }

  /** A record was taken. */
  took(receivedAt: number): void {
    // All that came in one chunk has the same.
    if (receivedAt === this.#receivedAt) return;
    this.#receivedAt = receivedAt;
    this.#takenAt = this.#clock.monotonic();
  }

  /** Has `onDue` called at that time, or before it; `Infinity`: not at all. */
  waitFor(time: number): void {
    if (this.#timer !== undefined && this.#timerFor <= time) return;
    this.stop();
    if (time === Number.POSITIVE_INFINITY) return;
    this.#timerFor = time;
    this.#arm(Math.max(1, Math.ceil(time - this.now())));
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      // Records that belong to what is due may wait behind those that nobody takes at the moment.
      if (this.#isHeld) this.#arm(RETRY_MS);
      else this.#onDue();
    }, ms);
  }

  get #isHeld(): boolean {
    const { readableLength, writableLength = 0 } = this.#stream as Readable & Partial<Writable>;
    return readableLength > 0 || writableLength > 0;
  }
}

const RETRY_MS = 100;
