import { noSuchRecord } from '../errors.js';
import { type Inspect, inspectCustom, shownText } from '../internal/inspect.js';
import { type BigIntegers, parseBytes } from '../json/values.js';
import { type FrameFacts, Message } from '../parse/message.js';
import type { FrameFactsList } from './frame-facts-list.js';

/**
 * A page of records: their JSON texts one after another in one buffer, each followed by one line feed, so that the
 * bytes are JSON Lines as they are. Values are built only when {@link records} or {@link messages} is asked for.
 */
export class Page {
  /** The records' texts, each followed by a line feed. */
  readonly bytes: Buffer;
  /** Where each record's text ends in `bytes`; its line feed stands there. */
  readonly ends: readonly number[];
  readonly #facts: FrameFactsList;
  readonly #bigIntegers: BigIntegers;
  #release: (() => void) | undefined;

  /** @internal */
  constructor(
    bytes: Buffer,
    ends: readonly number[],
    facts: FrameFactsList,
    bigIntegers: BigIntegers,
    release?: () => void,
  ) {
    this.bytes = bytes;
    this.ends = ends;
    this.#facts = facts;
    this.#bigIntegers = bigIntegers;
    this.#release = release;
  }

  /**
   * Nobody looks at the page any more, nor at any view of its bytes: where its source was told to use memory again
   * (`reusePages` of `createSource()`), a later page is written where this one stood. From here on it has no records. Sinks of
   * spillway call this when they have stored a page; for others, and more than once, it does nothing.
   */
  release(): void {
    const release = this.#release;
    if (release === undefined) return;
    this.#release = undefined;
    const self = this as { bytes: Buffer; ends: readonly number[] };
    self.bytes = NOTHING;
    self.ends = [];
    release();
  }

  /** How many lines there are, at least one: records, and gaps where `gaps: 'records'` asks for them. */
  get length(): number {
    return this.ends.length;
  }

  /** How many of the first lines are records, and no gaps. @default all */
  recordsAmong(lines = this.length): number {
    if (lines !== this.ends.length) this.#check(lines);
    return lines - this.#facts.gapsAmong(lines);
  }

  /** The records' values, in order: built anew at each access, by one parse of the whole page. */
  get records(): unknown[] {
    if (this.ends.length === 0) return [];
    const array = Buffer.allocUnsafe(this.bytes.length + 1);
    array[0] = OPEN;
    this.bytes.copy(array, 1);
    for (const end of this.ends) array[end + 1] = COMMA;
    array[array.length - 1] = CLOSE;
    return parseBytes(array, 0, array.length, this.#bigIntegers) as unknown[];
  }

  /** The records as messages, in order, with their frames' facts: built anew at each access. */
  get messages(): Message[] {
    return this.ends.map(
      (end, index) => new Message(this.frame(index), this.bytes, this.start(index), end, false, this.#bigIntegers),
    );
  }

  /**
   * The JSON text of the record at `index`: a view, not a copy.
   *
   * @throws {RangeError} when there is no such record; so do the others that take an index
   */
  text(index: number): Buffer {
    return this.bytes.subarray(this.start(index), this.ends[index]);
  }

  /** The facts of the frame that the record at `index` came in. */
  frame(index: number): FrameFacts {
    this.#check(index);
    return this.#facts.at(index);
  }

  /** Whether the line at `index` tells a gap, and is no record. */
  isGap(index: number): boolean {
    this.#check(index);
    return this.recordsAmong() < this.length && this.#facts.at(index).gap !== undefined;
  }

  /** When the frame arrived that the record at `index` came in, in epoch milliseconds: without making an object for it. */
  receivedAt(index: number): number {
    this.#check(index);
    return this.#facts.receivedAt(index);
  }

  /** @internal `console.log(page)` shows how much there is, and the first text and frame; it builds no value. */
  [inspectCustom](_depth: number, options: object, inspect: Inspect): string {
    const { length, bytes } = this;
    const first = length === 0 ? undefined : { text: shownText(this.text(0)), frame: this.frame(0) };
    return `Page ${inspect({ length, records: this.recordsAmong(), bytes: bytes.length, first }, options)}`;
  }

  /** Where the text of the record at `index` begins in `bytes`. */
  start(index: number): number {
    this.#check(index);
    return index === 0 ? 0 : (this.ends[index - 1] as number) + 1;
  }

  #check(index: number): void {
    const { length } = this.ends;
    // Of a whole number that is not negative nothing is cut off.
    if (index >>> 0 !== index || index >= length) throw noSuchRecord(index, length);
  }
}

const NOTHING = Buffer.alloc(0);

const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
