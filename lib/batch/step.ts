import { constants } from 'node:buffer';
import type { JsonCheck } from '../json/check.js';
import type { BigIntegers } from '../json/values.js';
import { copyText, type FrameFacts, type Message } from '../parse/message.js';
import { FrameFactsList } from './frame-facts-list.js';
import type { ResolvedBatchOptions } from './options.js';
import { Page } from './page.js';

/** Where a JSON text stands, and whether a raw line break stands between its tokens: as a check of it leaves it. */
type TextRange = Pick<JsonCheck, 'start' | 'end' | 'hasLineBreaks'>;

/** What of the options the step is ruled by. */
type StepOptions = Pick<ResolvedBatchOptions, 'size' | 'maxBytes'> &
  Partial<Pick<ResolvedBatchOptions, 'maxRecords' | 'maxRecordBytes'>>;

/** Messages in, now and then a page out: the batch stage without its stream and its timer. */
export class BatchStep {
  readonly #pageRecords: number;
  readonly #pageBytes: number;
  readonly #maxRecords: number;
  readonly #maxRecordBytes: number;
  #buffer: Buffer = Buffer.allocUnsafeSlow(SMALLEST);
  #used = 0;
  #ends: number[] = [];
  #facts = new FrameFactsList();
  #bigIntegers: BigIntegers = 'number';
  #records = 0;
  #recordBytes = 0;

  constructor({ size, maxBytes, maxRecords, maxRecordBytes }: StepOptions) {
    this.#pageRecords = size === 0 ? Number.POSITIVE_INFINITY : size;
    this.#pageBytes = size === 0 ? LARGEST : Math.min(maxBytes, LARGEST);
    this.#maxRecords = maxRecords ?? Number.POSITIVE_INFINITY;
    this.#maxRecordBytes = maxRecordBytes ?? Number.POSITIVE_INFINITY;
  }

  /** Records taken so far. */
  get records(): number {
    return this.#records;
  }

  /** Records, and gaps, in the page that is not full yet. */
  get held(): number {
    return this.#ends.length;
  }

  /** Their bytes. */
  get heldBytes(): number {
    return this.#used;
  }

  /** Whether all is there that is wanted: nothing further is taken. */
  get isDone(): boolean {
    return this.#records >= this.#maxRecords || this.#recordBytes >= this.#maxRecordBytes;
  }

  /** By what {@link isDone}. */
  get doneBy(): 'max_messages' | 'max_bytes' {
    return this.#records >= this.#maxRecords ? 'max_messages' : 'max_bytes';
  }

  /** Copies the message's text. Returns the page that went out by it, if one did. */
  add(message: Message): Page | undefined {
    if (this.isDone) return undefined;
    const cut = this.#makeRoom(message.byteLength + 1);
    this.#note(message.copyTo(this.#buffer, this.#used), message.frame, message.bigIntegers);
    return cut ?? this.#cutIfFull();
  }

  /** The same for a JSON text that no stage looked into, as it stands in a frame's bytes: it needs no message. */
  addText(frame: FrameFacts, bytes: Buffer, text: TextRange, bigIntegers: BigIntegers): Page | undefined {
    if (this.isDone) return undefined;
    const { start, end, hasLineBreaks } = text;
    const cut = this.#makeRoom(end - start + 1);
    this.#note(copyText(bytes, start, end, hasLineBreaks, this.#buffer, this.#used), frame, bigIntegers);
    return cut ?? this.#cutIfFull();
  }

  /** The page that is not full yet, if it holds anything. */
  flush(): Page | undefined {
    return this.#ends.length === 0 ? undefined : this.#cut();
  }

  /** For so many bytes. No page can be larger than a Buffer can: what is there goes out, rather than be lost. */
  #makeRoom(size: number): Page | undefined {
    const cut = this.#used + size > LARGEST ? this.flush() : undefined;
    if (this.#used + size > this.#buffer.length) this.#grow(this.#used + size);
    return cut;
  }

  /** A text was copied that ends at `end`. */
  #note(end: number, frame: FrameFacts, bigIntegers: BigIntegers): void {
    this.#buffer[end] = LF;
    if (frame.gap === undefined) {
      this.#records += 1;
      this.#recordBytes += end + 1 - this.#used;
    }
    this.#used = end + 1;
    this.#ends.push(end);
    this.#facts.add(frame);
    this.#bigIntegers = bigIntegers;
  }

  #cutIfFull(): Page | undefined {
    const isFull = this.#ends.length >= this.#pageRecords || this.#used >= this.#pageBytes || this.isDone;
    return isFull ? this.#cut() : undefined;
  }

  #cut(): Page {
    const page = new Page(this.#buffer.subarray(0, this.#used), this.#ends, this.#facts, this.#bigIntegers);
    // The next page is likely to be as large as this one.
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(SMALLEST, Math.min(LARGEST, this.#used + (this.#used >> 3))));
    this.#used = 0;
    this.#ends = [];
    this.#facts = new FrameFactsList();
    return page;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(LARGEST, this.#buffer.length * 2)));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }
}

const LF = 0x0a;
const SMALLEST = 4_096;
/** 4 GiB on Node 20; more on later ones, where nobody wants a larger page either. */
const LARGEST = Math.min(constants.MAX_LENGTH, 4 * 1024 * 1024 * 1024) - 1;
