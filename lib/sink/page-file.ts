import type { SinkError } from '../errors.js';
import { prepareAppend } from './append.js';
import { type Encoding, encodings } from './encodings.js';
import { countRecords, fileError } from './file-failure.js';
import type { ResolvedJsonlFileOptions } from './jsonl-file-options.js';
import { OutputFile } from './output-file.js';
import { type PageText, wholeLines } from './page-text.js';
import type { SinkStats } from './sink.js';

/**
 * A file that pages are stored in, one after another: the `jsonlFile` sink without its stream. Whatever fails, the file
 * ends with a whole record, as far as the system allows, and the {@link SinkError} says how many there are.
 */
export class PageFile {
  readonly #path: string;
  readonly #options: ResolvedJsonlFileOptions;
  readonly #encoding: Encoding;
  #file: OutputFile | undefined;
  /** What goes in front of the first page. */
  #lead: Buffer = NOTHING;
  #records = 0;
  #pages = 0;
  /** Whether there is nothing more to write: the file got its ending, or failed. */
  #isComplete = false;

  constructor(path: string, options: ResolvedJsonlFileOptions) {
    this.#path = path;
    this.#options = options;
    this.#encoding = encodings[options.compression]();
  }

  get stats(): SinkStats {
    return { records: this.#records, pages: this.#pages, bytes: this.#file?.added ?? 0 };
  }

  async open(): Promise<void> {
    const { append, compression } = this.#options;
    try {
      if (append) this.#lead = await prepareAppend(this.#path, compression);
      this.#file = await OutputFile.open(this.#path, append);
    } catch (cause) {
      throw this.#failure('open', 'Nothing was written.', cause);
    }
  }

  async store(text: PageText): Promise<void> {
    const file = this.#file!;
    const before = file.size;
    const lead = this.#lead;
    try {
      const bytes = await this.#encoding.encode(text.bytes);
      await file.write(lead);
      await file.write(bytes);
    } catch (cause) {
      throw await this.#salvage(text, before, before + lead.length, cause);
    }
    this.#lead = NOTHING;
    this.#encoding.stored(text.bytes);
    this.#records += text.recordsAmong();
    this.#pages += 1;
    if (this.#options.fsync === 'page') await this.#sync();
  }

  /** Gives the file its ending, if it did not fail before, and closes it. To be called once. */
  async end(): Promise<void> {
    this.#encoding.close();
    const file = this.#file;
    if (file === undefined) return;
    try {
      if (!this.#isComplete) await this.#writeEnding(file);
      if (this.#options.fsync !== 'never') await this.#sync();
    } catch (failure) {
      await file.close().catch(() => {});
      throw failure;
    }
    try {
      await file.close();
    } catch (cause) {
      throw this.#failure('close', this.#unsureState(), cause);
    }
  }

  /** Has the file end with a whole record after a write that failed, and says so in the error. */
  async #salvage(text: PageText, before: number, start: number, cause: unknown): Promise<SinkError> {
    const file = this.#file!;
    this.#isComplete = true;
    // Of a compressed page nothing can be told record by record.
    const whole = this.#options.compression === 'none' ? wholeLines(text, file.size - start) : 0;
    this.#records += text.recordsAmong(whole);
    const isCut = await file.cutBack(whole === 0 ? before : start + (text.ends[whole - 1] as number) + 1);
    if (!isCut) return this.#failure('write to', `${this.#storedState()} What follows is torn.`, cause);
    const hasEnding = await this.#writeEnding(file).then(
      () => true,
      () => false,
    );
    return this.#failure('write to', hasEnding ? this.#storedState() : this.#endlessState(), cause);
  }

  async #writeEnding(file: OutputFile): Promise<void> {
    const before = file.size;
    this.#isComplete = true;
    try {
      if (this.#pages > 0) await file.write(this.#encoding.ending());
      // To a file that was there, nothing is added for a run without pages.
      else if (before === 0) await file.write(this.#encoding.empty);
    } catch (cause) {
      await file.cutBack(before);
      throw this.#failure('write to', this.#endlessState(), cause);
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#file!.sync();
    } catch (cause) {
      throw this.#failure('force to the disk', this.#unsureState(), cause);
    }
  }

  #storedState(): string {
    if (this.#records === 0) return 'No record of this run is stored.';
    if (this.#records === 1) return 'One record of this run is stored, whole.';
    return `${countRecords(this.#records)} of this run are stored, each of them whole.`;
  }

  #endlessState(): string {
    const { compression } = this.#options;
    return `${this.#storedState()} The ending of a ${compression} file is missing: its readers give them all, and complain.`;
  }

  #unsureState(): string {
    return `${countRecords(this.#records)} went to the system, but how many of them the disk has is not known.`;
  }

  #failure(action: string, state: string, cause: unknown): SinkError {
    return fileError({ action, path: this.#path, recordsWritten: this.#records, state, cause });
  }
}

const NOTHING = Buffer.alloc(0);
