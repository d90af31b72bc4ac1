import type { LineTaker, Rest } from '../audit/line-cutter.js';
import { JsonCheck } from '../json/check.js';

/** Who is given what a {@link LineSieve} lets through. */
export interface Sifted {
  /** Whole lines, one behind the other, each with its line feed. The bytes may change afterwards. */
  lines(bytes: Buffer): void;
  /** Something is damaged here. */
  damage(): void;
}

/** Parts the lines that are JSON from those that are damaged. Empty lines are no damage, and stay. */
export class LineSieve implements LineTaker {
  /** Lines so far. */
  count = 0;
  /** The numbers of the first damaged lines, and how many there are. */
  readonly firstDamaged: number[] = [];
  damaged = 0;
  hasTooLong = false;
  readonly #check = new JsonCheck();
  readonly #sifted: Sifted;
  /** Lines next to each other that were let through, and are still to be handed on. */
  #bytes: Buffer | undefined;
  #start = 0;
  #end = 0;

  constructor(sifted: Sifted) {
    this.#sifted = sifted;
  }

  line(bytes: Buffer, start: number, end: number, isInChunk: boolean): void {
    this.count += 1;
    if (!this.#isSound(bytes, start, end)) {
      this.#lose();
      return;
    }
    if (bytes !== this.#bytes || start !== this.#end + 1 || !isInChunk) {
      this.flush();
      this.#bytes = bytes;
      this.#start = start;
    }
    this.#end = end;
    if (isInChunk) return;
    this.#bytes = undefined;
    this.#sifted.lines(Buffer.concat([bytes.subarray(start, end), LINE_FEED]));
  }

  tooLong(): void {
    this.count += 1;
    this.hasTooLong = true;
    this.#lose();
  }

  /** Hands on what was let through: the bytes may change after that. */
  flush(): void {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    if (bytes !== undefined) this.#sifted.lines(bytes.subarray(this.#start, this.#end + 1));
  }

  /** Bytes in between cannot be read. */
  interrupt(): void {
    this.flush();
    this.#sifted.damage();
  }

  /**
   * Looks at what stands behind the last line feed. A whole record is let through, with a line feed.
   *
   * @returns whether it was one
   */
  end({ bytes, zeros, isTooLong }: Rest): boolean {
    this.flush();
    if (isTooLong) this.tooLong();
    const text = withoutZeros(bytes);
    if (zeros > 0 || text.length === 0 || !this.#check.check(text, 0, text.length)) return false;
    // More digits may have been meant to follow.
    if (text[this.#check.end - 1]! >= ZERO && text[this.#check.end - 1]! <= NINE) return false;
    this.#sifted.lines(Buffer.concat([text, LINE_FEED]));
    return true;
  }

  #isSound(bytes: Buffer, start: number, end: number): boolean {
    if (end === start || (end === start + 1 && bytes[start] === CR)) return true;
    const hasMark = this.count === 1 && bytes.subarray(start, Math.min(end, start + MARK.length)).equals(MARK);
    return this.#check.check(bytes, hasMark ? start + MARK.length : start, end);
  }

  #lose(): void {
    this.flush();
    this.damaged += 1;
    if (this.firstDamaged.length < MOST_TOLD) this.firstDamaged.push(this.count);
    this.#sifted.damage();
  }
}

function withoutZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

const CR = 0x0d;
const [ZERO, NINE] = [0x30, 0x39];
const LINE_FEED = Buffer.from('\n');
const MARK = Buffer.from('\ufeff');
const MOST_TOLD = 10;
