import { crc32c, type RecordsBatch } from '@platformatic/kafka';
import type { CodeName } from './codes.js';

/** A record as it lies in a partition. */
export interface StoredRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly timestamp: number;
}

/** What became of a batch: where it lies, or why it does not. */
export type Append = { readonly baseOffset: number; readonly isDuplicate: boolean } | { readonly refused: CodeName };

/**
 * One partition: its records, and of each producer the latest batches, by whose sequence numbers a batch that comes
 * twice is known, and one that comes too early is refused. The rules are those of Kafka's `ProducerStateManager`.
 */
export class Partition {
  readonly records: StoredRecord[] = [];
  /** How many batches came again and were not stored again. */
  duplicates = 0;
  readonly #producers = new Map<bigint, ProducerState>();

  append(batch: RecordsBatch): Append {
    const isIdempotent = batch.producerId !== NO_PRODUCER;
    if (isIdempotent) {
      const state = this.#producers.get(batch.producerId);
      const verdict = state === undefined ? 'next' : judge(state, batch);
      if (typeof verdict === 'object') {
        this.duplicates += 1;
        return { baseOffset: verdict.baseOffset, isDuplicate: true };
      }
      if (verdict !== 'next') return { refused: verdict };
    }
    const baseOffset = this.records.length;
    for (const record of batch.records) this.records.push(storedRecord(batch, record, this.records.length));
    if (isIdempotent) this.#remember(batch, baseOffset);
    return { baseOffset, isDuplicate: false };
  }

  /** What a broker that lost its state does: it takes the next batch of a producer, whatever its number. */
  forgetProducers(): void {
    this.#producers.clear();
  }

  #remember(batch: RecordsBatch, baseOffset: number): void {
    let state = this.#producers.get(batch.producerId);
    if (state === undefined || state.epoch !== batch.producerEpoch) {
      state = { epoch: batch.producerEpoch, batches: [] };
      this.#producers.set(batch.producerId, state);
    }
    state.batches.push({ first: batch.firstSequence, last: lastSequence(batch), baseOffset });
    if (state.batches.length > REMEMBERED) state.batches.shift();
  }
}

/** Whether a batch is what its producer said that it is. */
export function isIntact(bytes: Buffer, { crc }: RecordsBatch): boolean {
  return crc32c(bytes.subarray(CRC_END)) === crc;
}

interface ProducerState {
  readonly epoch: number;
  readonly batches: { readonly first: number; readonly last: number; readonly baseOffset: number }[];
}

function judge(state: ProducerState, batch: RecordsBatch): 'next' | CodeName | { readonly baseOffset: number } {
  if (batch.producerEpoch < state.epoch) return 'INVALID_PRODUCER_EPOCH';
  if (batch.producerEpoch > state.epoch) return batch.firstSequence === 0 ? 'next' : 'OUT_OF_ORDER_SEQUENCE_NUMBER';
  const same = state.batches.find(({ first, last }) => first === batch.firstSequence && last === lastSequence(batch));
  if (same !== undefined) return same;
  return batch.firstSequence === (state.batches.at(-1)?.last ?? -1) + 1 ? 'next' : 'OUT_OF_ORDER_SEQUENCE_NUMBER';
}

function lastSequence(batch: RecordsBatch): number {
  return batch.firstSequence + batch.lastOffsetDelta;
}

function storedRecord(batch: RecordsBatch, record: RecordsBatch['records'][number], offset: number): StoredRecord {
  return {
    offset,
    key: record.key,
    value: record.value,
    headers: record.headers.map(([key, value]) => [String(key), String(value)] as const),
    timestamp: Number(batch.firstTimestamp + record.timestampDelta),
  };
}

const NO_PRODUCER = -1n;
/** As many batches of a producer as Kafka knows again. */
const REMEMBERED = 5;
/** The base offset, the length, the leader's epoch, the magic byte and the checksum itself are not part of it. */
const CRC_END = 8 + 4 + 4 + 1 + 4;
