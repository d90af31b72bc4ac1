import type { Split } from '../internal/split.js';

/**
 * Finds the records of a frame, one at a time, as ranges of its bytes. Pieces that are empty or blank do not count; one that
 * no separator follows does.
 */
export class PieceReader {
  /** The piece: valid after {@link next} said `true`. */
  start = 0;
  end = 0;
  readonly #separator: number | Buffer;
  readonly #length: number;
  readonly #areLines: boolean;
  #data: Buffer = Buffer.alloc(0);
  #next = 0;

  constructor(split: Split) {
    const separator = split === 'lines' ? LINE_FEED : Buffer.from(split.on);
    this.#length = separator.length;
    // One byte is found several times as fast as a text of one byte.
    this.#separator = separator.length === 1 ? (separator[0] as number) : separator;
    this.#areLines = split === 'lines';
  }

  /** Turns to a frame. */
  open(data: Buffer): void {
    this.#data = data;
    this.#next = 0;
  }

  /** Goes on to the next piece. `false`: there was none left. */
  next(): boolean {
    const data = this.#data;
    while (this.#next < data.length) {
      const start = this.#next;
      const found = data.indexOf(this.#separator, start);
      let end = found === -1 ? data.length : found;
      this.#next = end + this.#length;
      if (this.#areLines && end > start && data[end - 1] === CR) end -= 1;
      if (isBlank(data, start, end)) continue;
      this.start = start;
      this.end = end;
      return true;
    }
    return false;
  }
}

function isBlank(data: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = data[i];
    if (byte !== 0x20 && byte !== 0x09 && byte !== CR && byte !== 0x0a) return false;
  }
  return true;
}

const LINE_FEED = Buffer.from('\n');
const CR = 0x0d;
