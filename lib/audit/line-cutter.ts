/** Who is given the lines. */
export interface LineTaker {
  /**
   * A line: bytes[start, end), without its line feed. The bytes may change afterwards.
   *
   * @param isInChunk whether they are those of the chunk, which do not change before the next one, and its line feed stands behind them
   */
  line(bytes: Buffer, start: number, end: number, isInChunk: boolean): void;
  /** A line was longer than one may be. */
  tooLong(bytes: number): void;
}

/** What stands behind the last line feed. */
export interface Rest {
  readonly bytes: Buffer;
  /** Zeros before them, which are not held. */
  readonly zeros: number;
  /** How long it is without them. */
  readonly length: number;
  /** Whether that is more than may be held: then there are no bytes. */
  readonly isTooLong: boolean;
}

/**
 * Cuts chunks into lines. A line within a chunk is not copied; one that goes over their end is held, up to so many bytes. Zeros that
 * begin a line are counted, and not held: a power failure leaves as many of them as it likes.
 */
export class LineCutter {
  readonly #taker: LineTaker;
  readonly #longest: number;
  #held: Buffer = Buffer.alloc(0);
  #length = 0;
  #zeros = 0;

  constructor(taker: LineTaker, longest: number = LONGEST_LINE) {
    this.#taker = taker;
    this.#longest = longest;
  }

  push(chunk: Buffer): void {
    let start = 0;
    if (this.#length + this.#zeros > 0) {
      const end = chunk.indexOf(LF);
      if (end === -1) {
        this.#hold(chunk, 0, chunk.length);
        return;
      }
      this.#hold(chunk, 0, end);
      this.#handOver();
      start = end + 1;
    }
    const taker = this.#taker;
    for (let end = chunk.indexOf(LF, start); end !== -1; end = chunk.indexOf(LF, start)) {
      taker.line(chunk, start, end, true);
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk, start, chunk.length);
  }

  /** Takes what stands behind the last line feed: at the end, or where the bytes go on at another place. */
  takeRest(): Rest {
    const isTooLong = this.#length > this.#longest;
    const bytes = this.#held.subarray(0, isTooLong ? 0 : this.#length);
    const rest = { bytes, zeros: this.#zeros, length: this.#length, isTooLong };
    this.#forget();
    return rest;
  }

  #hold(chunk: Buffer, from: number, to: number): void {
    let start = from;
    if (this.#length === 0) {
      while (start < to && chunk[start] === 0) start += 1;
      this.#zeros += start - from;
    }
    const length = this.#length + to - start;
    if (length <= this.#longest) {
      if (length > this.#held.length) {
        const larger = Buffer.allocUnsafe(Math.max(2 * this.#held.length, length, LEAST_HELD));
        this.#held.copy(larger, 0, 0, this.#length);
        this.#held = larger;
      }
      chunk.copy(this.#held, this.#length, start, to);
    }
    this.#length = length;
  }

  #handOver(): void {
    if (this.#length > this.#longest) this.#taker.tooLong(this.#length);
    else if (this.#zeros === 0) this.#taker.line(this.#held, 0, this.#length, false);
    else {
      // No JSON begins so: the first zero says as much as all of them.
      const line = Buffer.concat([Buffer.alloc(1), this.#held.subarray(0, this.#length)]);
      this.#taker.line(line, 0, line.length, false);
    }
    this.#forget();
  }

  #forget(): void {
    this.#length = 0;
    this.#zeros = 0;
    if (this.#held.length > MOST_KEPT) this.#held = Buffer.alloc(0);
  }
}

const LF = 0x0a;
/** Four times what a message may have by default. */
const LONGEST_LINE = 256 * 1024 * 1024;
const LEAST_HELD = 64 * 1024;
const MOST_KEPT = 4 * 1024 * 1024;
