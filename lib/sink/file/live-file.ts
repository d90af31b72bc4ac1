import { dirname, resolve } from 'node:path';
import type { FileBegin, FilePosition } from '../../batch/sink-position.js';
import { SinkError } from '../../errors.js';
import { DiskWatch } from '../../internal/disk-watch.js';
import type { PageText } from '../page-text.js';
import type { SinkStats } from '../sink.js';
import { Account } from './account.js';
import type { FileEnd } from './file-end.js';
import type { FileFormat } from './file-format.js';
import { FileNotices, toldBy } from './file-notices.js';
import type { FilePlace } from './file-place.js';
import { FullDisk } from './full-disk.js';
import type { ResolvedJsonlFileOptions } from './jsonl-file-options.js';
import { mendEnd } from './mend.js';
import { OutputFile } from './output-file.js';
import { isOwnStream } from './own-stream.js';
import { PageFile } from './page-file.js';
import { Patience } from './patience.js';
import { setAside } from './set-aside.js';

/** A file that a run wrote to, and where it is. */
export interface WrittenFile {
  /** The name that it has, as far as the system tells; of a deleted one, that it had. */
  readonly name: string;
  /**
   * Where it is. `in_place`: at its path. `moved`: renamed, and nothing is at the path. `replaced`: renamed, and another file
   * is at the path. `deleted`: gone, with its records. `untouched`: at its path, as it was before this run.
   */
  readonly state: FilePlace['state'] | 'untouched';
  /** Records of this run in it. */
  readonly records: number;
}

/** Which files a run wrote to. */
export interface FileReport {
  /** The oldest first: one, unless it was renamed, deleted or reopened. */
  readonly files: readonly WrittenFile[];
  /** Records that were stored and are gone: with a file that was deleted, or that somebody else has emptied. */
  readonly gone: number;
}

/** A file that records go to. */
export interface OpenFileReport {
  readonly name: string;
  /** What this run has put there, and of a file that is finished later what earlier ones have, too. */
  readonly records: number;
  /** How large it is now, in bytes, as it lies there. */
  readonly bytes: number;
}

/**
 * The file that a path leads to, from page to page: a sink of files without its stream. What was there before is
 * not touched before the first page comes. From time to time path and open file are compared: one that was deleted is
 * made again, one that was renamed is gone on with until it is reopened.
 */
export class LiveFile {
  readonly #path: string;
  readonly #options: ResolvedJsonlFileOptions;
  readonly #format: FileFormat;
  readonly #account: Account;
  readonly #notices: FileNotices;
  readonly #patience = new Patience();
  readonly #fullDisk: FullDisk | undefined;
  readonly #watch: DiskWatch;
  #current: OpenFile | undefined;
  /** What becomes of what the file holds when the first page comes; `undefined` after that, and where it is none of ours. */
  #fresh: 'replace' | 'add' | undefined;
  /** How what is added to ends. */
  #end: FileEnd = WHOLE;
  #place: FilePlace = IN_PLACE;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Whether somebody asks where pages stand. */
  #isTracked = false;
  #left: WrittenFile[] = [];
  #leftBytes = 0;

  constructor(path: string, options: ResolvedJsonlFileOptions, format: FileFormat) {
    this.#path = path;
    this.#options = options;
    this.#format = format;
    this.#account = new Account(path);
    this.#notices = new FileNotices(path, options.logger);
    this.#watch = new DiskWatch({ folder: dirname(resolve(path)), ...options, ...toldBy(this.#notices) }, false);
    if (options.onFull === 'wait') this.#fullDisk = new FullDisk(options.clock, this.#patience, this.#notices);
  }

  get stats(): SinkStats {
    const { kept: records, pages } = this.#account;
    return { records, pages, bytes: this.#leftBytes + (this.#current?.file.added ?? 0) };
  }

  /** What is stored by now, in numbers and in words. */
  get account(): Account {
    return this.#account;
  }

  /**
   * Gives up to wait for a pipe, a device, or room on the disk, for good: what waits for it fails, for the first two with a cause whose code is `LATE`. Returns
   * whether something did.
   */
  giveUp(): boolean {
    const isWaiting = this.#patience.isWaiting || this.#fullDisk?.isFull === true;
    this.#patience.end();
    return isWaiting;
  }

  report(): FileReport {
    const all = this.#current === undefined ? this.#left : [...this.#left, this.#writtenTo(this.#current)];
    const files = all.filter(({ records }, index) => records > 0 || index === all.length - 1);
    return { files, gone: this.#account.gone };
  }

  /** How large the file is that is written to. */
  openFiles(): readonly OpenFileReport[] {
    if (this.#current === undefined) return [];
    const { file } = this.#current;
    const { name, records } = this.#writtenTo(this.#current);
    return [{ name, records, bytes: file.size }];
  }

  async open(): Promise<void> {
    await this.#attach(this.#options.append ? 'add' : 'replace');
  }

  /** From here on, {@link position} can say where what is stored stands. */
  track(): void {
    this.#isTracked = true;
    this.#current?.file.track();
  }

  /** What was added to which file since this was asked last. */
  position(): FilePosition | undefined {
    const { file } = this.#current!;
    return file.isRegular ? { path: this.#path, ...file.take() } : undefined;
  }

  /** @param begins told where what this run adds to a file begins, before the first of it is written */
  async store(text: PageText, begins?: (file: FileBegin) => Promise<void>): Promise<void> {
    for (;;) {
      if (this.#fresh !== undefined) await this.#begin(this.#fresh);
      const current = this.#current!;
      const { file, pages } = current;
      if (begins !== undefined && !current.isBegun && file.isRegular) {
        await begins({ path: this.#path, start: file.size });
        current.isBegun = true;
      }
      if (await this.#hasStored(pages, text)) return;
    }
  }

  /**
   * Finishes the file, and goes on in what the path leads to now. When that cannot be opened, it goes on in the old one.
   *
   * @throws {SinkError} when the path cannot be opened
   */
  async reopen(): Promise<void> {
    const old = this.#current;
    if (old === undefined || !old.file.isRegular) return;
    await this.#finish(old);
    this.#place = await old.file.place();
    try {
      await this.#attach(this.#fresh ?? 'add', this.#place.state === 'in_place');
    } catch (failure) {
      old.pages.beginAgain();
      throw failure;
    }
    await old.pages.close();
  }

  /** Gives the file its ending, if it did not fail before, and closes it. To be called once. */
  async end(): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    try {
      await this.#finish(current);
      if (this.#fresh === undefined) await this.#look(current, true);
    } catch (failure) {
      await current.pages.close().catch(() => {});
      throw failure;
    }
    await current.pages.close();
  }

  /** @param isSame whether the path still leads to the file that was open until now */
  async #attach(fresh: 'replace' | 'add', isSame = false): Promise<void> {
    const old = this.#current;
    const { compression, compressionLevel: level } = this.#options;
    const isOurs = !(await isOwnStream(this.#path));
    try {
      this.#end = isOurs && fresh === 'add' ? await this.#format.examineEnd(this.#path, this.#options) : WHOLE;
      const file = await OutputFile.open(this.#path, this.#patience, this.#fullDisk);
      const pages = new PageFile(file, { compression, level }, this.#account, isSame ? old!.pages.records : 0);
      if (this.#isTracked) file.track();
      this.#leftBytes += old?.file.added ?? 0;
      if (old !== undefined && !isSame) this.#left.push(this.#writtenTo(old));
      this.#current = { file, pages, isBegun: false };
    } catch (cause) {
      const isFirst = this.#account.records === 0;
      throw this.#account.failure('open', isFirst ? 'Nothing was written.' : this.#account.storedText, cause);
    }
    this.#fresh = isOurs ? fresh : undefined;
    if (!isOurs && old === undefined) this.#current.pages.lead(this.#format.header());
    this.#place = IN_PLACE;
    const { size, modifiedAt } = this.#current.file;
    if (this.#fresh === 'replace' && size > 0) this.#notices.replacing(size, modifiedAt);
  }

  /** The first page is there. What somebody else has put out of the way before it is left in peace. */
  async #begin(fresh: 'replace' | 'add'): Promise<void> {
    const old = this.#current!;
    if ((await old.file.place()).state !== 'in_place') {
      await this.#attach(fresh);
      await old.pages.close();
    }
    const { file, pages } = this.#current!;
    if (this.#fresh === 'replace' && file.size > 0) await pages.empty();
    if (this.#fresh === 'add') await this.#mend(pages);
    // Of a torn file nothing may be left, and a bad one is another one now.
    const begun = this.#current!;
    if (begun.file.size === 0) begun.pages.lead(this.#format.header());
    this.#fresh = undefined;
    this.#lookedAt = this.#options.clock.monotonic();
  }

  async #mend(pages: PageFile): Promise<void> {
    const end = this.#end;
    try {
      if (end.kind === 'whole') pages.lead(end.lead);
      else if (end.kind === 'torn') await mendEnd(this.#path, pages, end, this.#notices);
      else {
        this.#notices.setAside(await setAside(this.#path), end.reason);
        await this.#attach('add');
        await pages.close();
      }
    } catch (cause) {
      throw cause instanceof SinkError ? cause : this.#account.failure('mend', 'Nothing was written.', cause);
    }
  }

  /** Whether the page is stored; if not, it is to be stored once more. */
  async #hasStored(pages: PageFile, text: PageText): Promise<boolean> {
    const { compression, fsync, clock } = this.#options;
    if (compression !== 'none') this.#cut(await pages.noticeCut());
    await pages.store(text);
    if (fsync === 'page') await pages.sync();
    const isDue = fsync === 'page' || clock.monotonic() - this.#lookedAt >= LOOK_EVERY_MS;
    return isDue ? this.#look(this.#current!, false) : true;
  }

  /** Compares path and open file. Returns whether the newest page is safe. */
  async #look(current: OpenFile, isEnd: boolean): Promise<boolean> {
    const { file, pages } = current;
    this.#lookedAt = this.#options.clock.monotonic();
    if (file.isRegular && !isEnd) void this.#watch.look();
    this.#cut(await pages.noticeCut());
    const before = this.#place;
    const place = await file.place();
    this.#place = place;
    if (place.state === 'in_place' || before.state === 'deleted') return true;
    if (place.state === 'deleted') return this.#makeAgain(current, isEnd);
    if (place.state === before.state && place.name === before.name) return true;
    if (this.#options.onMissing === 'fail') throw this.#account.missing(place);
    this.#notices.moved(place);
    return true;
  }

  /** The file was deleted. Returns whether the newest page need not be stored again. */
  async #makeAgain(old: OpenFile, isEnd: boolean): Promise<boolean> {
    // The newest page is still in our hands.
    if (!isEnd) old.pages.undo();
    this.#account.gone += old.pages.records;
    if (this.#options.onMissing === 'fail') throw this.#account.missing(this.#place);
    this.#notices.deleted(old.pages.records, isEnd);
    if (isEnd) return true;
    await this.#attach('add');
    await old.pages.close();
    return false;
  }

  #cut(gone: number | undefined): void {
    if (gone !== undefined) this.#notices.emptied(gone);
  }

  async #finish({ pages }: OpenFile): Promise<void> {
    await pages.end();
    if (this.#options.fsync !== 'never') await pages.sync();
  }

  #writtenTo({ file, pages }: OpenFile): WrittenFile {
    const { state, name = this.#path } = this.#place;
    const isUntouched = this.#fresh !== undefined && !file.isNew && pages.records === 0;
    return { name, state: isUntouched ? 'untouched' : state, records: pages.records };
  }
}

interface OpenFile {
  readonly file: OutputFile;
  readonly pages: PageFile;
  /** Whether it was told where what is added begins. */
  isBegun: boolean;
}

const IN_PLACE: FilePlace = { state: 'in_place' };
const WHOLE: FileEnd = { kind: 'whole', lead: Buffer.alloc(0) };
const LOOK_EVERY_MS = 1_000;
