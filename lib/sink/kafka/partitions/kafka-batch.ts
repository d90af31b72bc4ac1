import type { Failure } from '../../../kafka/failures.js';
import type { OutgoingBatch } from '../../../kafka/produce/batch-producer.js';
import { type BatchNumber, numbersOfHalves } from '../../../kafka/produce/numbering.js';
import type { KafkaRecord } from '../../../kafka/producer.js';
import type { PageSlice } from './page-slice.js';

/** Where records of a batch come from: some of a slice, next to each other. */
export interface Part {
  readonly slice: PageSlice;
  readonly from: number;
  readonly to: number;
}

/** The partition that a batch is for. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** Records that go to one partition in one request, and again as they are when it is tried again. */
export class KafkaBatch implements OutgoingBatch {
  readonly topic: string;
  readonly partition: number;
  readonly parts: readonly Part[];
  /** How many records it has. */
  readonly length: number;
  /** As much as they take in a batch, at most. */
  readonly maxBytes: number;
  /** The same records as a client takes them, made when one asks for them. */
  records: readonly KafkaRecord[] | undefined;
  number: BatchNumber | undefined;
  /** When it was sent for the first time, by the monotonic clock. */
  firstSentAt: number | undefined;
  /** How often it was sent in vain. */
  failures = 0;
  /** What came of the newest of these. */
  refusal: { readonly failure: Failure; readonly error: unknown } | undefined;

  /** Whether the newest attempt came back. */
  isAnswered = true;
  /** Whether an attempt ended without it being known whether it was stored. */
  hasBeenUncertain = false;

  constructor({ topic, partition }: Place, parts: readonly Part[], maxBytes: number) {
    this.topic = topic;
    this.partition = partition;
    this.parts = parts;
    this.length = parts.reduce((sum, { from, to }) => sum + to - from, 0);
    this.maxBytes = maxBytes;
  }

  /** Whether the broker may have stored it, for all that is known. */
  get mayBeStored(): boolean {
    return !this.isAnswered || this.hasBeenUncertain;
  }

  /** How many of its lines are records of the feed, and no gaps. */
  get feedRecords(): number {
    return this.parts.reduce((sum, { slice, from, to }) => sum + slice.recordsAmong(from, to), 0);
  }

  /** What the records take in their pages, with their line feeds. */
  get pageBytes(): number {
    return this.parts.reduce((sum, { slice, from, to }) => sum + slice.pageBytes(from, to), 0);
  }

  /** The same records in two batches, for a broker that takes no larger one. */
  split(): [KafkaBatch, KafkaBatch] {
    const middle = this.length >> 1;
    const before: Part[] = [];
    const after: Part[] = [];
    let count = 0;
    for (const { slice, from, to } of this.parts) {
      const cut = Math.min(to, Math.max(from, from + middle - count));
      if (cut > from) before.push({ slice, from, to: cut });
      if (cut < to) after.push({ slice, from: cut, to });
      count += to - from;
    }
    const halves: [KafkaBatch, KafkaBatch] = [
      new KafkaBatch(this, before, this.maxBytes),
      new KafkaBatch(this, after, this.maxBytes),
    ];
    [halves[0].number, halves[1].number] = numbersOfHalves(this.number, middle);
    if (this.records !== undefined) {
      halves[0].records = this.records.slice(0, middle);
      halves[1].records = this.records.slice(middle);
    }
    return halves;
  }
}
