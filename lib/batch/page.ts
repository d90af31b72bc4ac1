import { crc32 } from 'node:zlib';
import { type ConfigError, noSuchRecord, optionError } from '../errors.js';
import { type Inspect, inspectCustom, shownText } from '../internal/inspect.js';
import { describe } from '../internal/options.js';
import { type BigIntegers, parseBytes } from '../json/values.js';
import { type FrameFacts, Message } from '../parse/message.js';
import type { FactsColumns } from './facts-columns.js';
import { FrameFactsList } from './frame-facts-list.js';
import type { PageBytes } from './page-bytes.js';
import { type PageTransfer, partsOf, type TransferablePage, transferOf } from './page-transfer.js';
import type { FileBegin, FilePosition, SinkPosition } from './sink-position.js';
import type { SpoolPlace } from './spool-place.js';

/**
 * A page of records: their JSON texts one after another in one buffer, each followed by one line feed, so that the
 * bytes are JSON Lines as they are. Values are built only when {@link records} or {@link messages} is asked for.
 *
 * @typeParam T what its records are known to be
 */
export class Page<T = unknown> {
  /** The records' texts, each followed by a line feed. */
  readonly bytes: PageBytes;
  /** Where each record's text ends in `bytes`; its line feed stands there. */
  readonly ends: readonly number[];
  readonly #facts: FrameFactsList;
  readonly #bigIntegers: BigIntegers;
  #release: (() => void) | undefined;
  /** Whether others have the same bytes. */
  #isShared = false;
  #onAcknowledged: ((position: SinkPosition) => void) | undefined;
  #onStored: (() => void) | undefined;
  #onBegun: ((file: FileBegin) => Promise<void>) | undefined;
  #crc32: number | undefined;
  /** With `resume`: from where a server is to go on behind the page, where that is known. */
  cursor: FrameFacts['cursor'];
  /** @internal Where it stands in a spool, when it came out of one. */
  spooled: SpoolPlace | undefined;

  private constructor(
    bytes: PageBytes,
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

  /** @internal */
  static of<T>(
    bytes: PageBytes,
    ends: readonly number[],
    facts: FrameFactsList,
    bigIntegers: BigIntegers,
    release?: () => void,
  ): Page<T> {
    return new Page<T>(bytes, ends, facts, bigIntegers, release);
  }

  /**
   * The page that {@link toTransferable} was called of, in the thread that its value was posted to: the same bytes, frames, gaps
   * and big integers. It takes the value's memory over, so a value is good for one page.
   *
   * @throws {ConfigError} when it is no such value, or one whose bytes were handed on
   */
  static from<T = unknown>(value: TransferablePage): Page<T> {
    const { bytes, ends, facts, bigIntegers, cursor } = partsOf(value);
    const page = new Page<T>(bytes, ends, FrameFactsList.of(facts), bigIntegers);
    page.cursor = cursor;
    return page;
  }

  /**
   * Hands the page over to another thread, which makes it a page again by {@link Page.from}: its bytes are not copied, and what is
   * known of its frames takes the room of a few numbers. From here on this page has no records, as after {@link release}, also
   * where the value is never posted; with `reusePages` its memory does not come back to the source, which takes other memory.
   * Do not use views of its bytes, such as its messages, any more.
   *
   * @throws {ConfigError} when it has no records any more
   * @example
   * ```ts
   * const { value, transferList } = page.toTransferable();
   * worker.postMessage(value, transferList);
   * // In the worker:
   * parentPort.on('message', (value) => console.log(Page.from(value).records));
   * ```
   */
  toTransferable(): PageTransfer {
    const { ends } = this;
    const bytes = this.#isShared ? copyOf(this.bytes) : this.bytes;
    const { cursor } = this;
    const transfer = transferOf({
      ...{ bytes, ends, cursor },
      facts: this.#facts.columns(),
      bigIntegers: this.#bigIntegers,
    });
    if (this.#isShared) this.release();
    this.#release = undefined;
    this.#empty();
    return transfer;
  }

  /**
   * The page as so many pages with the same bytes, one for each of many sinks. From here on its memory comes back when all of them
   * are released, and its own {@link release} does nothing; {@link toTransferable} of one of them copies.
   *
   * @internal
   */
  share(count: number): Page<T>[] {
    const release = this.#release;
    this.#release = undefined;
    let left = count;
    const releaseOne = (): void => {
      left -= 1;
      if (left > 0) return;
      this.#empty();
      release?.();
    };
    return Array.from({ length: count }, () => {
      const { bytes, ends } = this;
      const page = new Page<T>(bytes, ends, this.#facts, this.#bigIntegers, release && releaseOne);
      page.#isShared = true;
      return page;
    });
  }

  /**
   * Tells when a sink has stored this page, and where. Sinks of spillway acknowledge the pages that they are given, in the
   * order in which they come, and so does a sink of yours behind `acknowledging()`. A page that is made of this one, such as by
   * `mapPage()`, is another one; of one that fails nothing is told. The page may be released right after.
   */
  whenAcknowledged(listener: (position: SinkPosition) => void): void {
    const before = this.#onAcknowledged;
    this.#onAcknowledged =
      before === undefined
        ? listener
        : (position) => {
            before(position);
            listener(position);
          };
  }

  /**
   * Tells the same to who need not know where: no sink has to find that out for this.
   *
   * @internal
   */
  whenStored(listener: () => void): void {
    this.#onStored = listener;
  }

  /**
   * Has a sink of files say where it begins to add to a file, before it does, and wait.
   *
   * @internal
   */
  whenBegun(listener: (file: FileBegin) => Promise<void>): void {
    const before = this.#onBegun;
    this.#onBegun =
      before === undefined ? listener : async (file) => void (await Promise.all([before(file), listener(file)]));
  }

  /**
   * For a sink of files, before it writes the first page of a run to a file: says where it begins to add to it, and resolves when the
   * ledger of a state, if there is one, knows that on the disk. What stands behind that and is not acknowledged, the next run takes away.
   */
  async begin(file: Pick<FilePosition, 'path' | 'start'>): Promise<void> {
    await this.#onBegun?.(file);
  }

  /** Whether somebody waits until it is acknowledged: only then need a sink find out where it stands. */
  get isAwaited(): boolean {
    return this.#onAcknowledged !== undefined;
  }

  /** @internal The CRC-32 of its bytes, made once: a spool writes it down, and the sink behind it wants the same. */
  crc32(): number {
    this.#crc32 ??= crc32(this.bytes);
    return this.#crc32;
  }

  /** @internal It is known already. */
  knowCrc32(sum: number): void {
    this.#crc32 = sum;
  }

  /** Says that a sink has stored all of the page, and where: for sinks, once. */
  acknowledge(position: SinkPosition): void {
    const tell = this.#onAcknowledged;
    this.#onStored?.();
    this.#onStored = undefined;
    this.#onAcknowledged = undefined;
    this.#onBegun = undefined;
    tell?.(position);
  }

  /** @internal All that is known of it beside its bytes and where they end. */
  get facts(): { readonly columns: FactsColumns; readonly bigIntegers: BigIntegers } {
    return { columns: this.#facts.columns(), bigIntegers: this.#bigIntegers };
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
    this.#empty();
    release();
  }

  /**
   * A page of its own with the lines at these indices, in this order.
   *
   * @internal
   */
  pick(lines: readonly number[]): Page {
    const facts = new FrameFactsList();
    const ends: number[] = [];
    const bytes = Buffer.allocUnsafeSlow(lines.reduce((sum, line) => sum + this.#sizeOf(line), 0));
    let used = 0;
    for (const line of lines) {
      const start = this.start(line);
      used += this.bytes.copy(bytes, used, start, start + this.#sizeOf(line));
      ends.push(used - 1);
      facts.add(this.#facts.at(line));
    }
    return new Page(bytes, ends, facts, this.#bigIntegers);
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
  get records(): T[] {
    if (this.ends.length === 0) return [];
    const array = Buffer.allocUnsafe(this.bytes.length + 1);
    array[0] = OPEN;
    this.bytes.copy(array, 1);
    for (const end of this.ends) array[end + 1] = COMMA;
    array[array.length - 1] = CLOSE;
    return parseBytes(array, 0, array.length, this.#bigIntegers) as T[];
  }

  /** The records as messages, in order, with their frames' facts: built anew at each access. */
  get messages(): Message<T>[] {
    return this.ends.map((end, index) =>
      Message.of<T>(this.frame(index), this.bytes, this.start(index), end, false, this.#bigIntegers),
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

  #empty(): void {
    const self = this as { bytes: Buffer; ends: readonly number[] };
    self.bytes = NOTHING;
    self.ends = [];
  }

  /** Of a line, with its line feed. */
  #sizeOf(line: number): number {
    return (this.ends[line] as number) + 1 - this.start(line);
  }

  #check(index: number): void {
    const { length } = this.ends;
    // Of a whole number that is not negative nothing is cut off.
    if (index >>> 0 !== index || index >= length) throw noSuchRecord(index, length);
  }
}

function copyOf(bytes: Buffer): PageBytes {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/** What a stage or a sink says when it gets something else than a page from the stream before it. */
export function notAPage(owner: string, chunk: unknown): ConfigError {
  return optionError(
    owner,
    `Expected pages from the stream before it, as batch() makes them, got ${describe(chunk)}. Put batch() before it.`,
  );
}

const NOTHING = Buffer.alloc(0);

const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
