import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { PageBytes } from '../batch/page-bytes.js';
import { contentCrcOf, decodeHead, type EntryHead, entryLength, HEAD_BYTES, MAGIC } from './entry.js';

/** What stands next in a segment. */
export type Found =
  | { readonly kind: 'entry'; readonly head: EntryHead; readonly start: number; readonly content: EntryContent }
  /** Bytes that are no entry, or one whose checksum is wrong: then it is known which. */
  | { readonly kind: 'damage'; readonly start: number; readonly end: number; readonly head?: EntryHead };

/** Where the bytes of an entry are, until the next one is read; `undefined` when they were not asked for. */
export interface EntryContent {
  readonly facts: Buffer;
  /** In memory of its own. */
  readonly body: PageBytes;
  /** The CRC-32 of the body. */
  readonly bodyCrc: number;
}

/** Memory for what is read: `Buffer.allocUnsafeSlow()`, or that of pages which were released. */
export type TakeMemory = (size: number) => PageBytes;

/**
 * Reads a segment entry by entry, through a window, and past what is damaged in it: to the next head, which begins with a
 * NUL, as nothing in the bodies does.
 */
export class SegmentReader {
  readonly #handle: FileHandle;
  readonly #window: Buffer;
  /** Where in the file the window lies, and what of it is filled. */
  #windowStart = 0;
  #filled = 0;
  #at: number;

  /** @param at where the first entry begins, @param windowBytes at least that of a head */
  constructor(handle: FileHandle, at = 0, windowBytes = WINDOW_BYTES) {
    this.#handle = handle;
    this.#at = at;
    this.#window = Buffer.allocUnsafeSlow(windowBytes);
  }

  /** Where the next entry begins. */
  get at(): number {
    return this.#at;
  }

  /**
   * @param end of what there is to read
   * @param take memory for the body; without it, only heads are read
   * @returns `undefined` at the end
   */
  async next(end: number, take?: TakeMemory): Promise<Found | undefined> {
    const start = this.#at;
    if (start >= end) return undefined;
    await this.#fill(start, Math.min(HEAD_BYTES, end - start), end);
    const head = decodeHead(this.#window.subarray(0, this.#filled), start - this.#windowStart);
    const length = head === undefined ? 0 : entryLength(head);
    if (head === undefined || start + length > end) {
      this.#at = await this.#nextHead(start + 1, end);
      return { kind: 'damage', start, end: this.#at };
    }
    this.#at = start + length;
    if (take === undefined) return { kind: 'entry', head, start, content: NO_CONTENT };
    const content = await this.#content(head, start, end, take);
    const { facts, body, bodyCrc } = content;
    if (contentCrcOf(facts, body.length, bodyCrc) === head.contentCrc) return { kind: 'entry', head, start, content };
    return { kind: 'damage', start, end: this.#at, head };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #content(head: EntryHead, start: number, end: number, take: TakeMemory): Promise<EntryContent> {
    const { factsLength, bodyLength } = head;
    // A buffer that was used before may be larger.
    const body = take(bodyLength).subarray(0, bodyLength);
    const from = start + HEAD_BYTES;
    if (entryLength(head) > this.#window.length) {
      const facts = Buffer.allocUnsafe(factsLength);
      await this.#read(facts, from);
      await this.#read(body, from + factsLength);
      return { facts, body, bodyCrc: crc32(body) };
    }
    await this.#fill(start, entryLength(head), end);
    const offset = from - this.#windowStart;
    this.#window.copy(body, 0, offset + factsLength, offset + factsLength + bodyLength);
    return { facts: this.#window.subarray(offset, offset + factsLength), body, bodyCrc: crc32(body) };
  }

  /** Where the next sound head begins; the end when there is none. */
  async #nextHead(from: number, end: number): Promise<number> {
    for (let at = from; at + HEAD_BYTES <= end; ) {
      await this.#fill(at, Math.min(this.#window.length, end - at), end);
      const window = this.#window.subarray(0, this.#filled);
      const offset = at - this.#windowStart;
      for (let found = window.indexOf(MAGIC, offset); found >= 0; found = window.indexOf(MAGIC, found + 1)) {
        if (found + HEAD_BYTES > window.length) break;
        if (decodeHead(window, found) !== undefined) return this.#windowStart + found;
      }
      // A head may begin in these bytes, and end behind them.
      at = this.#windowStart + window.length - HEAD_BYTES + 1;
    }
    return end;
  }

  /** Has so many bytes from there on stand in the window. */
  async #fill(at: number, length: number, end: number): Promise<void> {
    if (at >= this.#windowStart && at + length <= this.#windowStart + this.#filled) return;
    const wanted = Math.min(this.#window.length, end - at);
    this.#windowStart = at;
    this.#filled = 0;
    this.#filled = await this.#read(this.#window.subarray(0, wanted), at);
  }

  async #read(target: Buffer, from: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, from + done);
      // Somebody has cut the file meanwhile.
      if (bytesRead === 0) {
        target.fill(0, done);
        return target.length;
      }
      done += bytesRead;
    }
    return done;
  }
}

const WINDOW_BYTES = 1024 * 1024;
const NOTHING: PageBytes = Buffer.alloc(0);
const NO_CONTENT: EntryContent = { facts: NOTHING, body: NOTHING, bodyCrc: 0 };
