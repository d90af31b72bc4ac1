import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { notAPage, Page } from '../batch/page.js';
import { lastStored } from '../batch/page-facts.js';
import type { FileBegin, FilePosition, KeptFile, KeptFiles } from '../batch/sink-position.js';
import type { SpoolPlace } from '../batch/spool-place.js';
import type { StoredPosition } from '../batch/stored-position.js';
import { optionError, StateError } from '../errors.js';
import type { FeedPosition } from '../frame/feed-position.js';
import { type FolderLock, lockFolder } from '../internal/folder-lock.js';
import { ifThere } from '../internal/if-there.js';
import { makeFolder } from '../internal/make-folder.js';
import { describe } from '../internal/options.js';
import { sleep } from '../internal/sleep.js';
import { SyncTimer } from '../internal/sync-timer.js';
import { isWholeEnding } from '../sink/file/encodings.js';
import { explainFileFailure } from '../sink/file-failure.js';
import { type Stage, stageOf } from '../stage/stage.js';
import type { StepOutlet } from '../stage/step.js';
import { Ledger, type StoredPage } from './ledger.js';
import type { LedgerEntry } from './ledger-entry.js';
import { type ResolvedStateOptions, resolveStateOptions, type StateOptions } from './options.js';
import { recover } from './recover.js';
import { StateNotices } from './state-notices.js';

/**
 * Opens what is kept of a feed between its runs, in a folder: how far it is stored. The folder is created, and is this run's alone
 * until {@link FeedState.close}. A file that an earlier run wrote to ends where it was acknowledged, when this resolves: what stood
 * behind that is in `PATH.torn`. Damage is told to the `logger`, and fails nothing.
 *
 * Pass `position` to the source, so that its frames are numbered on and what was missed is told as a gap; put `keep()` before the
 * sink; make the sink after this has resolved, and have it add to what is there. Close the state when the pipeline is over.
 *
 * @param path of the folder
 * @throws {ConfigError} when an option is not valid
 * @throws {StateError} when another run has the folder, or the system refuses
 * @example
 * ```ts
 * const state = await openState('state/trades');
 * try {
 *   const source = createSource({ url, gaps: 'records' }, { position: state.position });
 *   await pipeline(source.pages(), state.keep(), jsonlFile('out/trades.jsonl', { append: true }));
 * } finally {
 *   await state.close();
 * }
 * ```
 */
export async function openState(path: string, options: StateOptions = {}): Promise<FeedState> {
  if (typeof path !== 'string' || path === '') {
    throw optionError('openState', `Expected the path of a folder, got ${describe(path)}.`);
  }
  const resolved = resolveStateOptions(options);
  const notices = new StateNotices(path, resolved.logger);
  let lock: FolderLock | undefined;
  let ledger: Ledger | undefined;
  let state: FeedState | undefined;
  try {
    const folder = resolve(path);
    await makeFolder(folder);
    lock = await lockFolder(folder, {
      clock: resolved.clock,
      onLost: (cause) => state?.[lost](cause),
      heldBy: (who) => heldByOther(folder, who),
    });
    const ledgerPath = join(folder, 'ledger');
    const { position, newest, kept, mend } = await recover(ledgerPath, notices);
    ledger = await Ledger.begin(ledgerPath, newest);
    await mend();
    if (position !== undefined) {
      const { sequence, receivedAt } = position;
      notices.goesOn(sequence, receivedAt === undefined ? 0 : Math.max(0, resolved.clock.now() - receivedAt));
    }
    state = new FeedState({ path, options: resolved, lock, ledger, notices, position, newest, kept });
    return state;
  } catch (cause) {
    await ledger?.close();
    await lock?.unlock();
    throw stateError(path, 'open', cause);
  }
}

/** On a state: its lock is lost. */
const lost: unique symbol = Symbol('lost');

/** @internal On a state: the last page of a spool that earlier runs have stored; `undefined` when it knows of none. */
export const spooledUpTo: unique symbol = Symbol('spooledUpTo');

/** @internal On a state: somebody else says how far the feed is stored, and rules. */
export const takeOver: unique symbol = Symbol('takeOver');

/** @internal On a state: waits until the disk has all that is written down. */
export const writtenDown: unique symbol = Symbol('writtenDown');

/** @internal On a state: what was found damaged is stored once more, and is no gap. */
export const takeBack: unique symbol = Symbol('takeBack');

interface StateParts {
  readonly path: string;
  readonly options: ResolvedStateOptions;
  readonly lock: FolderLock;
  readonly ledger: Ledger;
  readonly notices: StateNotices;
  readonly position: FeedPosition | undefined;
  readonly newest: LedgerEntry | undefined;
  readonly kept: ReadonlyMap<string, KeptFile>;
}

/** What {@link openState} resolves to. */
export class FeedState implements KeptFiles {
  /** The folder, as it was given. */
  readonly path: string;
  readonly #parts: StateParts;
  #position: FeedPosition | undefined;
  /** The highest number of a frame that is stored, and one more. */
  #next: number;
  #receivedAt: number;
  /** Where the newest page is stored, of a sink that finishes no files. */
  #file: FilePosition | undefined;
  readonly #syncs: SyncTimer;
  #failure: StateError | undefined;
  #isKept = false;
  /** Whether it was told that the disk has no room. */
  #isFull = false;
  #outlet: Pick<StepOutlet<never>, 'fail'> | undefined;
  #closed: Promise<void> | undefined;
  /** Calls off what waits for room. */
  readonly #closing = new AbortController();

  /** @internal */
  constructor(parts: StateParts) {
    this.path = parts.path;
    this.#position = parts.position;
    this.#parts = parts;
    this.#next = parts.newest?.next ?? 0;
    this.#receivedAt = parts.newest?.receivedAt ?? 0;
    this.#syncs = new SyncTimer(parts.options.clock, parts.options.sync, () => this.#sync());
  }

  /** Where earlier runs came to; `undefined` when none has stored anything. */
  get position(): FeedPosition | undefined {
    return this.#position;
  }

  /** What earlier runs have not finished: `rolledFiles()` goes on with it. By path. */
  get files(): ReadonlyMap<string, KeptFile> {
    return this.#parts.kept;
  }

  /**
   * A file is there, empty, that is to be finished one day: for sinks, before they write to it. Resolves when that is written down, and it and
   * its name are on the disk, unless `sync` is `'never'`: of a file that no ledger knows, nobody could tell what of it is acknowledged.
   *
   * @throws {StateError} when the system refuses
   */
  async begin(path: string, facts: object): Promise<void> {
    const { ledger } = this.#parts;
    this.#add({ records: 0, files: [{ path: resolve(path), start: 0, end: 0, crc32: 0, facts }] });
    await this.#known(() => ledger.force());
  }

  /**
   * Waits until what is acknowledged by now is written down, and on the disk unless `sync` is `'never'`.
   *
   * @throws {StateError} when the system refuses
   */
  async flush(): Promise<void> {
    const { options, ledger } = this.#parts;
    await (options.sync === 'never' && this.#closed === undefined ? ledger.settle() : this[writtenDown]());
  }

  /**
   * The stage that writes down which pages are stored: it hands each on as it is, and hears when the sink has acknowledged it. It stands
   * before the sink, or is the last of the `stages` of `createSource()`. Once: a state is that of one run.
   *
   * Errors: `ERR_STATE` after what came before is delivered, when the ledger cannot be written, or the lock is lost.
   *
   * @throws {ConfigError} when it was called before, or the state is closed
   */
  keep<T = unknown>(): Stage<Page<T>, Page<T>> {
    if (this.#isKept || this.#closed !== undefined) {
      throw optionError('keep', 'A state is that of one run: open it once more for the next one.');
    }
    this.#isKept = true;
    return stageOf<Page<T>, Page<T>>('page', (outlet) => {
      this.#outlet = outlet;
      if (this.#failure !== undefined) outlet.fail(this.#failure);
      return {
        isFull: false,
        isAtWork: false,
        take: (page) => {
          if (!(page instanceof Page)) throw notAPage('keep', page);
          const facts = { ...lastStored(page), spooled: page.spooled, cursor: page.cursor };
          page.whenBegun((file) => this.#onBegun(file));
          page.whenAcknowledged((position) => this.#onAcknowledged({ ...facts, ...position }));
          outlet.push(page);
        },
        end: (done) => done(),
      };
    });
  }

  /**
   * Forces what is stored to the disk, and lets others have the folder. To be called when the pipeline is over, whether it failed or
   * not; what the sink acknowledges after that is not written down. May be called more than once.
   *
   * @throws {StateError} when the system refuses
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    this.#closing.abort();
    return this.#closed;
  }

  /** @internal */
  get [spooledUpTo](): SpoolPlace | undefined {
    return this.#parts.newest?.spooled;
  }

  /** @internal */
  [takeOver]({ sequence, receivedAt, cursor }: StoredPosition): void {
    this.#position = { sequence, receivedAt, ...(cursor && { cursor }) };
    this.#next = sequence;
    this.#receivedAt = receivedAt ?? 0;
  }

  /** @internal */
  [takeBack](): void {
    const after = this.position?.damaged?.after;
    this.#next = after === undefined ? 0 : after.sequence + 1;
    this.#receivedAt = after?.receivedAt ?? 0;
  }

  /**
   * @internal Returns whether it has: not when there is no room for it now.
   * @throws {StateError} when the system refuses
   */
  async [writtenDown](): Promise<boolean> {
    if (this.#closed === undefined) {
      this.#syncs.soon();
      await this.#syncs.settle();
    }
    // It may have been called off by the end, which does the same.
    await this.#closed;
    if (this.#failure !== undefined) throw this.#failure;
    return this.#parts.ledger.noRoom === undefined;
  }

  /** @internal */
  [lost](cause: Error): void {
    if (this.#closed === undefined) this.#fail(stateError(this.path, 'go on with', cause));
  }

  #onAcknowledged(page: StoredPage): void {
    const { next, receivedAt, records, files, sealed = [], partitions, spooled, cursor } = page;
    this.#next = Math.max(this.#next, next);
    if (records > 0) this.#receivedAt = receivedAt;
    const whole = files?.map((file) => ({ ...file, path: resolve(file.path) }));
    this.#file = whole?.find(({ facts }) => facts === undefined);
    this.#add({
      records,
      ...(whole && { files: whole }),
      ...(sealed.length > 0 && { sealed: sealed.map((path) => resolve(path)) }),
      ...(partitions && { partitions }),
      spooled,
      cursor,
    });
  }

  /**
   * @internal Frames up to this number are dealt with, though nothing of the last of them is stored: a later run begins behind them. To
   * be called when the sink has all.
   */
  advanceTo(next: number): void {
    if (next <= this.#next) return;
    this.#next = next;
    this.#add({ records: 0 });
  }

  #add(page: Omit<StoredPage, 'next' | 'receivedAt'>): void {
    if (this.#failure !== undefined || this.#closed !== undefined) return;
    const { ledger } = this.#parts;
    try {
      ledger.add({ next: this.#next, receivedAt: this.#receivedAt, ...page });
    } catch (cause) {
      this.#fail(stateError(this.path, 'write to', cause));
      return;
    }
    if (ledger.noRoom !== undefined) this.#lookForRoom();
    // One that is never forced to the disk would never be written anew either.
    else if (ledger.isLarge) this.#syncs.soon();
    else this.#syncs.written();
  }

  /** What a run adds to a file can be told from what it held only if it is on the disk before where that is. */
  async #onBegun({ path, start }: FileBegin): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed !== undefined) return;
    const { ledger } = this.#parts;
    const file = resolve(path);
    let isNews = true;
    try {
      isNews = ledger.begin({ path: file, start });
    } catch (cause) {
      this.#fail(stateError(this.path, 'write to', cause));
    }
    if (isNews) await this.#known(() => ledger.sync());
  }

  /** Waits until what was added is written down, and forced to the disk. Nothing may go into a file that no ledger knows of. */
  async #known(force: () => Promise<void>): Promise<void> {
    const { options, ledger } = this.#parts;
    try {
      await ledger.settle();
      if (options.sync !== 'never' && this.#failure === undefined) {
        await force();
        while (ledger.noRoom !== undefined) {
          this.#lookForRoom();
          await sleep(options.clock, TRY_AGAIN_MS, this.#closing.signal);
          if (this.#closing.signal.aborted) throw ledger.noRoom;
          await force();
        }
      }
    } catch (cause) {
      this.#fail(stateError(this.path, 'write to', cause));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #sync(): Promise<void> {
    try {
      await this.#parts.ledger.sync();
    } catch (cause) {
      this.#fail(stateError(this.path, 'write to', cause));
    }
    this.#lookForRoom();
  }

  /** What waits for room on the disk is tried again. */
  #lookForRoom(): void {
    const { ledger, notices } = this.#parts;
    const { noRoom } = ledger;
    if ((noRoom !== undefined) !== this.#isFull) {
      this.#isFull = noRoom !== undefined;
      if (this.#isFull) notices.full(noRoom);
      else notices.roomAgain();
    }
    if (this.#isFull) this.#syncs.later(TRY_AGAIN_MS);
  }

  async #close(): Promise<void> {
    const { options, ledger, lock } = this.#parts;
    await this.#syncs.stop();
    try {
      if (this.#failure === undefined) {
        await ledger.settle();
        await this.#addEnding();
        if (options.sync !== 'never') await ledger.sync();
        if (ledger.noRoom !== undefined) throw ledger.noRoom;
      }
    } catch (cause) {
      this.#failure = stateError(this.path, 'write to', cause);
    } finally {
      await ledger.close();
      await lock.unlock();
    }
    // The run may have been over before it could be told.
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** What a sink of compressed files has put behind the last page. */
  async #addEnding(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    const ending = await bytesBehind(file.path, file.end);
    // A part of one was torn: the next start cuts it.
    if (!isWholeEnding(ending)) return;
    const end = file.end + ending.length;
    this.#parts.ledger.add({
      next: this.#next,
      receivedAt: this.#receivedAt,
      records: 0,
      files: [{ path: file.path, start: file.end, end, crc32: crc32(ending) }],
    });
  }

  #fail(error: StateError): void {
    this.#failure ??= error;
    this.#outlet?.fail(this.#failure);
  }
}

/** What follows in a file from there on; nothing where that is more than the ending of a compressed file can be. */
async function bytesBehind(path: string, start: number): Promise<Buffer> {
  const handle = await ifThere(open(path, 'r'));
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const buffer = Buffer.alloc(LONGEST_ENDING + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    return buffer.subarray(0, bytesRead > LONGEST_ENDING ? 0 : bytesRead);
  } finally {
    await handle.close();
  }
}

function heldByOther(folder: string, who: string): StateError {
  return new StateError(
    `Cannot use the state in ${folder}: ${who} is using it. End that run first, or give this one a \`state\` of its own.`,
    { path: folder },
  );
}

function stateError(path: string, action: string, cause: unknown): StateError {
  if (cause instanceof StateError) return cause;
  const [reason, advice] = explainFileFailure(cause);
  return new StateError(`Cannot ${action} the state in ${path}: ${reason}. ${advice}`, { path, cause });
}

const TRY_AGAIN_MS = 1_000;
/** Of gzip it is ten bytes, of zstd three. */
const LONGEST_ENDING = 16;
