import type { Clock, TimerHandle } from './clock.js';

/** How long after it was written something is forced to the disk at the latest: milliseconds, at once, or never. */
export type SyncWithin = number | 'page' | 'never';

/**
 * When what is written is forced to the disk: one time after the other, and each forces all that was written before it was asked for.
 */
export class SyncTimer {
  readonly #clock: Clock;
  readonly #within: SyncWithin;
  readonly #sync: () => Promise<void>;
  #timer: TimerHandle | undefined;
  #syncing: Promise<void> | undefined;
  #isDue = false;
  #isStopped = false;

  /** @param sync forces all to the disk; it does not reject */
  constructor(clock: Clock, within: SyncWithin, sync: () => Promise<void>) {
    this.#clock = clock;
    this.#within = within;
    this.#sync = sync;
  }

  /** Something was written. */
  written(): void {
    if (this.#within === 'page') this.soon();
    else if (this.#within !== 'never') this.later(this.#within);
  }

  /** After so many milliseconds, or before, where that is due already. */
  later(ms: number): void {
    if (this.#isStopped) return;
    this.#timer ??= this.#clock.setTimeout(() => this.soon(), ms);
  }

  /** As soon as what is under way is done, which may have begun before something was written. */
  soon(): void {
    if (this.#isStopped) return;
    this.#clear();
    this.#isDue = true;
    this.#syncing ??= this.#syncAll();
  }

  /** Waits until nothing is under way. */
  async settle(): Promise<void> {
    await this.#syncing;
  }

  /** From here on nothing is begun; waits for what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#clear();
    await this.#syncing;
  }

  #clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #syncAll(): Promise<void> {
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false;
      await this.#sync();
    }
    this.#syncing = undefined;
  }
}
