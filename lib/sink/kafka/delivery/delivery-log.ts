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
  /** Whether pages are stored when a transaction is committed, and not before. */
  isTransactional = false;
  /** Whether the transaction that is open may be committed, for all that is known. */
  mayBeCommitted = false;
  /** Whether a page's memory may be used again once all of it is dealt with. */
  releasesPages = false;
  readonly #deliveries = new Set<PageDelivery>();
  /** Of pages that somebody waits for, from the oldest one that is not acknowledged: they are in order. */
  readonly #awaited: PageDelivery[] = [];
  /** Of a page that may be over by now, whose memory another one has. */
  #newestFrame: number | undefined;
  /** Records that were given up while their queue goes on. */
  readonly #givenUp: (readonly [page: Page, index: number])[] = [];
  /** Pages of the transaction that is open, in order. */
  #open: PageDelivery[] = [];
  /** Records of it that are acknowledged. */
  #uncommittedRecords = 0;
  #uncommittedBytes = 0;
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

  /** The bytes of pages that are not stored. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether every record that was taken is sent and acknowledged, or dealt with otherwise. */
  get isSent(): boolean {
    return this.#deliveries.size === 0;
  }

  /** Whether nothing is owed: the same, and committed, where there are transactions. */
  get isSettled(): boolean {
    return this.isSent && this.#open.length === 0;
  }

  add(page: Page): PageDelivery {
    this.#newestFrame = newestFrameOf(page);
    const delivery = new PageDelivery(page);
    this.#deliveries.add(delivery);
    if (this.isTransactional) this.#open.push(delivery);
    if (page.isAwaited) this.#awaited.push(delivery);
    this.#pendingBytes += page.bytes.length;
    return delivery;
  }

  /**
   * @param valueBytes how many bytes the values of its records have
   * @param offset of its first record; `undefined` where nobody knows
   */
  acknowledge(batch: KafkaBatch, valueBytes: number, offset?: number): void {
    const records = this.#settleBatch(batch, offset);
    if (this.isTransactional) {
      this.#uncommittedRecords += records;
      this.#uncommittedBytes += valueBytes;
    } else {
      this.#acknowledged += records;
      this.#acknowledgedBytes += valueBytes;
    }
  }

  /** All that was sent is stored. */
  commit(): void {
    this.#acknowledged += this.#uncommittedRecords;
    this.#acknowledgedBytes += this.#uncommittedBytes;
    this.#uncommittedRecords = 0;
    this.#uncommittedBytes = 0;
    const pages = this.#open;
    this.#open = [];
    for (const delivery of pages) this.#conclude(delivery);
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
    for (const delivery of [...this.#open, ...this.#deliveries]) delivery.fail(error);
  }

  /** @param given pages that the sink was given and has not taken yet, in order */
  report(queues: Iterable<PartitionQueue>, given: readonly Page[]): KafkaReport {
    let undelivered = this.#waiting();
    for (const page of given) undelivered += page.recordsAmong();
    const all = [...queues];
    const newest = given.at(-1);
    let uncertain = 0;
    for (const queue of all) {
      for (const batch of queue.unsettled()) if (batch.mayBeStored) uncertain += batch.feedRecords;
    }
    // What is part of a transaction is stored with it, or not at all.
    if (this.isTransactional) uncertain = this.mayBeCommitted ? this.#uncommittedRecords : 0;
    return {
      acknowledged: this.#acknowledged,
      retries: this.retries,
      diverted: this.#diverted,
      skipped: this.#skipped,
      undelivered,
      undeliveredRanges: undelivered === 0 ? [] : rangesOf(this.#undelivered(all, given)),
      newestFrame: newest === undefined ? this.#newestFrame : newestFrameOf(newest),
      uncertain,
    };
  }

  /** Records that were taken and are not dealt with. */
  #waiting(): number {
    let records = this.#uncommittedRecords;
    for (const delivery of this.#deliveries) records += delivery.records;
    return records;
  }

  *#undelivered(queues: readonly PartitionQueue[], given: readonly Page[]): Generator<readonly [Page, number]> {
    for (const line of this.#undeliveredLines(queues, given)) if (!line[0].isGap(line[1])) yield line;
  }

  *#undeliveredLines(queues: readonly PartitionQueue[], given: readonly Page[]): Generator<readonly [Page, number]> {
    yield* this.#givenUp;
    if (this.isTransactional) yield* this.#linesOfTransaction(given);
    else yield* this.#undeliveredParts(queues, given);
  }

  /** A transaction that is not committed has stored nothing of any page. */
  *#linesOfTransaction(given: readonly Page[]): Generator<readonly [Page, number]> {
    for (const page of [...this.#open.map((delivery) => delivery.page), ...given]) {
      for (let index = 0; index < page.length; index++) yield [page, index];
    }
  }

  *#undeliveredParts(queues: readonly PartitionQueue[], given: readonly Page[]): Generator<readonly [Page, number]> {
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
  #settleBatch({ topic, partition, parts }: KafkaBatch, offset?: number): number {
    let sum = 0;
    let end = offset;
    for (const { slice, from, to } of parts) {
      if (end !== undefined) {
        end += to - from;
        slice.delivery.stored(topic, partition, end - 1);
      }
      const records = slice.recordsAmong(from, to);
      this.#settle(slice.delivery, to - from, records);
      sum += records;
    }
    return sum;
  }

  #settle(delivery: PageDelivery, lines: number, records: number): void {
    if (!delivery.settle(lines, records)) return;
    this.#deliveries.delete(delivery);
    if (!this.isTransactional) this.#conclude(delivery);
  }

  #conclude(delivery: PageDelivery): void {
    delivery.conclude();
    this.#pendingBytes -= delivery.page.bytes.length;
    this.#pages += 1;
    while (this.#awaited[0]?.isConcluded === true) {
      const awaited = this.#awaited.shift()!;
      awaited.page.acknowledge(awaited.position);
    }
    if (this.releasesPages) delivery.page.release();
  }
}

function newestFrameOf(page: Page): number {
  return page.frame(page.length - 1).sequence;
}
