import type { Clock } from '../internal/clock.js';
import { classify, ExplainedError, noAnswer } from './failures.js';
import { patienceFor, retryDelay } from './retry.js';
import { Sleepers } from './sleepers.js';

/** For how long, by which clock, and who hears of it. */
export interface PatienceOptions {
  readonly clock: Clock;
  readonly messageTimeoutMs: number;
  /** Something is done again. */
  readonly onRetry: () => void;
  /** What to fail with when no answer came in time. @default the failure before, or that no broker answers */
  readonly toSilence?: (lastFailure: unknown) => unknown;
}

/** Does again what fails in passing, until its time is up or all is over. */
export class Patience {
  readonly #options: PatienceOptions;
  readonly #sleepers: Sleepers;
  #isOver = false;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#sleepers = new Sleepers(options.clock);
  }

  /**
   * What `work` comes to in the end.
   *
   * @param onFailed is told of each failure after which it is done again, and how many there were
   */
  async for<T>(work: () => Promise<T>, onFailed?: (error: unknown, failures: number) => void): Promise<T> {
    const { clock, messageTimeoutMs, onRetry } = this.#options;
    const startedAt = clock.monotonic();
    let last: unknown;
    for (let failures = 1; ; failures++) {
      try {
        const leftMs = startedAt + messageTimeoutMs - clock.monotonic();
        return await this.#sleepers.within(leftMs, work(), () => new Silence(this.#silence(last)));
      } catch (error) {
        if (error instanceof Silence) throw error.error;
        const { kind, name } = classify(error);
        const delayMs = name === 'CONCURRENT_TRANSACTIONS' ? quickDelay(failures) : retryDelay(failures);
        const isLate = clock.monotonic() + delayMs - startedAt > patienceFor(kind, messageTimeoutMs);
        if (this.#isOver || kind === 'fatal' || kind === 'oversize' || isLate) throw error;
        last = error;
        onRetry();
        onFailed?.(error, failures);
        await new Promise<void>((resolve) => void this.#sleepers.sleep(delayMs, resolve));
        if (this.#isOver) throw error;
      }
    }
  }

  /** Ends every wait. */
  end(): void {
    this.#isOver = true;
    this.#sleepers.end();
  }

  #silence(last: unknown): unknown {
    const { messageTimeoutMs, toSilence } = this.#options;
    return toSilence === undefined ? (last ?? new ExplainedError(noAnswer(messageTimeoutMs))) : toSilence(last);
  }
}

/** No answer came in time. */
class Silence {
  /** What is told of it. */
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** A transaction that is being ended takes some milliseconds. */
function quickDelay(failures: number): number {
  return Math.min(QUICK_MS * failures, SLOWEST_QUICK_MS);
}

const QUICK_MS = 5;
const SLOWEST_QUICK_MS = 100;
