import type { Page } from '../../../batch/page.js';
import type { PartitionPosition, SinkPosition } from '../../../batch/sink-position.js';

/** A page that the sink has taken in, until all of its records are dealt with. */
export class PageDelivery {
  readonly page: Page;
  /** Records, without gaps, that are neither acknowledged nor dropped nor given to the dead letter. */
  records: number;
  /** The same with gaps. */
  #lines: number;
  #waiting: ((error?: Error | null) => void)[] = [];
  #error: Error | undefined;
  #isConcluded = false;
  /** Where the last of its records lies, by partition: only for a page that somebody waits for. */
  readonly #places: Map<string, PartitionPosition> | undefined;

  constructor(page: Page) {
    this.page = page;
    this.records = page.recordsAmong();
    this.#lines = page.length;
    this.#places = page.isAwaited ? new Map() : undefined;
  }

  /** Where it is stored, as far as that is known. */
  get position(): SinkPosition {
    const places = this.#places;
    return places === undefined || places.size === 0 ? {} : { partitions: [...places.values()] };
  }

  /** A record of it lies there, and no later one of it in the same partition, as far as is known. */
  stored(topic: string, partition: number, offset: number): void {
    this.#places?.set(`${topic}-${partition}`, { topic, partition, offset });
  }

  /** Whether all of the page is dealt with. */
  get isDone(): boolean {
    return this.#lines === 0;
  }

  /** Whether {@link conclude} was called. */
  get isConcluded(): boolean {
    return this.#isConcluded;
  }

  /** Calls back when the page is stored, or when the sink fails before. */
  whenDone(callback: (error?: Error | null) => void): void {
    if (this.#isConcluded) callback();
    else if (this.#error !== undefined) callback(this.#error);
    else this.#waiting.push(callback);
  }

  /** Says that so many further lines, so many of them records, are dealt with. Returns whether that was the rest. */
  settle(lines: number, records: number): boolean {
    this.#lines -= lines;
    this.records -= records;
    return this.isDone;
  }

  /** All of it is stored, and that is final: tells those who wait. */
  conclude(): void {
    this.#isConcluded = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }

  fail(error: Error): void {
    if (this.#isConcluded) return;
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback(error);
  }
}
