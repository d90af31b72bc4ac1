import type { RecordsBatch } from '@platformatic/kafka';

/**
 * The newest value of a key in a partition, of what was committed, out of batches as they lie there, from some offset up to the end.
 * What a transaction wrote counts from the control batch that commits it. The client's own way leaves aborted records in.
 */
export class NewestValue {
  /** The newest one that counts; `undefined` for none, or when it was deleted. */
  value: Buffer | undefined;
  /** Whether there was any that counts, or a deletion. */
  isFound = false;
  readonly #key: Buffer;
  /** What open transactions have written, by their producers. */
  readonly #open = new Map<bigint, Buffer | undefined>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The next batch. */
  add({ attributes, producerId, records }: RecordsBatch): void {
    if ((attributes & CONTROL) !== 0) {
      const isCommitted = records.some(({ key }) => key !== null && key.readInt16BE(2) === COMMIT);
      if (isCommitted && this.#open.has(producerId)) this.#count(this.#open.get(producerId));
      this.#open.delete(producerId);
      return;
    }
    for (const { key, value } of records) {
      if (key === null || !key.equals(this.#key)) continue;
      if ((attributes & TRANSACTIONAL) === 0) this.#count(value ?? undefined);
      else this.#open.set(producerId, value ?? undefined);
    }
  }

  #count(value: Buffer | undefined): void {
    this.value = value;
    this.isFound = true;
  }
}

/** In the attributes of a batch. */
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** The type in the key of a control record. */
const COMMIT = 1;
