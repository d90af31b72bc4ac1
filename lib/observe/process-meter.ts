import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock, TimerHandle } from '../internal/clock.js';

/** What there is to know of the process, while somebody asks. */
export class ProcessMeter {
  readonly #clock: Clock;
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  /** The largest of the stretch before the one at hand. */
  #before = 0;
  #timer: TimerHandle;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#delay.enable();
    this.#arm();
  }

  /** How late the event loop was at most in the last seconds, in seconds. */
  get lagSeconds(): number {
    return Math.max(this.#before, this.#worst);
  }

  /** Bytes of memory in RAM. */
  get rssBytes(): number {
    return process.memoryUsage.rss();
  }

  stop(): void {
    this.#delay.disable();
    this.#clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#before = this.#worst;
      this.#delay.reset();
      this.#arm();
    }, STRETCH_MS);
    (this.#timer as Partial<NodeJS.Timeout> | undefined)?.unref?.();
  }

  /** What it measures is the time between two ticks. */
  get #worst(): number {
    return Math.max(0, this.#delay.max / 1e9 - RESOLUTION_MS / 1_000);
  }
}

const RESOLUTION_MS = 20;
const STRETCH_MS = 5_000;
