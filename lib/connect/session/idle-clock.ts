import type { Clock, TimerHandle } from '../../internal/clock.js';

/**
 * Calls `onIdle` when {@link touch} was not called for `idleMs`. A touch only notes the time: the one timer, when it
 * fires, looks how much is left. Without `idleMs` it never fires.
 */
export class IdleClock {
  readonly #clock: Clock;
  readonly #idleMs: number | undefined;
  readonly #onIdle: () => void;
  #timer: TimerHandle;
  #immediate: NodeJS.Immediate | undefined;
  #touchedAt = 0;
  #isRunning = false;

  constructor(clock: Clock, idleMs: number | undefined, onIdle: () => void) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  /** Begins to count anew; also after {@link stop}. */
  start(): void {
    if (this.#idleMs === undefined) return;
    this.touch(this.#clock.monotonic());
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#arm(this.#idleMs);
  }

  /** Something came at `at`, in {@link Clock.monotonic} time. */
  touch(at: number): void {
    this.#touchedAt = at;
  }

  /** Stands still until {@link start}. */
  stop(): void {
    this.#isRunning = false;
    this.#clock.clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      // After a busy stretch timers fire before the sockets are read: let what is waiting there come in first.
      this.#immediate = setImmediate(() => this.#look());
    }, ms);
  }

  #look(): void {
    if (!this.#isRunning || this.#idleMs === undefined) return;
    const left = this.#touchedAt + this.#idleMs - this.#clock.monotonic();
    if (left > 0) {
      this.#arm(left);
      return;
    }
    this.#isRunning = false;
    this.#onIdle();
  }
}
