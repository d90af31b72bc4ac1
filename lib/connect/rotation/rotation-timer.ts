import { now } from '../../frame/gap.js';
import type { TimerHandle } from '../../internal/clock.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import { RotationPlan } from './rotation-plan.js';

/** One timer: for the next planned rotation, or for so long. */
export class RotationTimer {
  readonly #options: ResolvedWebSocketOptions;
  readonly #due: () => void;
  #timer: TimerHandle;

  constructor(options: ResolvedWebSocketOptions, due: () => void) {
    this.#options = options;
    this.#due = due;
  }

  /** For a connection that is new now. */
  plan(): void {
    const { clock, random } = this.#options;
    const plan = new RotationPlan(this.#options, now(clock), random);
    this.#arm(() => plan.leftMs(now(clock)));
  }

  /** In place of that, after so long. */
  wait(ms: number): void {
    const { clock } = this.#options;
    const dueAt = clock.monotonic() + ms;
    this.#arm(() => dueAt - clock.monotonic());
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** Never for longer than an hour: the clock on the wall may be set, the machine may sleep, and a timer holds 24.8 days. */
  #arm(left: () => number): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    const leftMs = left();
    if (leftMs === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.setTimeout(
      () => {
        if (left() > 0) this.#arm(left);
        else this.#due();
      },
      Math.min(leftMs, AT_MOST_MS),
    );
  }
}

const AT_MOST_MS = 3_600_000;
