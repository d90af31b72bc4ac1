import { optionError } from '../errors.js';
import { abortError } from '../internal/abort.js';

/**
 * What came in, in order: the latest of it to look at (`items`), and each of it once to wait for (`take()`). At its
 * limit the oldest goes; to take one that is gone is an error, never a silent skip.
 */
export class Inbox<T> {
  readonly items: T[] = [];
  /** How many came in all, kept or not. */
  total = 0;
  #shifted = 0;
  #bytes = 0;
  #ended: Error | undefined;
  readonly #limits: InboxLimits<T>;
  readonly #waiters = new Set<() => void>();

  constructor(limits: InboxLimits<T>) {
    this.#limits = limits;
  }

  push(item: T): void {
    this.items.push(item);
    this.total += 1;
    this.#bytes += this.#sizeOf(item);
    while (
      this.items.length > 1 &&
      (this.items.length > this.#limits.count || this.#bytes > (this.#limits.bytes ?? Infinity))
    ) {
      this.#bytes -= this.#sizeOf(this.items.shift() as T);
    }
    this.#wake();
  }

  /** No more will come: those who wait for more get `reason`. */
  end(reason: Error): void {
    this.#ended ??= reason;
    this.#wake();
  }

  /** The next that was not taken yet, as soon as it is there. */
  async shift(signal?: AbortSignal): Promise<T> {
    while (true) {
      if (signal?.aborted) throw abortError(signal);
      const gone = this.total - this.items.length;
      if (this.#shifted < gone) {
        const lost = gone - this.#shifted;
        this.#shifted = gone;
        throw optionError(
          this.#limits.option,
          `${lost} were dropped before they were taken. Raise it, or take them sooner.`,
        );
      }
      if (this.#shifted < this.total) {
        const item = this.items[this.#shifted - gone] as T;
        this.#shifted += 1;
        return item;
      }
      if (this.#ended !== undefined) throw this.#ended;
      await this.#news(signal);
    }
  }

  #news(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiters.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  #sizeOf(item: T): number {
    return this.#limits.sizeOf?.(item) ?? 0;
  }
}

/** How much an {@link Inbox} keeps. */
export interface InboxLimits<T> {
  readonly count: number;
  /** The latest item is kept even if it alone is larger. */
  readonly bytes?: number;
  sizeOf?(item: T): number;
  /** The option that rules the limit, for the error. */
  readonly option: string;
}
