import type { JsonCheck } from '../json/check.js';
import type { BigIntegers } from '../json/values.js';
import { copyText, type FrameFacts, type Message } from '../parse/message.js';
import { NewestCursor } from '../parse/newest-cursor.js';
import { FrameFactsList } from './frame-facts-list.js';
import type { ResolvedBatchOptions } from './options.js';
import { Page } from './page.js';
import { LARGEST, PageBuffer } from './page-buffer.js';
import { PageMemory } from './page-memory.js';

/** Where a JSON text stands, and whether a raw line break stands between its tokens: as a check of it leaves it. */
export type TextRange = Pick<JsonCheck, 'start' | 'end' | 'hasLineBreaks'>;

/** What of the options the step is ruled by. */
type StepOptions = Pick<ResolvedBatchOptions, 'size' | 'maxBytes'> &
  Partial<Pick<ResolvedBatchOptions, 'maxRecords' | 'maxRecordBytes'>>;

/** Messages in, now and then a page out: the batch stage without its stream and its timer. */
export class BatchStep {
  readonly #pageRecords: number;
  readonly #pageBytes: number;
  readonly #maxRecords: number;
  readonly #maxRecordBytes: number;
  /** How full a page may be for texts to be placed that are no longer than {@link LONGEST_IN_RUN}. */
  readonly #runBytes: number;
  readonly #memory = new PageMemory();
  readonly #page = new PageBuffer(this.#memory);
  readonly #isReused: boolean;
  /** Of the page at hand, once it has a record. */
  #facts: FrameFactsList | undefined;
  #bigIntegers: BigIntegers = 'number';
  /** From where a server is to go on behind what is there. */
  readonly #cursor = new NewestCursor();
  #records = 0;
  #recordBytes = 0;

  /** @param isReused whether the memory of pages that are released is used again */
  constructor({ size, maxBytes, maxRecords, maxRecordBytes }: StepOptions, isReused = false) {
    this.#pageRecords = size === 0 ? Number.POSITIVE_INFINITY : size;
    this.#pageBytes = size === 0 ? LARGEST : Math.min(maxBytes, LARGEST);
    this.#maxRecords = maxRecords ?? Number.POSITIVE_INFINITY;
    this.#maxRecordBytes = maxRecordBytes ?? Number.POSITIVE_INFINITY;
    this.#isReused = isReused;
    this.#runBytes = Math.min(this.#pageBytes, LARGEST - LONGEST_IN_RUN);
  }

  /** Records taken so far. */
  get records(): number {
    return this.#records;
  }

  /** Records, and gaps, in the page that is not full yet. */
  get held(): number {
    return this.#page.ends.length;
  }

  /** Their bytes. */
  get heldBytes(): number {
    return this.#page.used;
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
    const cut = this.#makeRoom(message.byteLength);
    const buffer = this.#page.reserve(message.byteLength);
    this.#note(message.copyTo(buffer, this.#page.used), message.frame, message.bigIntegers);
    return cut ?? this.#cutIfFull();
  }

  /** The same for a JSON text that no stage looked into, as it stands in a frame's bytes: it needs no message. */
  addText(frame: FrameFacts, bytes: Buffer, text: TextRange, bigIntegers: BigIntegers): Page | undefined {
    if (this.isDone) return undefined;
    const { start, end, hasLineBreaks } = text;
    const cut = this.#makeRoom(end - start);
    const buffer = this.#page.reserve(end - start);
    this.#note(copyText(bytes, start, end, hasLineBreaks, buffer, this.#page.used), frame, bigIntegers);
    return cut ?? this.#cutIfFull();
  }

  /**
   * Begins to take JSON texts that stand one behind another in a chunk, none of them before `start`, or longer than
   * {@link LONGEST_IN_RUN}. Returns how many it takes of the `most` that there are, 0 where they have to be added one by one.
   */
  beginRun(chunk: Buffer, start: number, most: number): number {
    const count = this.roomInRun(most);
    if (count > 0) this.#page.stage(chunk, start, count);
    return count;
  }

  /** How many texts of a run it takes, of the `most` that there are. */
  roomInRun(most: number): number {
    if (this.isDone || this.#maxRecordBytes !== Number.POSITIVE_INFINITY || this.#page.used >= this.#runBytes) return 0;
    return Math.min(most, this.#pageRecords - this.held, this.#maxRecords - this.#records);
  }

  /** Copies the next text of the run, out of its chunk. Whether there is room for another. */
  place(chunk: Buffer, { start, end, hasLineBreaks }: TextRange): boolean {
    const page = this.#page;
    page.place(chunk, start, end, hasLineBreaks);
    return page.used < this.#runBytes;
  }

  /** How many bytes of a run's texts there may be before the last one. */
  get runRoom(): number {
    return this.#runBytes - this.#page.used;
  }

  /** Takes texts that somebody put together, with a line feed behind each. Returns how many more it takes. */
  placeMany(texts: Uint8Array, ends: Uint32Array, count: number, used: number): void {
    this.#page.placeMany(texts, ends, count, used);
  }

  /** The last `count` texts that were placed came in frames whose sequences go up by one from this one on. */
  noteRun(frame: FrameFacts, sequence: number, count: number, bigIntegers: BigIntegers): void {
    if (count === 0) return;
    this.#records += count;
    this.#facts ??= new FrameFactsList();
    this.#facts.addRun(frame, sequence, count);
    this.#bigIntegers = bigIntegers;
  }

  /**
   * The run is over. Returns the page that goes out by it, if one does.
   *
   * @param cursor from where a server is to go on behind it, where that is known
   */
  endRun(cursor?: FrameFacts['cursor']): Page | undefined {
    this.#cursor.set(cursor);
    return this.#cutIfFull();
  }

  /** All is taken that comes of a frame, be it nothing. */
  passed(frame: FrameFacts): void {
    if (!this.isDone) this.#cursor.follow(frame);
  }

  /** The page that is not full yet, if it holds anything. */
  flush(): Page | undefined {
    return this.held === 0 ? undefined : this.#cut();
  }

  /** For a text of so many bytes. No page can be larger than a Buffer can: what is there goes out, rather than be lost. */
  #makeRoom(size: number): Page | undefined {
    return this.#page.used + size >= LARGEST ? this.flush() : undefined;
  }

  /** A text was copied that ends at `end`. */
  #note(end: number, frame: FrameFacts, bigIntegers: BigIntegers): void {
    if (frame.gap === undefined) {
      this.#records += 1;
      this.#recordBytes += end + 1 - this.#page.used;
    }
    this.#cursor.follow(frame);
    this.#page.close(end);
    this.#facts ??= new FrameFactsList();
    this.#facts.add(frame);
    this.#bigIntegers = bigIntegers;
  }

  #cutIfFull(): Page | undefined {
    const isFull = this.held >= this.#pageRecords || this.heldBytes >= this.#pageBytes || this.isDone;
    return isFull ? this.flush() : undefined;
  }

  #cut(): Page {
    const { buffer, used, ends } = this.#page.cut();
    const release = this.#isReused ? (): void => this.#memory.giveBack(buffer) : undefined;
    const page = Page.of(
      buffer.subarray(0, used),
      ends,
      this.#facts ?? new FrameFactsList(),
      this.#bigIntegers,
      release,
    );
    this.#facts = undefined;
    page.cursor = this.#cursor.read();
    return page;
  }
}

/** The longest text of a run, in bytes. */
const LONGEST_IN_RUN = 65_535;
