/** When a look has to be over: after so long, or when the user has had enough of it. */
export class Deadline {
  readonly ms: number;
  /** Aborted when it is over, for whatever reason. */
  readonly signal: AbortSignal;
  readonly #user: AbortSignal;

  constructor(ms: number, user: AbortSignal) {
    this.ms = ms;
    this.#user = user;
    this.signal = AbortSignal.any([user, AbortSignal.timeout(Math.min(ms, MAX_TIMER_MS))]);
  }

  /** Whether it took too long, and nobody interrupted it. */
  get hasPassed(): boolean {
    return this.signal.aborted && !this.#user.aborted;
  }

  /** What `work` comes to; rejects with the reason of the signal when that comes first. `work` itself goes on. */
  wait<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }
}

const MAX_TIMER_MS = 2 ** 31 - 1;
