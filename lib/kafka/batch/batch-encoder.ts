import type { BatchMemory } from './batch-memory.js';
import { varintSize, writeVarint, writeZigzag, zigzagSize } from './varint.js';

/** What stands at the head of a batch besides its records. */
export interface BatchHead {
  /** -1 for a producer without one. */
  readonly producerId: bigint;
  readonly epoch: number;
  /** The number of the first record. */
  readonly sequence: number;
  /** Whether it counts when its producer's transaction is committed, and not before. */
  readonly isTransactional?: boolean;
}

/** What a batch is put into before it is sent. */
export interface BatchCompression {
  /** Its number, in the attributes of a batch. */
  readonly bits: number;
  readonly compress: (records: Buffer) => Uint8Array;
}

/**
 * Writes batches of records as Kafka stores them (`magic` 2), out of ranges of bytes, and without an object a record. A batch is
 * `begin()`, its records, and `end()`.
 */
export class BatchEncoder {
  readonly #memory: BatchMemory;
  readonly #checksum: (bytes: Buffer) => number;
  readonly #compression: BatchCompression | undefined;
  #out: Buffer = NOTHING;
  /** Where the batch begins. */
  #from = 0;
  #at = 0;
  #count = 0;
  #firstTime = 0;
  #lastTime = 0;

  /** @param checksum CRC-32C */
  constructor(memory: BatchMemory, checksum: (bytes: Buffer) => number, compression?: BatchCompression) {
    this.#memory = memory;
    this.#checksum = checksum;
    this.#compression = compression;
  }

  /**
   * @param maxBytes as much as all of its records take, at most: {@link RECORD_OVERHEAD}, {@link HEADER_OVERHEAD}
   * @param before what stands before the batch
   */
  begin(maxBytes: number, before: Uint8Array = NOTHING): void {
    this.#from = before.length;
    this.#at = before.length + HEAD_BYTES;
    this.#count = 0;
    this.#out = this.#memory.take(this.#at + maxBytes);
    this.#out.set(before, 0);
  }

  /**
   * Adds some lines, one behind the other, as records without key and headers: each is a value as it stands, and JSON `null` is
   * none.
   *
   * @param ends where each line ends in `bytes`, with one byte between it and the next
   * @param from the first of the lines
   * @param to behind the last of them
   * @param start where the first begins
   * @param times of each line, by its index, in epoch milliseconds
   */
  lines(
    bytes: Buffer,
    ends: readonly number[],
    from: number,
    to: number,
    start: number,
    times: { receivedAt(index: number): number },
  ): void {
    const out = this.#out;
    const size = ends[to - 1]! + 1 - start;
    // They are put at the far end of the room that they have, and each is moved to its place from there: to copy within a
    // buffer takes a third of what copying out of another takes. What is written before a line is not as long as its room.
    let source = this.#at + (to - from) * RECORD_OVERHEAD;
    bytes.copy(out, source, start, start + size);
    source -= start;
    let at = this.#at;
    let lineStart = start;
    for (let index = from; index < to; index++) {
      const end = ends[index]!;
      const first = lineStart + source;
      const time = this.#time(times.receivedAt(index));
      const timeSize = zigzagSize(time);
      const number = this.#count * 2;
      const numberSize = varintSize(number);
      if (out[first] === LOWER_N) {
        at = writeVarint(out, at, 2 * (1 + timeSize + numberSize + 3));
        out[at++] = 0;
        at = writeZigzag(out, at, time);
        at = writeVarint(out, at, number);
        out[at++] = NONE;
        out[at++] = NONE;
      } else {
        const length = end - lineStart;
        at = writeVarint(out, at, 2 * (1 + timeSize + numberSize + 1 + varintSize(2 * length) + length + 1));
        out[at++] = 0;
        at = writeZigzag(out, at, time);
        at = writeVarint(out, at, number);
        out[at++] = NONE;
        at = writeVarint(out, at, 2 * length);
        out.copyWithin(at, first, first + length);
        at += length;
      }
      out[at++] = 0;
      this.#count += 1;
      lineStart = end + 1;
    }
    this.#at = at;
  }

  /**
   * Adds a record, of ranges of bytes.
   *
   * @param time epoch milliseconds
   * @param keyStart -1 without a key
   * @param valueStart -1 without a value
   * @param headers names and values in turns
   */
  record(
    time: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
    headers: readonly Uint8Array[] = NO_HEADERS,
  ): void {
    const out = this.#out;
    const delta = this.#time(time);
    const number = this.#count * 2;
    let size = 1 + zigzagSize(delta) + varintSize(number);
    size += sizeOf(keyStart, keyEnd) + sizeOf(valueStart, valueEnd) + varintSize(headers.length);
    for (const { length } of headers) size += sizeOf(0, length);
    let at = writeVarint(out, this.#at, 2 * size);
    out[at++] = 0;
    at = writeZigzag(out, at, delta);
    at = writeVarint(out, at, number);
    at = write(out, at, key, keyStart, keyEnd);
    at = write(out, at, value, valueStart, valueEnd);
    // Twice their number, as a varint has it: it is that of the parts.
    at = writeVarint(out, at, headers.length);
    for (const part of headers) at = write(out, at, part, 0, part.length);
    this.#at = at;
    this.#count += 1;
  }

  /**
   * What stands before the batch, and the whole batch, which has one record at least: in a buffer of the memory, to be given back
   * to it.
   */
  end({ producerId, epoch, sequence, isTransactional = false }: BatchHead): Buffer {
    const compression = this.#compression;
    if (compression !== undefined) this.#compress(compression);
    const all = this.#out.subarray(0, this.#at);
    const batch = all.subarray(this.#from);
    batch.writeBigInt64BE(0n, 0);
    batch.writeInt32BE(batch.length - LENGTH_END, LENGTH_AT);
    batch.writeInt32BE(0, LENGTH_END);
    batch[16] = MAGIC;
    batch.writeInt16BE((compression?.bits ?? 0) | (isTransactional ? TRANSACTIONAL : 0), CHECKED_FROM);
    batch.writeInt32BE(this.#count - 1, 23);
    batch.writeBigInt64BE(BigInt(this.#firstTime), 27);
    batch.writeBigInt64BE(BigInt(this.#lastTime), 35);
    batch.writeBigInt64BE(producerId, 43);
    batch.writeInt16BE(epoch, 51);
    batch.writeInt32BE(sequence, 53);
    batch.writeInt32BE(this.#count, 57);
    batch.writeUInt32BE(this.#checksum(batch.subarray(CHECKED_FROM)), CHECKSUM_AT);
    this.#out = NOTHING;
    return all;
  }

  /** How far a time is from the first one; the latest one is kept. */
  #time(given: number): number {
    const time = Math.trunc(given);
    if (this.#count === 0) this.#firstTime = this.#lastTime = time;
    else if (time > this.#lastTime) this.#lastTime = time;
    return time - this.#firstTime;
  }

  #compress({ compress }: BatchCompression): void {
    const from = this.#from + HEAD_BYTES;
    const compressed = compress(this.#out.subarray(from, this.#at));
    this.#at = from + compressed.length;
    if (this.#at > this.#out.length) {
      // What cannot be made smaller becomes somewhat larger.
      const plain = this.#out;
      this.#out = this.#memory.take(this.#at);
      plain.copy(this.#out, 0, 0, this.#from);
      this.#memory.giveBack(plain);
    }
    this.#out.set(compressed, from);
  }
}

/** What a key, a value, or the name or value of a header takes. */
function sizeOf(start: number, end: number): number {
  return start < 0 ? 1 : varintSize(2 * (end - start)) + end - start;
}

function write(out: Buffer, at: number, bytes: Uint8Array, start: number, end: number): number {
  if (start < 0) {
    out[at] = NONE;
    return at + 1;
  }
  const from = writeVarint(out, at, 2 * (end - start));
  if (end - start > SHORT) out.set(bytes.subarray(start, end), from);
  else for (let i = start; i < end; i++) out[from + i - start] = bytes[i]!;
  return from + end - start;
}

/** A record's length, attributes, time and number, the lengths of key and value, and how many headers: as long as they can be. */
export const RECORD_OVERHEAD = 36;
/** The lengths of name and value of a header, as long as they can be. */
export const HEADER_OVERHEAD = 10;

const NOTHING = Buffer.alloc(0);
const NO_HEADERS: readonly Uint8Array[] = [];
/** -1, zigzagged, in place of a length. */
const NONE = 1;
const LOWER_N = 0x6e;
/** The offset of the first record, length, the leader's epoch, magic, checksum, and what {@link BatchEncoder.end} writes there. */
const HEAD_BYTES = 61;
const LENGTH_AT = 8;
const LENGTH_END = 12;
const CHECKSUM_AT = 17;
const CHECKED_FROM = 21;
const MAGIC = 2;
/** In the attributes of a batch. */
const TRANSACTIONAL = 0x10;
/** So many bytes are copied one by one in less time than a call takes. */
const SHORT = 24;
