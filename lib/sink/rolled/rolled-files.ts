import type { Page } from '../../batch/page.js';
import { type Names, namesIn } from '../../internal/names.js';
import type { TypedEvents } from '../../internal/typed-events.js';
import type { SealedFile } from '../../manifest/manifest-entry.js';
import type { OpenFileReport } from '../file/live-file.js';
import { lateError } from '../late-error.js';
import { type Callback, PageSink } from '../page-sink.js';
import { pageText } from '../page-text.js';
import { type SinkStats, settle } from '../sink.js';
import { RolledFolder, type RolledReport } from './rolled-folder.js';
import {
  type ResolvedRolledOptions,
  ROLLED_FILE_OPTIONS,
  type RolledFilesOptions,
  resolveRolledOptions,
} from './rolled-options.js';

/** The events of `rolledFiles()`, each with one object. */
export interface RolledFilesEvents {
  /** A file is finished: it is whole under its name, on the disk, and nothing is written to it any more. */
  rolled: RolledFile;
}

/** A file that is finished. */
export interface RolledFile extends Omit<SealedFile, 'event'> {
  /** Where it is: as the path was given, from its first folder on. */
  readonly path: string;
}

/**
 * The sink that writes pages to files that are finished one after another: by the hour, by size, by a field of the records. In the path,
 * `%Y`, `%m`, `%d`, `%H` and `%M` stand for when a record came, in UTC, `{feed}` for the `feed`, and `{field:data.symbol}` for what is in
 * the record there, made safe for a name; records without it go to `%none`, and so do gaps.
 *
 * While a file is written to, it is `NAME.part`, plain, and ends with a whole record whenever it is looked at between pages. When it is finished
 * it is forced to the disk, compressed as one member in a thread of its own, renamed, and a line in `manifest.jsonl` says what it
 * holds; then there is the event `rolled`. The manifest is in the folder before the first part that changes, and that
 * folder is this run's alone. At the end of a run all files are finished. With a `state` those whose time is not over
 * stay open for the next run, which goes on in them.
 *
 * What an earlier run has left is finished, whatever it died at. No file is ever overwritten: one more of the same name gets `-000001`.
 *
 * Errors: `ERR_SINK` when the system refuses, or another run has the folder. `recordsWritten` is exact. `ERR_CONFIG` for what is not a page.
 *
 * @throws {ConfigError} when the path or an option is not valid, or this Node lacks the compression
 * @example
 * ```ts
 * const files = rolledFiles('out/%Y-%m-%d/%H.jsonl.gz', { keep: { ageMs: 30 * 86_400_000 } });
 * files.on('rolled', ({ path, records }) => upload(path, records));
 * await pipeline(source.pages(), files);
 * ```
 */
export function rolledFiles(path: string, options: RolledFilesOptions = {}): RolledFilesWritable {
  return new RolledFilesWritable(path, resolveRolledOptions(path, options));
}

const Base = PageSink as unknown as abstract new (
  options: ResolvedRolledOptions,
) => TypedEvents<RolledFilesEvents> & PageSink;

/** What {@link rolledFiles} returns. */
export class RolledFilesWritable extends Base {
  /** The path, as it was given. */
  readonly path: string;
  readonly #options: ResolvedRolledOptions;
  readonly #folder: RolledFolder;
  #ended: Promise<void> | undefined;
  /** @internal Resolves when the folder is taken; rejected when it cannot be. */
  readonly opened: Promise<void>;
  #onOpened: Callback = () => {};
  /** Records that were stored before the newest page. */
  #recordsBefore = 0;

  /** @internal */
  constructor(path: string, options: ResolvedRolledOptions) {
    super(options);
    this.path = path;
    this.#options = options;
    this.opened = new Promise((resolve, reject) => {
      this.#onOpened = (error) => (error ? reject(error) : resolve());
    });
    this.opened.catch(() => {});
    this.#folder = new RolledFolder(path, options, {
      onSealed: (where, { event: _, ...facts }) =>
        // Outside of any promise: what a listener throws is its own.
        process.nextTick(() => this.emit('rolled', { ...facts, path: where })),
      onFailed: (error) => void this.destroy(error),
    });
  }

  protected override get names(): Names {
    return namesIn(ROLLED_FILE_OPTIONS);
  }

  /** What is in files by now, of what this sink was given; bytes are those before compression. */
  override get stats(): SinkStats {
    return this.#folder.stats;
  }

  /** Which files were finished by now. */
  report(): RolledReport {
    return this.#folder.report();
  }

  /** @internal How large the files are that are not finished: of many the ones that were used last. */
  openFiles(): readonly OpenFileReport[] {
    return this.#folder.openFiles();
  }

  /**
   * Finishes all files that are written to, as if their time were over: what comes goes to new ones.
   *
   * @returns a promise that resolves when they are finished, and is rejected with `ERR_SINK` when the system refuses
   */
  roll(): Promise<void> {
    return this.#folder.roll();
  }

  override _construct(callback: Callback): void {
    const bounded = this.bounded((error) => {
      this.#onOpened(error);
      callback(error);
    });
    settle(this.#folder.open(), bounded);
  }

  override _final(callback: Callback): void {
    settle(this.#end(), this.bounded(callback));
  }

  override _destroy(error: Error | null, callback: Callback): void {
    // The error that it is destroyed with goes first: it is the reason why the files end here.
    const bounded = this.bounded((failure) => callback(error ?? failure));
    settle(this.#end(), bounded);
  }

  protected override store(page: Page, callback: Callback): void {
    this.#recordsBefore = this.#folder.account.records;
    const bounded = this.bounded(callback);
    settle(this.#store(page), (error) => {
      bounded(error);
      if (!error) page.release();
    });
  }

  protected override late(): Error | undefined {
    // What waits for room knows what is stored; and what is stored and not sealed the next run seals.
    if (this.#folder.giveUp()) return undefined;
    const { account } = this.#folder;
    const undelivered = this.undelivered(account.records - this.#recordsBefore);
    return lateError({
      ...{ target: this.path, drainTimeoutMs: this.#options.drainTimeoutMs, reason: 'the system did not answer' },
      state: undelivered.length === 0 && account.kept > 0 ? account.unsureText : account.storedText,
      advice: 'Check the disk, or the network that it is on',
      ...{ recordsWritten: account.kept, undelivered },
    });
  }

  async #store(page: Page): Promise<void> {
    pageText('rolledFiles', page, false);
    await this.#folder.store(page);
  }

  #end(): Promise<void> {
    this.#ended ??= this.#folder.end();
    return this.#ended;
  }
}
