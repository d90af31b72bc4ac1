import type { Page } from '../../batch/page.js';
import type { SinkError } from '../../errors.js';
import { lateError } from '../late-error.js';
import { type Callback, PageSink } from '../page-sink.js';
import { pageText } from '../page-text.js';
import { type SinkStats, settle } from '../sink.js';
import { type JsonlFileOptions, type ResolvedJsonlFileOptions, resolveJsonlFileOptions } from './jsonl-file-options.js';
import { type FileReport, LiveFile } from './live-file.js';

/**
 * The sink that writes pages to a file, one record a line: the records' own bytes, a page at a time. Folders are
 * created.
 *
 * The file is opened as soon as the sink is made, before anything arrives, so that a path that cannot be written to fails
 * at once. A file that exists is emptied when the first page is written, and not before: however a run ends that brings
 * nothing, it leaves that file as it was. Where there was none, it leaves an empty one. It is finished and closed at the
 * end, and also when the stream is destroyed or the pipeline fails or is aborted: first the page that is being written is
 * written to its end, so that every line is whole. `pipeline()` does not wait for that after a failure; the event `close`
 * tells.
 *
 * Everything is written to where the file ends, so that it may be copied and emptied meanwhile. One that is deleted or
 * renamed meanwhile is told to the `logger`; see `onMissing` and {@link JsonlFileWritable.reopen}.
 *
 * Errors: `ERR_SINK` when the system refuses. `recordsWritten` is exact, and the file is cut back to the last whole
 * record if a page was stored in part (with compression: to the last whole page). The same when the run has ended and the
 * file does not take what came within `drainTimeoutMs`. `ERR_CONFIG` for what is not a page.
 *
 * @throws {ConfigError} when the path or an option is not valid, or this Node lacks the compression
 * @example
 * ```ts
 * await pipeline(new WebSocketReadable(url), parse(), batch(), jsonlFile('out/trades.jsonl.gz', { append: true }));
 * ```
 */
export function jsonlFile(path: string, options: JsonlFileOptions = {}): JsonlFileWritable {
  return new JsonlFileWritable(path, resolveJsonlFileOptions(path, options));
}

/** What {@link jsonlFile} returns. */
export class JsonlFileWritable extends PageSink {
  /** Where it writes to, as it was given. */
  readonly path: string;
  readonly #options: ResolvedJsonlFileOptions;
  readonly #file: LiveFile;
  /** The page that is being written, or was last. */
  #inFlight: Promise<void> = Promise.resolve();
  #reopening: Promise<void> | undefined;
  #ended: Promise<void> | undefined;
  /** Records that were stored before the newest page. */
  #recordsBefore = 0;

  /** @internal */
  constructor(path: string, options: ResolvedJsonlFileOptions) {
    super(options);
    this.path = path;
    this.#options = options;
    this.#file = new LiveFile(path, options);
  }

  /** What is in the file by now, of what this sink was given. */
  override get stats(): SinkStats {
    return this.#file.stats;
  }

  /** Which files the records went to, and whether they are still there. */
  report(): FileReport {
    return this.#file.report();
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
    this.#settle(this.#file.open(), callback);
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
    this.#inFlight = this.#reopening === undefined ? this.#store(page) : this.#storeAfter(this.#reopening, page);
    this.#settle(this.#inFlight, (error) => {
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

  async #store(page: Page): Promise<void> {
    await this.#file.store(pageText('jsonlFile', page, this.#options.pretty));
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
