import { endianness } from 'node:os';

/** A list of numbers of one size. */
type Column = Uint8Array | Uint32Array | Float64Array;

/** Writes lists of numbers one behind the other, little-endian. */
export class ColumnWriter {
  readonly bytes: Buffer;
  #at = 0;

  /** @param bytes as long as all of them */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  // By number: a typed array that is asked for its buffer gets one of its own outside of V8's heap.
  add(column: Column): void {
    if (column instanceof Uint32Array) this.addWhole(column);
    else if (column instanceof Float64Array)
      for (const number of column) this.#at = this.bytes.writeDoubleLE(number, this.#at);
    else for (const number of column) this.#at = this.bytes.writeUInt8(number, this.#at);
  }

  /** Whole numbers of four bytes. */
  addWhole(numbers: ArrayLike<number>): void {
    const { buffer, byteOffset } = this.bytes;
    const start = byteOffset + this.#at;
    if (IS_LITTLE_ENDIAN && start % 4 === 0) {
      new Uint32Array(buffer, start, numbers.length).set(numbers);
      this.#at += 4 * numbers.length;
    } else for (const number of Array.from(numbers)) this.#at = this.bytes.writeUInt32LE(number, this.#at);
  }

  addText(text: Buffer): void {
    this.#at += text.copy(this.bytes, this.#at);
  }
}

/** Reads them. */
export class ColumnReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take<C extends Column>(Type: new (count: number) => C, count: number): C {
    const column = new Type(count);
    const size = column.BYTES_PER_ELEMENT;
    for (let index = 0; index < count; index++) {
      column[index] = this.#read(size);
      this.#at += size;
    }
    return column;
  }

  /** Whole numbers of four bytes. */
  takeWhole(count: number): number[] {
    const numbers: number[] = [];
    for (const end = this.#at + 4 * count; this.#at < end; this.#at += 4)
      numbers.push(this.#bytes.readUInt32LE(this.#at));
    return numbers;
  }

  /** What follows behind them. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  #read(size: number): number {
    if (size === 4) return this.#bytes.readUInt32LE(this.#at);
    return size === 8 ? this.#bytes.readDoubleLE(this.#at) : this.#bytes.readUInt8(this.#at);
  }
}

const IS_LITTLE_ENDIAN = endianness() === 'LE';
