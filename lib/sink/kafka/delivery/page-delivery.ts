import type { Page } from '../../../batch/page.js';

/** A page that the sink has taken in, until all of its records are dealt with. */
export class PageDelivery {
  readonly page: Page;
  /** Records, without gaps, that are neither acknowledged nor dropped nor given to the dead letter. */
  records: number;
  /** The same with gaps. */
  #lines: number;
  #waiting: ((error?: Error | null) => void)[] = [];
  #error: Error | undefined;

  constructor(page: Page) {
    this.page = page;
    this.records = page.recordsAmong();
    this.#lines = page.length;
  }

  /** Calls back when the page is dealt with, or when the sink fails before. */
  whenDone(callback: (error?: Error | null) => void): void {
    if (this.#lines === 0) callback();
    else if (this.#error !== undefined) callback(this.#error);
    else this.#waiting.push(callback);
  }

  /** Says that so many further lines, so many of them records, are dealt with. Returns whether that was the rest. */
  settle(lines: number, records: number): boolean {
    this.#lines -= lines;
    this.records -= records;
    if (this.#lines > 0) return false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
    return true;
  }

  fail(error: Error): void {
    if (this.#lines === 0) return;
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback(error);
  }
}
