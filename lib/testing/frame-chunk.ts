import { headerLength, writeHeader } from './encode-frame.js';

/**
 * Many small frames, encoded one after another into one buffer, so that they cost one write to the socket. It is used
 * again after `reset()`, which must wait until the socket is done with the bytes.
 */
export class FrameChunk {
  readonly #buffer: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a frame, or returns false when it may not fit. `first` is the frame's first byte. */
  append(payload: string | Uint8Array, first: number): boolean {
    const at = this.#length;
    const isText = typeof payload === 'string';
    // One UTF-16 unit takes at most three bytes of UTF-8.
    if (at + MAX_HEADER + (isText ? payload.length * 3 : payload.byteLength) > CHUNK_BYTES) return false;
    // The header comes first, but a string's length in bytes is known last: guess that it is ASCII.
    const guess = headerLength(payload.length);
    const bytes = isText ? this.#buffer.write(payload, at + guess) : payload.byteLength;
    if (!isText) this.#buffer.set(payload, at + guess);
    const header = headerLength(bytes);
    if (header !== guess) this.#buffer.copyWithin(at + header, at + guess, at + guess + bytes);
    writeHeader(this.#buffer, at, first, bytes);
    this.#length = at + header + bytes;
    return true;
  }

  /** What was added, without a copy. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  reset(): void {
    this.#length = 0;
  }
}

/** As much as a socket reads at once. */
export const CHUNK_BYTES = 65_536;
const MAX_HEADER = 10;
