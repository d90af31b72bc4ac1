/**
 * Follows the lengths in what a broker sends: each of its answers begins with its own, and goes on with the four bytes of
 * the request's number. A client believes what stands there, and waits for two gigabytes if it says so.
 */
export class Answers {
  /** How many answers have begun. */
  begun = 0;
  /** After a length that no answer has: the bytes from there on. */
  foreign: Buffer | undefined;
  /** What is there of a length that came in pieces. */
  #length: Buffer = NOTHING;
  /** How much of the answer is still to come. */
  #left = 0;

  /** How many bytes of the next chunk are of answers: all, or those before a length that no answer has. */
  sound(chunk: Buffer): number {
    let i = 0;
    while (i < chunk.length) {
      if (this.#left === 0) {
        const from = i;
        i += LENGTH_BYTES - this.#length.length;
        const length = Buffer.concat([this.#length, chunk.subarray(from, i)]);
        this.#length = length.length < LENGTH_BYTES ? length : NOTHING;
        if (length.length < LENGTH_BYTES) return chunk.length;
        this.#left = length.readInt32BE(0);
        if (this.#left < NUMBER_BYTES || this.#left > MAX_ANSWER_BYTES) {
          this.foreign = Buffer.concat([length, chunk.subarray(i, i + EXCERPT_BYTES)]);
          return from;
        }
        this.begun += 1;
      }
      const step = Math.min(this.#left, chunk.length - i);
      this.#left -= step;
      i += step;
    }
    return chunk.length;
  }
}

const NOTHING = Buffer.alloc(0);
const LENGTH_BYTES = 4;
const NUMBER_BYTES = 4;
/** What a client is told of 10,000 topics, with dozens of partitions each, is about as large. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const EXCERPT_BYTES = 60;
