import type { TimerHandle } from '../../internal/clock.js';
import type { ResolvedKafkaOptions } from './options.js';

/** The end of a run, good or bad: for how long it waits for acknowledgements, and who waits for it. */
export class Drain {
  readonly #options: Pick<ResolvedKafkaOptions, 'clock' | 'drainTimeoutMs'>;
  readonly #onLate: () => void;
  #timer: TimerHandle | undefined;
  #waiting: (() => void)[] = [];

  /** @param onLate is called when the time is up */
  constructor(options: Pick<ResolvedKafkaOptions, 'clock' | 'drainTimeoutMs'>, onLate: () => void) {
    this.#options = options;
    this.#onLate = onLate;
  }

  /** Whether somebody waits for it. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Lets the time run, if it does not yet. */
  start(): void {
    const { clock, drainTimeoutMs } = this.#options;
    this.#timer ??= clock.setTimeout(this.#onLate, drainTimeoutMs);
  }

  /** Resolves when it is over. */
  async whenOver(): Promise<void> {
    this.start();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** It is over: the time stops, and who waits goes on. */
  finish(): void {
    this.stop();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Stops the time. */
  stop(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
