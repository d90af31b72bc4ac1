import type { Page } from '../../batch/page.js';
import type { FileBegin, SinkPosition } from '../../batch/sink-position.js';
import type { SinkError } from '../../errors.js';
import { type Names, namesIn } from '../../internal/names.js';
import { lateError } from '../late-error.js';
import { type Callback, PageSink } from '../page-sink.js';
import { type SinkStats, settle } from '../sink.js';
import type { FileFormat } from './file-format.js';
import { JSONL_FILE_OPTIONS, type ResolvedJsonlFileOptions } from './jsonl-file-options.js';
import { type FileReport, LiveFile, type OpenFileReport } from './live-file.js';

/** A sink that writes pages to a file, whatever its format. */
export abstract class FileWritable extends PageSink {
  /** Where it writes to, as it was given. */
  readonly path: string;
  readonly #options: ResolvedJsonlFileOptions;
  readonly #format: FileFormat;
  readonly #file: LiveFile;
  /** The page that is being written, or was last. */
  #inFlight: Promise<void> = Promise.resolve();
  #reopening: Promise<void> | undefined;
  #ended: Promise<void> | undefined;
  /** Records that were stored before the newest page. */
  #recordsBefore = 0;

  /** @internal */
  constructor(path: string, options: ResolvedJsonlFileOptions, format: FileFormat) {
    super(options);
    this.path = path;
    this.#options = options;
    this.#format = format;
    this.#file = new LiveFile(path, options, format);
  }

  protected override get names(): Names {
    return namesIn(JSONL_FILE_OPTIONS);
  }

  /** What is in the file by now, of what this sink was given. */
  override get stats(): SinkStats {
    return this.#file.stats;
  }

  /** Which files the records went to, and whether they are still there. */
  report(): FileReport {
    return this.#file.report();
  }

  /** @internal How large the file is that is written to. */
  openFiles(): readonly OpenFileReport[] {
    return this.#file.openFiles();
  }

  /**
   * Finishes the file after the page that is being written, and goes on in what the path leads to now, behind what that
   * holds: for whoever has renamed the file. Nothing is lost or written twice. Devices and pipes stay as they are.
   *
   * @returns a promise that is rejected with `ERR_SINK` when the path cannot be opened; the sink goes on in the old file then
   */
  reopen(): Promise<void> {
    const reopened = this.#inFlight.then(
      () => this.#reopenUnlessEnded(),
      () => {},
    );
    this.#reopening = reopened.catch(() => {});
    this.#inFlight = this.#reopening;
    return reopened;
  }

  override _construct(callback: Callback): void {
    this.#settle(this.#open(), callback);
  }

  override _final(callback: Callback): void {
    this.#settle(
      this.#inFlight.then(() => this.#end()),
      callback,
    );
  }

  override _destroy(error: Error | null, callback: Callback): void {
    // The error that it is destroyed with goes first: it is the reason why the file ends here.
    this.#settle(
      this.#inFlight.finally(() => this.#end()),
      (failure) => callback(error ?? failure),
    );
  }

  protected override store(page: Page, callback: Callback): void {
    this.#recordsBefore = this.#file.account.records;
    if (page.isAwaited) this.#file.track();
    this.#inFlight = this.#reopening === undefined ? this.#store(page) : this.#storeAfter(this.#reopening, page);
    this.#settle(this.#inFlight, (error) => {
      // Before the callback, which may bring the next page.
      if (!error) page.acknowledge(page.isAwaited ? this.#position() : {});
      callback(error);
      if (!error) page.release();
    });
  }

  protected override late(): SinkError | undefined {
    // What waits for a reader knows to the record what that has got.
    return this.#file.giveUp() ? undefined : this.#lateError('the system did not answer', HANGING_DISK);
  }

  #settle(work: Promise<unknown>, callback: Callback): void {
    const bounded = this.bounded(callback);
    settle(work, (error) => {
      const isLate = this.isLate && ((error as SinkError | null)?.cause as NodeJS.ErrnoException)?.code === 'LATE';
      bounded(isLate ? this.#lateError('nobody read from it', STALLED_READER, error) : error);
    });
  }

  #position(): SinkPosition {
    const file = this.#file.position();
    return file === undefined ? {} : { files: [file] };
  }

  #lateError(reason: string, advice: string, cause?: unknown): SinkError {
    const { account } = this.#file;
    const undelivered = this.undelivered(account.records - this.#recordsBefore);
    return lateError({
      target: this.path,
      drainTimeoutMs: this.#options.drainTimeoutMs,
      reason,
      state: undelivered.length === 0 && account.kept > 0 ? account.unsureText : account.storedText,
      advice,
      recordsWritten: account.kept,
      undelivered,
      cause,
    });
  }

  async #open(): Promise<void> {
    await this.#format.load();
    await this.#file.open();
  }

  async #store(page: Page): Promise<void> {
    const begins = page.isAwaited ? (file: FileBegin) => page.begin(file) : undefined;
    await this.#file.store(this.#format.textOf(page), begins);
  }

  async #storeAfter(reopening: Promise<void>, page: Page): Promise<void> {
    await reopening;
    if (this.#reopening === reopening) this.#reopening = undefined;
    await this.#store(page);
  }

  async #reopenUnlessEnded(): Promise<void> {
    if (this.#ended === undefined) await this.#file.reopen();
  }

  #end(): Promise<void> {
    this.#ended ??= this.#file.end();
    return this.#ended;
  }
}

const STALLED_READER = 'See that its reader goes on';
const HANGING_DISK = 'Check the disk, or the network that it is on';
