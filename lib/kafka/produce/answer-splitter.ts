/** Whom the answers of a connection are for. */
export interface AnswerReader {
  /** An answer to one of our own requests, from behind its number on. A view of what came. */
  onOurs(number: number, body: Buffer): void;
  /** What the client has asked for, as it came. */
  onTheirs(bytes: Buffer): void;
}

/**
 * Tells answers to our own requests from those to the client's on the same connection: by the request's number, which is as large
 * for ours as no client comes to count. Each answer begins with its length and that number.
 */
export class AnswerSplitter {
  readonly #reader: AnswerReader;
  /** An answer of which too little is there: its number, or, for one of ours, its end. */
  #pending: Buffer = NOTHING;
  /** How much of one for the client is still to come. */
  #left = 0;

  constructor(reader: AnswerReader) {
    this.#reader = reader;
  }

  /** What came next. Lengths are at least those of a number. */
  add(chunk: Buffer): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = NOTHING;
    let at = Math.min(this.#left, bytes.length);
    this.#left -= at;
    let theirs = 0;
    while (at + HEAD_BYTES <= bytes.length) {
      const end = at + LENGTH_BYTES + bytes.readInt32BE(at);
      const number = bytes.readInt32BE(at + LENGTH_BYTES);
      if (number < FIRST_NUMBER) {
        at = Math.min(end, bytes.length);
        this.#left = end - at;
        continue;
      }
      if (end > bytes.length) break;
      if (theirs < at) this.#reader.onTheirs(bytes.subarray(theirs, at));
      this.#reader.onOurs(number, bytes.subarray(at + HEAD_BYTES, end));
      theirs = at = end;
    }
    this.#pending = bytes.subarray(at);
    if (theirs < at) this.#reader.onTheirs(bytes.subarray(theirs, at));
  }
}

/** The number of the first of our own requests. Clients count theirs from 1, and ask for little. */
export const FIRST_NUMBER = 2 ** 30;
const NOTHING = Buffer.alloc(0);
const LENGTH_BYTES = 4;
const HEAD_BYTES = 8;
