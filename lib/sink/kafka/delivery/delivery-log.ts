import type { Page } from '../../../batch/page.js';
import { rangesOf } from '../../ranges.js';
import type { KafkaBatch } from '../partitions/kafka-batch.js';
import type { PartitionQueue } from '../partitions/partition-queue.js';
import { PageDelivery } from './page-delivery.js';
import type { KafkaReport } from './report.js';

/**
 * The books of a Kafka sink: which pages it was given, and what became of each of their records. A gap is no record, and
 * counts as none.
 */
export class DeliveryLog {
  /** Requests that were tried again. */
  retries = 0;
  /** From which record on a page was not looked at yet, or was not any more. */
  unrouted: { readonly page: Page; readonly from: number } | undefined;
  readonly #deliveries = new Set<PageDelivery>();
  #newest: Page | undefined;
  /** Records that were given up while their queue goes on. */
  readonly #givenUp: (readonly [page: Page, index: number])[] = [];
  #pendingBytes = 0;
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
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether every record that was taken is dealt with. */
  get isSettled(): boolean {
    return this.#deliveries.size === 0;
  }

  add(page: Page): PageDelivery {
    this.#newest = page;
    const delivery = new PageDelivery(page);
    this.#deliveries.add(delivery);
    this.#pendingBytes += page.bytes.length;
    return delivery;
  }

  acknowledge(batch: KafkaBatch): void {
    this.#acknowledged += this.#settleBatch(batch);
    for (const { value } of batch.records) this.#acknowledgedBytes += value?.length ?? 0;
  }

  /** The dead letter has stored the one record of a batch. */
  divert(batch: KafkaBatch): void {
    this.#diverted += this.#settleBatch(batch);
  }

  /** Lines were dropped, so many of them gaps. */
  skip(delivery: PageDelivery, lines: number, gaps: number): void {
    this.#skipped += lines - gaps;
    this.#settle(delivery, lines, lines - gaps);
  }

  /** The one record of a batch stays undelivered, while others of its queue go on. */
  giveUp(batch: KafkaBatch): void {
    const { slice, from } = batch.parts[0]!;
    this.#givenUp.push([slice.page, slice.index(from)]);
  }

  /** Tells all that wait for their page to be dealt with that it will not be. */
  fail(error: Error): void {
    for (const delivery of this.#deliveries) delivery.fail(error);
  }

  /** @param given pages that the sink was given and has not taken yet, in order */
  report(queues: Iterable<PartitionQueue>, given: readonly Page[]): KafkaReport {
    let undelivered = this.#waiting();
    for (const page of given) undelivered += page.recordsAmong();
    const all = [...queues];
    const newest = given.at(-1) ?? this.#newest;
    let uncertain = 0;
    for (const { current } of all) if (current?.mayBeStored === true) uncertain += current.feedRecords;
    return {
      acknowledged: this.#acknowledged,
      retries: this.retries,
      diverted: this.#diverted,
      skipped: this.#skipped,
      undelivered,
      undeliveredRanges: undelivered === 0 ? [] : rangesOf(this.#undelivered(all, given)),
      newestFrame: newest?.frame(newest.length - 1).sequence,
      uncertain,
    };
  }

  /** Records that were taken and are not dealt with. */
  #waiting(): number {
    let records = 0;
    for (const delivery of this.#deliveries) records += delivery.records;
    return records;
  }

  *#undelivered(queues: readonly PartitionQueue[], given: readonly Page[]): Generator<readonly [Page, number]> {
    for (const line of this.#undeliveredLines(queues, given)) if (!line[0].isGap(line[1])) yield line;
  }

  *#undeliveredLines(queues: readonly PartitionQueue[], given: readonly Page[]): Generator<readonly [Page, number]> {
    yield* this.#givenUp;
    for (const queue of queues) {
      for (const { slice, from, to } of queue.undelivered()) {
        for (let position = from; position < to; position++) yield [slice.page, slice.index(position)];
      }
    }
    const unrouted = this.unrouted === undefined ? [] : [this.unrouted];
    for (const { page, from } of [...unrouted, ...given.map((page) => ({ page, from: 0 }))]) {
      for (let index = from; index < page.length; index++) yield [page, index];
    }
  }

  /** Returns how many records it had. */
  #settleBatch({ parts }: KafkaBatch): number {
    let sum = 0;
    for (const { slice, from, to } of parts) {
      const records = slice.recordsAmong(from, to);
      this.#settle(slice.delivery, to - from, records);
      sum += records;
    }
    return sum;
  }

  #settle(delivery: PageDelivery, lines: number, records: number): void {
    if (!delivery.settle(lines, records)) return;
    this.#deliveries.delete(delivery);
    this.#pendingBytes -= delivery.page.bytes.length;
    this.#pages += 1;
  }
}
