/** Where a transform puts a record's text together: one buffer, used again for each record. */
export class Scratch {
  #bytes: Buffer = Buffer.allocUnsafeSlow(SMALLEST);
  /** How much of it is written. */
  length = 0;

  /** What was written, and more behind it: good until {@link begin}. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Begins anew. What one large record took is not kept for all the small ones. */
  begin(): void {
    if (this.#bytes.length > KEPT) this.#bytes = Buffer.allocUnsafeSlow(SMALLEST);
    this.length = 0;
  }

  /** Appends bytes[start, end). */
  add(bytes: Buffer, start = 0, end = bytes.length): void {
    const needed = this.length + end - start;
    if (needed > this.#bytes.length) this.#grow(needed);
    bytes.copy(this.#bytes, this.length, start, end);
    this.length = needed;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

const SMALLEST = 4_096;
const KEPT = 1024 * 1024;
