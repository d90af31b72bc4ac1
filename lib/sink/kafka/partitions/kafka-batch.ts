import type { KafkaRecord } from '../../../kafka/producer.js';
import type { PageSlice } from './page-slice.js';

/** Where records of a batch come from: some of a slice, next to each other. */
export interface Part {
  readonly slice: PageSlice;
  readonly from: number;
  readonly to: number;
}

/** Records that go to one partition in one request, and again as they are when it is tried again. */
export class KafkaBatch {
  readonly records: readonly KafkaRecord[];
  readonly parts: readonly Part[];
  /** When it was sent for the first time, by the monotonic clock. */
  firstSentAt: number | undefined;
  /** How often it was sent in vain. */
  failures = 0;

  /** Whether the newest attempt came back. */
  isAnswered = true;
  /** Whether an attempt ended without it being known whether it was stored. */
  hasBeenUncertain = false;

  constructor(records: readonly KafkaRecord[], parts: readonly Part[]) {
    this.records = records;
    this.parts = parts;
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
    const middle = this.records.length >> 1;
    const before: Part[] = [];
    const after: Part[] = [];
    let count = 0;
    for (const { slice, from, to } of this.parts) {
      const cut = Math.min(to, Math.max(from, from + middle - count));
      if (cut > from) before.push({ slice, from, to: cut });
      if (cut < to) after.push({ slice, from: cut, to });
      count += to - from;
    }
    return [new KafkaBatch(this.records.slice(0, middle), before), new KafkaBatch(this.records.slice(middle), after)];
  }
}
