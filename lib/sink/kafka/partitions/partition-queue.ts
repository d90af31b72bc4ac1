import { KafkaBatch, type Part } from './kafka-batch.js';
import type { PageSlice } from './page-slice.js';
import type { RecordMaker } from './record-maker.js';

/** How large a batch may be. */
export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
}

/** One partition: what waits for it, in order, and what is on its way. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Records that wait, without those of batches on their way. */
  waiting = 0;
  waitingBytes = 0;
  /** When what waits has waited long enough, by the monotonic clock. */
  dueAt = Number.POSITIVE_INFINITY;
  /** Batches that were sent and are not dealt with, in order: they have no answer yet, or wait until all behind them have one. */
  readonly sent: KafkaBatch[] = [];
  /** How many of them have no answer. */
  inFlight = 0;
  /** Whether batches arrive: none was refused since the newest answer, and none is to be sent again. */
  isSteady = false;
  /** Whether it waits before something is tried again. */
  isResting = false;
  /** Whether it is among those that the sender looks at for something to send. */
  isQueued = false;
  /** Whether nothing is sent to it any more. */
  isDead = false;
  /** The slice that the newest page's records go to. */
  newest: PageSlice | undefined;
  /** What the broker is known to take: less than the configured limit after it refused a batch. */
  #maxBytes = Number.POSITIVE_INFINITY;
  readonly #slices: PageSlice[] = [];
  readonly #again: KafkaBatch[] = [];

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  /** Says that a slice of so many records and bytes waits; more may be added to a slice that is known. */
  add(slice: PageSlice, records: number, bytes: number): void {
    if (this.#slices.at(-1) !== slice) this.#slices.push(slice);
    this.waiting += records;
    this.waitingBytes += bytes;
  }

  /** Whether there is as much as a batch takes, or something to be sent again. */
  isFull(limits: BatchLimits): boolean {
    return (
      this.waiting >= limits.records ||
      this.waitingBytes >= Math.min(limits.bytes, this.#maxBytes) ||
      this.#again.length > 0
    );
  }

  get isEmpty(): boolean {
    return this.waiting === 0 && this.#again.length === 0;
  }

  /** The next batch. There must be something that waits. */
  nextBatch(limits: BatchLimits, maker: RecordMaker): KafkaBatch {
    const again = this.#again.shift();
    if (again !== undefined) {
      this.#count(again, -1);
      return again;
    }
    const maxBytes = Math.min(limits.bytes, this.#maxBytes);
    const parts: Part[] = [];
    let records = 0;
    let bytes = 0;
    while (this.#slices.length > 0) {
      const slice = this.#slices[0]!;
      const from = slice.taken;
      const { length } = slice;
      let isFull = false;
      while (slice.taken < length) {
        const size = maker.sizeOf(slice, slice.taken);
        if (records > 0 && bytes + size > maxBytes) {
          isFull = true;
          break;
        }
        bytes += size;
        records += 1;
        slice.taken += 1;
        if (records >= limits.records) {
          isFull = true;
          break;
        }
      }
      if (slice.taken > from) parts.push({ slice, from, to: slice.taken });
      if (slice.taken === length) this.#slices.shift();
      if (isFull) break;
    }
    const batch = new KafkaBatch(this, parts, bytes);
    this.#count(batch, -1);
    if (this.waiting === 0) this.dueAt = Number.POSITIVE_INFINITY;
    return batch;
  }

  /** Whether there is something to send that was sent before. */
  get hasAgain(): boolean {
    return this.#again.length > 0;
  }

  /** Puts the batches that were sent back, in their order: they are the next ones. */
  sendAgain(): void {
    const batches = this.sent.splice(0);
    this.#again.unshift(...batches);
    for (const batch of batches) this.#count(batch, 1);
  }

  /** Does the same with the first of them in two halves, since it was too large, and remembers what is too large. */
  splitAgain(): void {
    const [batch] = this.sent;
    this.sent.splice(0, 1, ...batch!.split());
    this.#maxBytes = Math.max(MIN_BATCH_BYTES, Math.min(this.#maxBytes, batch!.pageBytes >> 1));
    this.sendAgain();
  }

  /** Every batch that was sent and is not dealt with. */
  *unsettled(): Generator<KafkaBatch> {
    yield* this.sent;
    yield* this.#again;
  }

  /** Every record that waits or is on its way, as parts of slices. */
  *undelivered(): Generator<Part> {
    for (const batch of this.unsettled()) yield* batch.parts;
    for (const slice of this.#slices) {
      if (slice.taken < slice.length) yield { slice, from: slice.taken, to: slice.length };
    }
  }

  #count(batch: KafkaBatch, sign: 1 | -1): void {
    this.waiting += sign * batch.length;
    this.waitingBytes += sign * batch.pageBytes;
  }
}

/** A batch that is refused for its size says little about the size of its records. */
const MIN_BATCH_BYTES = 16 * 1024;
