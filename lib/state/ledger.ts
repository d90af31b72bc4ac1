import { closeSync, ftruncateSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FileBegin, FilePosition, SinkPosition } from '../batch/sink-position.js';
import type { SpoolPlace } from '../batch/spool-place.js';
import type { FeedCursor } from '../frame/feed-cursor.js';
import { combinedCrc } from '../internal/crc-combine.js';
import { isDiskFull } from '../internal/disk-full.js';
import { syncFile, syncFolder } from '../internal/force-to-disk.js';
import { ifThere } from '../internal/if-there.js';
import { crcOfStart } from './file-check.js';
import { encodeEntry, type LedgerEntry, type LedgerFile } from './ledger-entry.js';
import { noteFiles } from './live-files.js';

/** What a page says of itself when it is acknowledged. */
export interface StoredPage extends SinkPosition, Pick<LedgerEntry, 'next' | 'receivedAt' | 'records' | 'untold'> {
  /** Where it stood in a spool, when it came out of one. */
  readonly spooled?: SpoolPlace | undefined;
  /** From where a server is to go on behind it, where that is known. */
  readonly cursor?: FeedCursor | undefined;
}

/**
 * The file that says how far a feed is stored: an entry a page, behind what the sink has stored, and from time to time a mark that all up
 * to there is on the disk. The order is always: what the sink writes, the entry; the file of the sink forced to the disk, the
 * mark, the ledger forced to the disk.
 *
 * One that has grown to a megabyte is written anew, with nothing in it but the newest entry, and where all files end that are written to.
 */
export class Ledger {
  readonly #path: string;
  #fd: number;
  #size = 0;
  #newest: LedgerEntry | undefined;
  /** Whether there are entries without a mark behind them. */
  #isDirty = false;
  /** What is known of the files that the feed is stored in, by path. */
  readonly #files = new Map<string, LedgerFile>();
  /** Those that the disk may not have all of. */
  #written = new Set<string>();
  /** Folders in which files were begun whose names it may not have. */
  #folders = new Set<string>();
  /** The newest {@link sync} or {@link force}: one at a time. */
  #turn: Promise<void> = Promise.resolve();
  /** Entries that the disk had no room for. */
  readonly #unwritten: Buffer[] = [];
  #noRoom: unknown;
  /** From when a mark is made that the ledger is written anew with: entries that are to go behind it, too. */
  #added: Buffer[] | undefined;
  /** Pages that wait until it is known what their file held before. */
  #waiting: StoredPage[] | undefined;
  #basing: Promise<void> = Promise.resolve();
  /** Why that cannot be known: nothing more can be added then. */
  #failure: { readonly cause: unknown } | undefined;

  private constructor(path: string, fd: number, newest: LedgerEntry | undefined) {
    this.#path = path;
    this.#fd = fd;
    this.#newest = newest;
    if (newest !== undefined) noteFiles(this.#files, newest, (_, file) => file);
  }

  /**
   * Begins a ledger with what an earlier one came to, in its place.
   *
   * @param newest what is stored, on the disk, by now
   */
  static async begin(path: string, newest: LedgerEntry | undefined): Promise<Ledger> {
    const ledger = new Ledger(path, openSync(`${path}.new`, 'w'), newest);
    if (newest !== undefined) ledger.#write(encodeEntry(markOf(newest, ledger.#files.values())));
    if (ledger.noRoom !== undefined) {
      // What is known stays where it is.
      await ledger.close();
      unlinkSync(`${path}.new`);
      throw ledger.noRoom;
    }
    // Its name may be on the disk before what it holds is.
    await syncFile(`${path}.new`);
    await ledger.#replaceBy(ledger.#fd);
    return ledger;
  }

  /** Whether something was added that the disk may not have. */
  get isDirty(): boolean {
    return this.#isDirty || this.#waiting !== undefined || this.noRoom !== undefined;
  }

  /** Whether it is to be written anew, which the next {@link sync} does. */
  get isLarge(): boolean {
    return this.#size > LARGEST_BYTES;
  }

  /** Why there is no room for what was added last; `undefined` when there is. */
  get noRoom(): unknown {
    return this.#unwritten.length > 0 ? this.#noRoom : undefined;
  }

  /**
   * Pages will be added to a file, from there on: nothing else in it is trusted until they are stored. Returns whether that was
   * news: what goes on where the ledger came to is none.
   */
  begin({ path, start }: FileBegin): boolean {
    if (this.#waiting === undefined && this.#files.get(path)?.end === start) return false;
    const { next = 0, receivedAt = 0, untold } = this.#newest ?? {};
    const file = { path, start, end: start, crc32: 0 };
    this.add({ next, receivedAt, records: 0, files: [file], ...(untold && { untold }) });
    return true;
  }

  /** A page is stored. What the entry costs is some microseconds. @throws when the system refuses */
  add(page: StoredPage): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
    if (this.#waiting !== undefined) {
      this.#waiting.push(page);
      return;
    }
    const unknown = page.files?.filter((file) => this.#wholeBefore(file) === undefined);
    if (unknown === undefined || unknown.length === 0) this.#append(page, NOTHING_MORE);
    else this.#addBased(page, unknown);
  }

  /** The page that is added next is in this file, too, of which its entry does not tell: the disk has it before a mark. */
  isIn(path: string): void {
    this.#written.add(path);
  }

  /** Waits until all that was added is written down. */
  settle(): Promise<void> {
    return this.#basing;
  }

  /** Waits until the disk has all that was added before, unless there is no room for it. */
  sync(): Promise<void> {
    return this.#inTurn(() => this.#sync());
  }

  /** Waits until the disk has the names of all files, and all entries, whether it has what they tell of or not; not when there is no room for one. */
  force(): Promise<void> {
    return this.#inTurn(() => this.#force());
  }

  /** Behind what is being forced to the disk. */
  async close(): Promise<void> {
    await this.#turn;
    closeSync(this.#fd);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #sync(): Promise<void> {
    await this.#basing;
    this.#writeWaiting();
    const newest = this.#newest;
    if (newest === undefined || !this.#isDirty || this.noRoom !== undefined) return;
    const { isLarge } = this;
    const written = this.#written;
    this.#written = new Set();
    // As it is now: what is added meanwhile the disk need not have.
    const mark = markOf(
      newest,
      isLarge ? this.#files.values() : [...written].flatMap((path) => this.#files.get(path) ?? []),
    );
    this.#isDirty = false;
    if (isLarge) this.#added = [];
    // One that is finished is on the disk under another name.
    for (const path of written) await ifThere(syncFile(path));
    await this.#forceNames();
    if (isLarge && (await this.#isWrittenAnew(mark))) return;
    this.#write(encodeEntry(mark));
    await syncFile(this.#path);
  }

  async #force(): Promise<void> {
    this.#writeWaiting();
    if (this.noRoom !== undefined) return;
    await this.#forceNames();
    await syncFile(this.#path);
  }

  async #forceNames(): Promise<void> {
    const folders = this.#folders;
    this.#folders = new Set();
    for (const folder of folders) await ifThere(syncFolder(folder));
  }

  /** The CRC-32 of what the file held before; `undefined` when that is not known. */
  #wholeBefore({ path, start }: FilePosition): number | undefined {
    if (start === 0) return 0;
    const before = this.#files.get(path);
    return before?.end === start ? before.whole : undefined;
  }

  /** @param wholes of files of which it is not known otherwise, the CRC-32 of what they held before */
  #append(page: StoredPage, wholes: ReadonlyMap<string, number>): void {
    const { next, receivedAt, records, untold, files = [], sealed = [], partitions } = page;
    const { spooled = this.#newest?.spooled, cursor = this.#newest?.cursor } = page;
    const entry: LedgerEntry = {
      page: (this.#newest?.page ?? 0) + 1,
      ...{ next, receivedAt, ...(cursor && { cursor }), records, ...(untold && { untold }) },
      ...(files.length > 0 && {
        files: files.map((file) => fileOf(file, wholes.get(file.path) ?? this.#wholeBefore(file) ?? 0)),
      }),
      ...(sealed.length > 0 && { sealed }),
      ...(partitions !== undefined && { partitions }),
      ...(spooled !== undefined && { spooled }),
    };
    this.#newest = entry;
    noteFiles(this.#files, entry, (_, file) => file);
    for (const { path, start } of files) {
      this.#written.add(path);
      if (start === 0) this.#folders.add(dirname(path));
    }
    this.#isDirty = true;
    this.#write(encodeEntry(entry));
  }

  /** Files are others, or somebody else has changed them: what they held before is read once. */
  #addBased(page: StoredPage, files: readonly FilePosition[]): void {
    const waiting = [page];
    this.#waiting = waiting;
    this.#basing = wholesOf(files).then(
      (wholes) => {
        this.#waiting = undefined;
        this.#append(page, wholes);
        for (const next of waiting.slice(1)) this.add(next);
      },
      (cause: unknown) => {
        this.#waiting = undefined;
        this.#failure = { cause };
        throw cause;
      },
    );
    // Told by `sync()`, `settle()`, and when something more is added.
    this.#basing.catch(() => {});
  }

  #write(bytes: Buffer): void {
    this.#added?.push(bytes);
    this.#unwritten.push(bytes);
    this.#writeWaiting();
  }

  /** Entries for which the disk has no room wait until it has: what they tell of is not known to be stored before that. */
  #writeWaiting(): void {
    try {
      for (let bytes = this.#unwritten[0]; bytes !== undefined; bytes = this.#unwritten[0]) {
        this.#size += writeAll(this.#fd, bytes, this.#size);
        this.#unwritten.shift();
      }
    } catch (cause) {
      ftruncateSync(this.#fd, this.#size);
      const waiting = this.#unwritten.reduce((sum, { length }) => sum + length, 0);
      if (!isDiskFull(cause) || waiting > LARGEST_BYTES) throw cause;
      this.#noRoom = cause;
    }
  }

  /** With nothing but a mark, and what was added since that was made. Not when the disk has no room for a second one. */
  async #isWrittenAnew(mark: LedgerEntry): Promise<boolean> {
    const path = `${this.#path}.new`;
    const fd = openSync(path, 'w');
    let size = 0;
    try {
      size += writeAll(fd, encodeEntry(mark), size);
      await syncFile(path);
      // In one go from here on: no entry comes in between.
      for (const bytes of this.#added!) size += writeAll(fd, bytes, size);
    } catch (cause) {
      closeSync(fd);
      if (!isDiskFull(cause)) throw cause;
      unlinkSync(path);
      return false;
    } finally {
      this.#added = undefined;
    }
    this.#unwritten.length = 0;
    this.#size = size;
    const old = this.#fd;
    await this.#replaceBy(fd);
    closeSync(old);
    return true;
  }

  async #replaceBy(fd: number): Promise<void> {
    renameSync(`${this.#path}.new`, this.#path);
    this.#fd = fd;
    await syncFile(this.#path);
    await syncFolder(dirname(this.#path));
  }
}

/** All up to this entry is on the disk; where these files end. */
function markOf(
  { page, next, receivedAt, cursor, untold, spooled }: LedgerEntry,
  files: Iterable<LedgerFile>,
): LedgerEntry {
  const ends = Array.from(files, (file) => ({ ...file, start: file.end, crc: 0 }));
  const facts = {
    ...{ page, next, receivedAt, ...(cursor && { cursor }), records: 0 },
    ...{ ...(untold && { untold }), ...(spooled && { spooled }) },
  };
  return { ...facts, ...(ends.length > 0 && { files: ends }), isDurable: true };
}

async function wholesOf(files: readonly FilePosition[]): Promise<ReadonlyMap<string, number>> {
  const wholes = new Map<string, number>();
  for (const { path, start } of files) wholes.set(path, await crcOfStart(path, start));
  return wholes;
}

function fileOf({ path, start, end, crc32, facts }: FilePosition, wholeBefore: number): LedgerFile {
  const whole = combinedCrc(wholeBefore, crc32, end - start);
  return { path, start, end, crc: crc32, whole, ...(facts !== undefined && { facts }) };
}

/** At a place of its own: a write that failed may have moved the one that the system remembers. Returns how many bytes those were. */
function writeAll(fd: number, bytes: Buffer, start: number): number {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, start + at);
  return bytes.length;
}

const NOTHING_MORE: ReadonlyMap<string, number> = new Map();
const LARGEST_BYTES = 1024 * 1024;
