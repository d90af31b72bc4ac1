import type { SinkError } from '../../errors.js';
import { type PageText, wholeLines } from '../page-text.js';
import type { Account } from './account.js';
import { type Compression, type Encoding, encodings, type Squeezing } from './encodings.js';
import type { TornEnd } from './file-end.js';
import type { OutputFile } from './output-file.js';

/**
 * The pages that go into one open file, one after another, and its ending. Whatever fails, the file ends with a whole
 * record, as far as the system allows, and the {@link SinkError} says how many there are.
 */
export class PageFile {
  readonly #file: OutputFile;
  readonly #compression: Compression;
  readonly #level: number | undefined;
  readonly #account: Account;
  #encoding: Encoding;
  /** What goes in front of the next page. */
  #lead: Buffer = NOTHING;
  #records: number;
  /** Pages since the encoding began. */
  #pages = 0;
  /** Where the newest pages end, and how many records of this run there are up to there. */
  #marks: Mark[];
  /** Whether there is nothing more to write: the file got its ending, or failed. */
  #isComplete = false;

  /** @param records of this run that are in it already */
  constructor(file: OutputFile, { compression, level }: Squeezing, account: Account, records: number) {
    this.#file = file;
    this.#records = records;
    this.#marks = [{ end: file.size, records }];
    this.#compression = compression;
    this.#level = level;
    this.#account = account;
    this.#encoding = encodings[compression](level);
  }

  /** Records of this run that are whole in this file. */
  get records(): number {
    return this.#records;
  }

  /** Puts something in front of the next page: whole lines, or the line feed that the last line lacks. */
  lead(bytes: Buffer): void {
    this.#lead = bytes;
  }

  /** Cuts off the end of what was there, and puts another one in its place; see `TornEnd`. */
  async mend({ size, keep, ending, saved }: TornEnd): Promise<void> {
    try {
      await this.#file.cutTo(keep, size);
      await this.#file.write(ending);
    } catch (cause) {
      throw this.#account.failure('mend', this.#account.storedText, cause);
    }
    this.#marks = [{ end: this.#file.size, records: this.#records }];
    this.#lead = saved;
    await this.#storeLead();
  }

  /** Takes out all that it held before. */
  async empty(): Promise<void> {
    try {
      await this.#file.empty();
    } catch (cause) {
      throw this.#account.failure('empty', this.#account.storedText, cause);
    }
    this.#marks = [NO_MARK];
  }

  async store(text: PageText): Promise<void> {
    const file = this.#file;
    await this.#storeLead();
    const before = file.size;
    try {
      const encoded = await this.#encoding.encode(text.bytes);
      await file.write(encoded, encoded === text.bytes ? text : undefined);
    } catch (cause) {
      throw await this.#salvage(text, before, cause);
    }
    this.#encoding.stored();
    this.#pages += 1;
    this.#account.pages += 1;
    this.#count(text.recordsAmong());
  }

  /** Counts the newest page as not stored. */
  undo(): void {
    const newest = this.#marks.pop()!;
    const records = newest.records - this.#marks.at(-1)!.records;
    this.#records -= records;
    this.#account.records -= records;
    this.#account.pages -= 1;
    this.#pages = Math.max(0, this.#pages - 1);
  }

  /**
   * Finds out whether somebody has emptied the file, or cut it, and begins a new member then if it is compressed. Returns
   * how many records of this run are known to be gone by that, or `undefined` when nobody has.
   */
  async noticeCut(): Promise<number | undefined> {
    const lost = await this.#file.noticeCut();
    if (lost === 0) {
      this.#marks = this.#marks.slice(-2);
      return undefined;
    }
    const gone = this.#marks.findLast(({ end }) => end <= lost)?.records ?? 0;
    const rest = this.#marks.filter(({ end }) => end > lost);
    this.#marks = [NO_MARK, ...rest.map(({ end, records }) => ({ end: end - lost, records: records - gone }))];
    this.#records -= gone;
    this.#account.gone += gone;
    if (this.#compression !== 'none' && !this.#isComplete) this.#beginMember();
    return gone;
  }

  /** Gives the file its ending, if it did not fail before. */
  async end(): Promise<void> {
    this.#encoding.close();
    if (!this.#isComplete) await this.#writeEnding();
  }

  /** Goes on after an {@link end}. */
  beginAgain(): void {
    this.#beginMember();
    this.#isComplete = false;
  }

  async sync(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (cause) {
      throw this.#account.failure('force to the disk', this.#account.unsureText, cause);
    }
  }

  async close(): Promise<void> {
    try {
      await this.#file.close();
    } catch (cause) {
      throw this.#account.failure('close', this.#account.unsureText, cause);
    }
  }

  async #storeLead(): Promise<void> {
    const lead = this.#lead;
    // Of nothing, a compressor would make the beginning of a member that has no end unless a page follows.
    if (lead.length === 0) return;
    const before = this.#file.size;
    try {
      await this.#file.write(await this.#encoding.encode(lead));
    } catch (cause) {
      throw await this.#salvage(NO_TEXT, before, cause);
    }
    this.#lead = NOTHING;
    this.#encoding.stored();
    this.#pages += 1;
  }

  #beginMember(): void {
    this.#encoding.close();
    this.#encoding = encodings[this.#compression](this.#level);
    this.#pages = 0;
  }

  #count(records: number): void {
    this.#records += records;
    this.#account.records += records;
    this.#marks.push({ end: this.#file.size, records: this.#records });
  }

  /** Has the file end with a whole record after a write that failed, and says so in the error. */
  async #salvage(text: PageText, before: number, cause: unknown): Promise<SinkError> {
    const file = this.#file;
    const account = this.#account;
    this.#isComplete = true;
    // Of a compressed page nothing can be told record by record.
    const whole = this.#compression === 'none' ? wholeLines(text, file.size - before) : 0;
    this.#count(text.recordsAmong(whole));
    const isCut = await file.cutBack(whole === 0 ? before : before + (text.ends[whole - 1] as number) + 1);
    if (!isCut) return account.failure('write to', `${account.storedText} What follows is torn.`, cause);
    const hasEnding = await this.#writeEnding().then(
      () => true,
      () => false,
    );
    return account.failure('write to', hasEnding ? account.storedText : this.#endlessText(), cause);
  }

  async #writeEnding(): Promise<void> {
    const file = this.#file;
    const before = file.size;
    this.#isComplete = true;
    try {
      if (this.#pages > 0) await file.write(this.#encoding.ending());
      // To a file that was there, nothing is added for a run without pages.
      else if (file.isNew && before === 0) await file.write(this.#encoding.empty);
    } catch (cause) {
      await file.cutBack(before);
      throw this.#account.failure('write to', this.#endlessText(), cause);
    }
  }

  #endlessText(): string {
    const ending = `The ending of a ${this.#compression} file is missing: its readers give them all, and complain.`;
    return `${this.#account.storedText} ${ending}`;
  }
}

interface Mark {
  readonly end: number;
  readonly records: number;
}

const NO_MARK: Mark = { end: 0, records: 0 };
const NOTHING = Buffer.alloc(0);
const NO_TEXT: PageText = { bytes: NOTHING, ends: [], recordsAmong: () => 0 };
