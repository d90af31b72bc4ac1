import { isWholeRecord } from './last-record.js';

/** What was decoded behind the last place at which a compressed file can be cut: bounded, and divided into lines. */
export class DecodedTail {
  /** The byte that was decoded last of all; -1 before. */
  lastByte = -1;
  #chunks: Buffer[] = [];
  #length = 0;

  /** Whether all that was decoded so far ends with a line. */
  get isAtLineEnd(): boolean {
    return this.lastByte === LF || this.lastByte === -1;
  }

  /** Whether there is more than can be held. */
  get isTooLong(): boolean {
    return this.#length > LONGEST;
  }

  add(decoded: Buffer): void {
    if (decoded.length === 0) return;
    this.lastByte = decoded[decoded.length - 1]!;
    this.#length += decoded.length;
    if (this.isTooLong) this.#chunks = [];
    else this.#chunks.push(decoded);
  }

  /** The file can be cut here. */
  mark(): void {
    this.#chunks = [];
    this.#length = 0;
  }

  /** The whole lines, and what is torn behind them. A whole record that lacks its line feed gets it. */
  divided(): { readonly saved: Buffer; readonly torn: Buffer } {
    const all = Buffer.concat(this.#chunks);
    const end = all.lastIndexOf(LF) + 1;
    const rest = all.subarray(end);
    if (rest.length > 0 && isWholeRecord(rest, false)) return { saved: Buffer.concat([all, LINE_FEED]), torn: NOTHING };
    return { saved: all.subarray(0, end), torn: rest };
  }
}

const LF = 0x0a;
const LINE_FEED = Buffer.from('\n');
const NOTHING = Buffer.alloc(0);
const LONGEST = 64 * 1024 * 1024;
