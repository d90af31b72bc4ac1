import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The waits for a pipe or a device that does not take anything now. Nothing but asking again tells when it does: at once at
 * first, since a reader that is awake needs microseconds, then every few milliseconds. All of it can be called off, for good.
 */
export class Patience {
  readonly #end = new AbortController();
  #waiting = 0;

  /** Whether somebody waits. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** Whether all waits were called off. */
  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /**
   * Waits until it is worth to ask again.
   *
   * @param tries how many were in vain
   * @throws an error with the code `LATE` when it is called off
   */
  async wait(tries: number): Promise<void> {
    this.#waiting += 1;
    try {
      if (tries <= QUICK_TRIES && !this.#end.signal.aborted) await new Promise((resolve) => setImmediate(resolve));
      else await sleep(Math.min(2 ** (tries - QUICK_TRIES), LONGEST_MS), undefined, { signal: this.#end.signal });
    } catch {
      throw late();
    } finally {
      this.#waiting -= 1;
    }
  }

  /**
   * What comes of `work`, for which the system waits.
   *
   * @throws an error with the code `LATE` when it is called off
   */
  async during<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#end;
    this.#waiting += 1;
    try {
      return await new Promise<T>((resolve, reject) => {
        const onEnd = (): void => reject(late());
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd));
        if (signal.aborted) onEnd();
        else signal.addEventListener('abort', onEnd);
      });
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Calls all waits off, and those to come. */
  end(): void {
    this.#end.abort();
  }
}

function late(): Error {
  return Object.assign(new Error('nobody takes it'), { code: 'LATE' });
}

const QUICK_TRIES = 20;
const LONGEST_MS = 20;
