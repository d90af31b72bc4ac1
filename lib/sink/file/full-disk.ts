import type { Clock } from '../../internal/clock.js';
import type { FileNotices } from './file-notices.js';
import type { Patience } from './patience.js';

/** What becomes of a write for which the disk has no room: it is tried again every second, until there is some, or nobody waits any more. */
export class FullDisk {
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #notices: FileNotices;
  #since: number | undefined;

  constructor(clock: Clock, patience: Patience, notices: FileNotices) {
    this.#clock = clock;
    this.#patience = patience;
    this.#notices = notices;
  }

  /** Whether the newest write had no room. */
  get isFull(): boolean {
    return this.#since !== undefined;
  }

  /** Waits until it is worth to try again. Returns whether it is: not when all waits were called off. */
  async wait(cause: unknown): Promise<boolean> {
    if (this.#since === undefined) {
      this.#since = this.#clock.monotonic();
      this.#notices.full(cause);
    }
    let timer: unknown;
    const moment = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, EVERY_MS);
    });
    try {
      await this.#patience.during(moment);
      return true;
    } catch {
      return false;
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }

  /** A write went well. */
  hasRoom(): void {
    if (this.#since === undefined) return;
    this.#notices.roomAgain(this.#clock.monotonic() - this.#since);
    this.#since = undefined;
  }
}

const EVERY_MS = 1_000;
