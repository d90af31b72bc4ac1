import type { Clock, TimerHandle } from '../internal/clock.js';

/** How long a call may take. */
export interface CallLimit {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** What a call that took longer fails with. */
  late(): Error;
}

/** Calls that have no answer yet. All have the same time, so that the oldest one is the next that is late: one timer is enough. */
export class Calls<Call> {
  readonly #limit: CallLimit | undefined;
  readonly #onLate: (calls: readonly Call[]) => void;
  /** By call, from the oldest on: until when its answer is waited for. */
  readonly #deadlines = new Map<Call, number>();
  #timer: TimerHandle | undefined;

  /** @param onLate told of those that are not waited for any more */
  constructor(limit: CallLimit | undefined, onLate: (calls: readonly Call[]) => void) {
    this.#limit = limit;
    this.#onLate = onLate;
  }

  /** How many there are. */
  get count(): number {
    return this.#deadlines.size;
  }

  begin(call: Call): void {
    const { timeoutMs, clock } = this.#limit ?? {};
    this.#deadlines.set(call, clock === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + timeoutMs!);
    this.#wait();
  }

  /** It has an answer: whether that is still waited for. */
  settle(call: Call): boolean {
    return this.#deadlines.delete(call);
  }

  /** No answer is waited for any more. */
  close(): void {
    this.#deadlines.clear();
    if (this.#timer !== undefined) this.#limit?.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  // Left to run when the oldest call is settled, and set anew for the next: there is none a call.
  #wait(): void {
    if (this.#limit === undefined || this.#timer !== undefined) return;
    const { clock } = this.#limit;
    const [deadline] = this.#deadlines.values();
    if (deadline === undefined) return;
    this.#timer = clock.setTimeout(() => this.#look(clock.monotonic()), deadline - clock.monotonic());
  }

  #look(now: number): void {
    this.#timer = undefined;
    const late: Call[] = [];
    for (const [call, deadline] of this.#deadlines) {
      if (deadline > now) break;
      this.#deadlines.delete(call);
      late.push(call);
    }
    this.#wait();
    if (late.length > 0) this.#onLate(late);
  }
}
