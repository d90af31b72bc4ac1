import { constants } from 'node:buffer';
import { blankLineBreaks } from '../json/line-breaks.js';
import type { PageBytes } from './page-bytes.js';
import type { PageMemory } from './page-memory.js';

/**
 * The texts of the page that is being filled, each followed by a line feed. There is no memory before the first text; that of the
 * first page is taken in small steps, since most of many feeds are slow.
 */
export class PageBuffer {
  /** How many bytes there are. */
  used = 0;
  /** Where each text ends. */
  ends: number[] = [];
  readonly #memory: PageMemory;
  #buffer: PageBytes = NOTHING;
  /** How large the page is likely to become; and what a spare buffer must hold at least. */
  #likely = SMALLEST;
  #least = SMALLEST;
  /** What is staged of the chunk at hand: up to where, and by how much its bytes stand elsewhere here. */
  #stagedEnd = 0;
  #shift = 0;
  /** Of a text, as those of the last page were. */
  #likelySize = 128;

  constructor(memory: PageMemory) {
    this.#memory = memory;
  }

  /** A buffer with room for a text of so many bytes, and its line feed, from {@link used} on. */
  reserve(size: number): Buffer {
    if (this.used + size >= this.#buffer.length) this.#grow(this.used + size + 1);
    return this.#buffer;
  }

  /** There is a text now that ends at `end`. */
  close(end: number): void {
    this.#buffer[end] = LF;
    this.ends.push(end);
    this.used = end + 1;
  }

  /**
   * Copies what is likely to be needed of a chunk from `start` on at once, as far as there is room, for {@link place}: then that
   * only has to move the texts closer together, which is a fraction of what a copy out of the chunk costs for each.
   *
   * @param count how many texts will be placed at most
   */
  stage(chunk: Buffer, start: number, count: number): void {
    const { used } = this;
    const wanted = Math.min(chunk.length - start, count * (this.#likelySize + FRAME_HEADER));
    const room = wanted < WORTH_STAGING ? 0 : this.reserve(Math.min(wanted, AT_FIRST)).length - used;
    const size = Math.min(wanted, room);
    this.#shift = used - start;
    this.#stagedEnd = size < WORTH_STAGING ? 0 : start + size;
    if (size >= WORTH_STAGING) this.#buffer.set(chunk.subarray(start, start + size), used);
  }

  /** Adds the text in [start, end) of the chunk, which was staged, behind those that were placed before. */
  place(chunk: Buffer, start: number, end: number, hasLineBreaks: boolean): void {
    const { used } = this;
    const textEnd = used + end - start;
    if (end <= this.#stagedEnd) {
      const shift = this.#shift;
      this.#buffer.copyWithin(used, start + shift, end + shift);
    } else {
      // The bytes of those to come are overwritten, or stay behind.
      this.#stagedEnd = 0;
      chunk.copy(this.reserve(end - start), used, start, end);
    }
    if (hasLineBreaks) blankLineBreaks(this.#buffer, used, textEnd);
    this.close(textEnd);
  }

  /** Adds texts that stand one behind another, a line feed behind each: `used` bytes, with where each text ends. */
  placeMany(texts: Uint8Array, textEnds: Uint32Array, count: number, used: number): void {
    const start = this.used;
    this.reserve(used).set(texts.subarray(0, used), start);
    const { ends } = this;
    for (let index = 0; index < count; index++) ends.push(start + (textEnds[index] as number));
    this.used = start + used;
  }

  /** Takes out the buffer with what is there, and begins anew. */
  cut(): { readonly buffer: PageBytes; readonly used: number; readonly ends: number[] } {
    const { used, ends } = this;
    const buffer = this.#buffer;
    // The next page is likely to be as large as this one.
    this.#likelySize = used / ends.length;
    this.#likely = Math.max(SMALLEST, Math.min(LARGEST, used + (used >> 3)));
    this.#least = Math.max(SMALLEST, used);
    this.#buffer = NOTHING;
    this.used = 0;
    this.ends = [];
    return { buffer, used, ends };
  }

  #grow(needed: number): void {
    if (this.#buffer.length === 0) {
      this.#buffer = this.#memory.take(Math.max(needed, this.#likely), Math.max(needed, this.#least));
      return;
    }
    const larger = this.#memory.take(Math.max(needed, Math.min(LARGEST, this.#buffer.length * 2)));
    this.#buffer.copy(larger, 0, 0, this.used);
    this.#buffer = larger;
  }
}

/** The most bytes of a page: 4 GiB on Node 20; more on later ones, where nobody wants a larger page either. */
export const LARGEST = Math.min(constants.MAX_LENGTH, 4 * 1024 * 1024 * 1024) - 1;

/** RFC 6455, section 5.2: what stands before the data of a frame of less than 64 KiB. */
const FRAME_HEADER = 4;
/** Bytes from which on it pays: a few short texts. */
const WORTH_STAGING = 1_024;
/** There is room for so many to be staged, however small the page is so far. */
const AT_FIRST = 4_096;

const LF = 0x0a;
/** A record or two. Node takes memory of this size from the heap of C, not from the kernel. */
const SMALLEST = 256;
const NOTHING: PageBytes = Buffer.alloc(0);
