import { scalarAt } from '../../json/field.js';
import { indent } from '../../json/indent.js';
import { MemberReader } from '../../json/members.js';

/** How a record becomes a row of values. */
export type RowFormat = 'csv' | 'tsv';

/**
 * Writes objects as rows of their values, in the order of their keys and without a header, straight from the bytes of their
 * JSON texts: numbers keep their text. `null` is an empty cell, an object or array its JSON text on one line. In `csv` a
 * cell with a comma, a quotation mark or a line break is quoted (RFC 4180); in `tsv` a tab or line break becomes a space.
 */
export class RowWriter {
  readonly #isCsv: boolean;
  readonly #members = new MemberReader();
  #out = Buffer.allocUnsafe(SMALLEST);
  #length = 0;
  /** The keys of the record before, as they stand, and in which order their values are written. */
  #keys: Buffer[] = [];
  #order: number[] = [];
  #starts: number[] = [];
  #ends: number[] = [];

  constructor(format: RowFormat) {
    this.#isCsv = format === 'csv';
  }

  /** How many bytes there are by now. */
  get length(): number {
    return this.#length;
  }

  /** Adds the row of the record in bytes[start, end), without a line break. `false`: it is no object. */
  add(bytes: Buffer, start: number, end: number): boolean {
    if (!this.#readMembers(bytes, start, end)) return false;
    const rowStart = this.#length;
    let isFirst = true;
    for (const index of this.#order) {
      if (!isFirst) this.#byte(this.#isCsv ? COMMA : TAB);
      isFirst = false;
      this.#cell(bytes, this.#starts[index]!, this.#ends[index]!);
    }
    // Readers take an empty line for none.
    if (this.#isCsv && this.#length === rowStart) this.#copy(EMPTY_CELL);
    return true;
  }

  /** Ends a row. */
  endLine(): void {
    this.#byte(LF);
  }

  /** Gives all rows away. */
  take(): Buffer {
    const rows = this.#out.subarray(0, this.#length);
    this.#out = Buffer.allocUnsafe(Math.max(SMALLEST, this.#length));
    this.#length = 0;
    return rows;
  }

  /** Most records have the keys of the one before, so the order of those is remembered. */
  #readMembers(bytes: Buffer, start: number, end: number): boolean {
    const members = this.#members;
    if (!members.open(bytes, start, end)) return false;
    let count = 0;
    let isKnown = true;
    while (members.next()) {
      const { keyStart, keyEnd } = members;
      const known = this.#keys[count];
      if (known === undefined || known.compare(bytes, keyStart, keyEnd) !== 0) {
        this.#keys[count] = Buffer.from(bytes.subarray(keyStart, keyEnd));
        isKnown = false;
      }
      this.#starts[count] = members.start;
      this.#ends[count] = members.end;
      count += 1;
    }
    if (isKnown && count === this.#keys.length) return true;
    this.#keys.length = count;
    this.#order = orderOf(this.#keys);
    return true;
  }

  #cell(bytes: Buffer, start: number, end: number): void {
    const c = bytes[start];
    if (c === LOWER_N) return;
    if (c === QUOTE) {
      if (bytes.subarray(start, end).includes(BACKSLASH))
        this.#text(Buffer.from(scalarAt(bytes, start, end) as string));
      else this.#text(bytes.subarray(start + 1, end - 1));
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) this.#text(indent(bytes, start, end, 0));
    else this.#copy(bytes.subarray(start, end));
  }

  #text(cell: Buffer): void {
    if (!this.#isCsv) {
      const from = this.#length;
      this.#copy(cell);
      for (let i = from; i < this.#length; i++) if (BREAKS_TSV[this.#out[i]!] === 1) this.#out[i] = SPACE;
    } else if (cell.some((byte) => BREAKS_CSV[byte] === 1)) {
      this.#byte(QUOTE);
      for (const byte of cell) {
        if (byte === QUOTE) this.#byte(QUOTE);
        this.#byte(byte);
      }
      this.#byte(QUOTE);
    } else this.#copy(cell);
  }

  #copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#out.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#out[this.#length] = byte;
    this.#length += 1;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#length + bytes, this.#out.length * 2));
    this.#out.copy(larger, 0, 0, this.#length);
    this.#out = larger;
  }
}

/** By the bytes of the keys, as they are without escapes; of a key that comes twice the last value counts, as in JSON.parse. */
function orderOf(keys: readonly Buffer[]): number[] {
  const plain = keys.map((key) => Buffer.from(scalarAt(key, 0, key.length) as string));
  const order = keys.map((_, index) => index).sort((a, b) => plain[a]!.compare(plain[b]!) || a - b);
  return order.filter((index, at) => at === order.length - 1 || !plain[index]!.equals(plain[order[at + 1]!]!));
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const LOWER_N = 0x6e;
const OPEN_BRACE = 0x7b;
const EMPTY_CELL = Buffer.from('""');
const SMALLEST = 4096;

/** 1 for the bytes for which a cell must be quoted. */
const BREAKS_CSV = new Uint8Array(256);
BREAKS_CSV[QUOTE] = BREAKS_CSV[COMMA] = BREAKS_CSV[CR] = BREAKS_CSV[LF] = 1;
/** 1 for the bytes that become a space. */
const BREAKS_TSV = new Uint8Array(256);
BREAKS_TSV[TAB] = BREAKS_TSV[CR] = BREAKS_TSV[LF] = 1;
