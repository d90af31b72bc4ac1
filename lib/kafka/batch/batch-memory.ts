/**
 * Buffers for batches: those that were given back are used again. A new one for each costs more than to write the batch, since the
 * system hands its memory out page by page.
 */
export class BatchMemory {
  #spare: Buffer[] = [];

  /** A buffer of at least so many bytes, with anything in it. */
  take(size: number): Buffer {
    const at = this.#spare.findLastIndex(({ length }) => length >= size);
    if (at !== -1) return this.#spare.splice(at, 1)[0]!;
    // Batches have become larger: room is made for those that come.
    this.#spare.shift();
    return Buffer.allocUnsafeSlow(Math.ceil(size / STEP_BYTES) * STEP_BYTES);
  }

  /** Nobody looks at a buffer of this memory any more, or at what stood in it. */
  giveBack({ buffer }: Buffer): void {
    if (this.#spare.length < MAX_SPARE && buffer.byteLength <= MAX_BYTES) this.#spare.push(Buffer.from(buffer));
  }
}

const STEP_BYTES = 64 * 1024;
/** As many requests as are on their way to one partition. */
const MAX_SPARE = 5;
/** One of a single record may have tens of megabytes, and goes. */
const MAX_BYTES = 2 * 1024 * 1024;
