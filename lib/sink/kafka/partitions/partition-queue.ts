import type { KafkaRecord } from '../../../kafka/producer.js';
import { KafkaBatch, type Part } from './kafka-batch.js';
import type { PageSlice } from './page-slice.js';
import type { RecordMaker } from './record-maker.js';

/** How large a batch may be. */
export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
}

/** One partition: what waits for it, in order. At most one batch of it is on its way. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Records that wait, without those of a batch on its way. */
  waiting = 0;
  waitingBytes = 0;
  /** When what waits has waited long enough, by the monotonic clock. */
  dueAt = Number.POSITIVE_INFINITY;
  /** The batch that is on its way, or waits to be tried again. */
  current: KafkaBatch | undefined;
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

  /** Whether nothing of it is on its way or will be. */
  get isDone(): boolean {
    return this.isDead || (this.current === undefined && this.isEmpty);
  }

  /** The next batch. There must be something that waits. */
  nextBatch(limits: BatchLimits, maker: RecordMaker): KafkaBatch {
    const again = this.#again.shift();
    if (again !== undefined) {
      this.#count(again, -1);
      return again;
    }
    const maxBytes = Math.min(limits.bytes, this.#maxBytes);
    const records: KafkaRecord[] = [];
    const parts: Part[] = [];
    let bytes = 0;
    while (this.#slices.length > 0) {
      const slice = this.#slices[0]!;
      const from = slice.taken;
      const { length } = slice;
      let isFull = false;
      while (slice.taken < length) {
        const record = maker.make(this, slice, slice.taken);
        const size = sizeOf(record);
        if (records.length > 0 && bytes + size > maxBytes) {
          isFull = true;
          break;
        }
        bytes += size;
        records.push(record);
        slice.taken += 1;
        if (records.length >= limits.records) {
          isFull = true;
          break;
        }
      }
      if (slice.taken > from) parts.push({ slice, from, to: slice.taken });
      if (slice.taken === length) this.#slices.shift();
      if (isFull) break;
    }
    const batch = new KafkaBatch(records, parts);
    this.#count(batch, -1);
    if (this.waiting === 0) this.dueAt = Number.POSITIVE_INFINITY;
    return batch;
  }

  /** Puts a batch that was too large back, in two halves, and remembers what is too large. */
  splitAgain(batch: KafkaBatch): void {
    const halves = batch.split();
    this.#again.unshift(...halves);
    this.#maxBytes = Math.max(MIN_BATCH_BYTES, Math.min(this.#maxBytes, batch.pageBytes >> 1));
    for (const half of halves) this.#count(half, 1);
  }

  /** Every record that waits or is on its way, as parts of slices. */
  *undelivered(): Generator<Part> {
    if (this.current !== undefined) yield* this.current.parts;
    for (const batch of this.#again) yield* batch.parts;
    for (const slice of this.#slices) {
      if (slice.taken < slice.length) yield { slice, from: slice.taken, to: slice.length };
    }
  }

  #count(batch: KafkaBatch, sign: 1 | -1): void {
    this.waiting += sign * batch.records.length;
    this.waitingBytes += sign * batch.pageBytes;
  }
}

/** What a record takes in a batch, at most. */
function sizeOf({ key, value, headers }: KafkaRecord): number {
  let size = RECORD_OVERHEAD + (value?.length ?? 0) + (key?.length ?? 0);
  if (headers !== undefined) for (const [name, text] of headers) size += HEADER_OVERHEAD + name.length + text.length;
  return size;
}

/** Its length, attributes, time, offset, and the lengths of key and value, each as long as it can be. */
const RECORD_OVERHEAD = 36;
const HEADER_OVERHEAD = 10;
/** A batch that is refused for its size says little about the size of its records. */
const MIN_BATCH_BYTES = 16 * 1024;
