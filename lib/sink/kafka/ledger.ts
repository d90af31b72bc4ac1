import type { Page } from '../../batch/page.js';
import { Handover } from './handover.js';
import type { KafkaBatch } from './kafka-batch.js';
import type { Lane } from './lane.js';
import { type KafkaReport, rangesOf } from './report.js';

/**
 * The books of a Kafka sink: which pages it was given, and what became of each of their records. A gap is no record, and
 * counts as none.
 */
export class Ledger {
  /** Requests that were tried again. */
  retries = 0;
  /** From which record on a page was not looked at yet, or was not any more. */
  unrouted: { readonly page: Page; readonly from: number } | undefined;
  readonly #handovers = new Set<Handover>();
  /** Pages that the sink was given and has not taken yet, in order. */
  readonly #given: Page[] = [];
  #newest: Page | undefined;
  /** Records that were given up while their lane goes on. */
  readonly #left: (readonly [page: Page, index: number])[] = [];
  #heldBytes = 0;
  #acknowledged = 0;
  #acknowledgedBytes = 0;
  #pages = 0;
  #diverted = 0;
  #skipped = 0;

  get stats() {
    return {
      records: this.#acknowledged,
      pages: this.#pages,
      bytes: this.#acknowledgedBytes,
      waiting: this.#waiting(),
      retries: this.retries,
      diverted: this.#diverted,
      skipped: this.#skipped,
    };
  }

  /** The bytes of pages that are not dealt with. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether every record that was taken is dealt with. */
  get isSettled(): boolean {
    return this.#handovers.size === 0;
  }

  /** The sink was given a page, which it takes later. */
  give(page: Page): void {
    this.#given.push(page);
    this.#newest = page;
  }

  take(page: Page): Handover {
    if (this.#given[0] === page) this.#given.shift();
    const handover = new Handover(page);
    this.#handovers.add(handover);
    this.#heldBytes += page.bytes.length;
    return handover;
  }

  acknowledge(batch: KafkaBatch): void {
    this.#acknowledged += this.#settleBatch(batch);
    for (const { value } of batch.records) this.#acknowledgedBytes += value.length;
  }

  /** The dead letter has stored the one record of a batch. */
  divert(batch: KafkaBatch): void {
    this.#diverted += this.#settleBatch(batch);
  }

  /** Lines were dropped, so many of them gaps. */
  skip(handover: Handover, lines: number, gaps: number): void {
    this.#skipped += lines - gaps;
    this.#settle(handover, lines, lines - gaps);
  }

  /** The one record of a batch stays undelivered, while others of its lane go on. */
  leave(batch: KafkaBatch): void {
    const { slice, from } = batch.parts[0]!;
    this.#left.push([slice.page, slice.index(from)]);
  }

  /** Tells all that wait for their page to be dealt with that it will not be. */
  fail(error: Error): void {
    for (const handover of this.#handovers) handover.fail(error);
  }

  report(lanes: Iterable<Lane>): KafkaReport {
    let undelivered = this.#waiting();
    for (const page of this.#given) undelivered += page.recordsAmong();
    const all = [...lanes];
    let uncertain = 0;
    for (const { current } of all) if (current?.mayBeStored === true) uncertain += current.feedRecords;
    return {
      acknowledged: this.#acknowledged,
      retries: this.retries,
      diverted: this.#diverted,
      skipped: this.#skipped,
      undelivered,
      undeliveredRanges: undelivered === 0 ? [] : rangesOf(this.#undelivered(all)),
      newestFrame: this.#newest?.frame(this.#newest.length - 1).sequence,
      uncertain,
    };
  }

  /** Records that were taken and are not dealt with. */
  #waiting(): number {
    let records = 0;
    for (const handover of this.#handovers) records += handover.records;
    return records;
  }

  *#undelivered(lanes: readonly Lane[]): Generator<readonly [Page, number]> {
    for (const line of this.#undeliveredLines(lanes)) if (!line[0].isGap(line[1])) yield line;
  }

  *#undeliveredLines(lanes: readonly Lane[]): Generator<readonly [Page, number]> {
    yield* this.#left;
    for (const lane of lanes) {
      for (const { slice, from, to } of lane.undelivered()) {
        for (let position = from; position < to; position++) yield [slice.page, slice.index(position)];
      }
    }
    const unrouted = this.unrouted === undefined ? [] : [this.unrouted];
    for (const { page, from } of [...unrouted, ...this.#given.map((page) => ({ page, from: 0 }))]) {
      for (let index = from; index < page.length; index++) yield [page, index];
    }
  }

  /** Returns how many records it had. */
  #settleBatch({ parts }: KafkaBatch): number {
    let sum = 0;
    for (const { slice, from, to } of parts) {
      const records = slice.recordsAmong(from, to);
      this.#settle(slice.handover, to - from, records);
      sum += records;
    }
    return sum;
  }

  #settle(handover: Handover, lines: number, records: number): void {
    if (!handover.settle(lines, records)) return;
    this.#handovers.delete(handover);
    this.#heldBytes -= handover.page.bytes.length;
    this.#pages += 1;
  }
}
