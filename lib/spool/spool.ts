import { join, resolve } from 'node:path';
import type { SpoolPlace } from '../batch/spool-place.js';
import type { StoredPosition } from '../batch/stored-position.js';
import { optionError, SpoolError } from '../errors.js';
import type { DamagedStretch, FeedPosition } from '../frame/feed-position.js';
import { isSameBoot, noteBoot } from '../internal/boot.js';
import { type FolderLock, lockFolder } from '../internal/folder-lock.js';
import { makeFolder } from '../internal/make-folder.js';
import { describe } from '../internal/options.js';
import { explainFileFailure } from '../sink/file-failure.js';
import type { LedgerEntry } from '../state/ledger-entry.js';
import { type FeedState, spooledUpTo, takeBack } from '../state/state.js';
import { Backlog, type Hole } from './backlog.js';
import { type ResolvedSpoolOptions, resolveSpoolOptions, type SpoolOptions, type StoredLater } from './options.js';
import { findSegments, lastCursor, placeBehind } from './recover.js';
import type { Segment } from './segment.js';
import { systemDisk } from './spool-disk.js';
import { SpoolLedger } from './spool-ledger.js';
import { SpoolNames } from './spool-names.js';
import { SpoolNotices } from './spool-notices.js';
import { type SpoolDuplex, SpoolStream } from './spool-stream.js';
import { type KnownPage, type SpoolBacklog, Spooling } from './spooling.js';
import { SpoolStore } from './store.js';

/**
 * Opens a spool: a folder in which pages wait for their sink, so that one that is slow, or away for hours, pauses no socket, and
 * what was received and not stored when a run ends, however it ends, is delivered by the next one. The folder is created, and is
 * this run's alone until {@link FeedSpool.close}. Damage is told to the `logger`, and as a gap, and fails nothing.
 *
 * Pass `position` to the source, so that its frames are numbered on; put `keep()` before the sink, and `keep()` of the state, if
 * there is one, in between. Close the spool when the pipeline is over, and the state after it.
 *
 * @param path of the folder
 * @throws {ConfigError} when an option is not valid
 * @throws {SpoolError} when another run has the folder, or the system refuses
 * @example
 * ```ts
 * const spool = await openSpool('spool/trades');
 * try {
 *   const source = createSource({ url, gaps: 'records' }, { position: spool.position });
 *   await pipeline(source.pages(), spool.keep(), kafka({ brokers, topic: 'trades' }));
 * } finally {
 *   await spool.close();
 * }
 * ```
 */
export async function openSpool(path: string, options: SpoolOptions = {}): Promise<FeedSpool> {
  if (typeof path !== 'string' || path === '') {
    throw optionError('openSpool', `Expected the path of a folder, got ${describe(path)}.`);
  }
  const resolved = resolveSpoolOptions(options);
  const folder = resolve(path);
  if (resolved.state !== undefined && resolve(resolved.state.path) === folder)
    throw optionError('openSpool', `The state is kept in ${path}: give the spool a folder of its own.`);
  let lock: FolderLock | undefined;
  let spool: FeedSpool | undefined;
  try {
    await makeFolder(folder);
    lock = await lockFolder(folder, {
      clock: resolved.clock,
      onLost: (cause) => spool?.[lost](cause),
      heldBy: (who) => heldByOther(folder, who),
    });
    spool = await opened({ path, folder, options: resolved, lock });
    return spool;
  } catch (cause) {
    await lock?.unlock();
    throw spoolError(path, 'open', cause);
  }
}

/** On a spool: its lock is lost. */
const lost: unique symbol = Symbol('lost');

/** What {@link openSpool} resolves to. */
export class FeedSpool {
  /** The folder, as it was given. */
  readonly path: string;
  /** Where earlier runs came to, as far as the spool and the state know; `undefined` when nothing was received before. */
  readonly position: FeedPosition | undefined;
  readonly #spooling: Spooling;
  readonly #options: ResolvedSpoolOptions;
  readonly #lock: FolderLock;
  #lettingGo: Promise<void> | undefined;
  #stream: SpoolStream | undefined;
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(parts: {
    readonly path: string;
    readonly position: FeedPosition | undefined;
    readonly spooling: Spooling;
    readonly options: ResolvedSpoolOptions;
    readonly lock: FolderLock;
    readonly names: SpoolNames;
  }) {
    this.path = parts.path;
    this.position = parts.position;
    this.#spooling = parts.spooling;
    this.#options = parts.options;
    this.#lock = parts.lock;
    const { storedLater } = parts.options;
    if (storedLater !== undefined) this.#letGoBehind(storedLater, parts.names);
  }

  /** What was received and not stored by the sink. A snapshot. */
  get backlog(): SpoolBacklog {
    return this.#spooling.waiting;
  }

  /** Records that were dropped since it was full. */
  get dropped(): number {
    return this.#spooling.dropped;
  }

  /**
   * The stream that pages wait in: it takes each as soon as it is written down, and hands it on when the sink asks for it, those of earlier
   * runs first. It stands before the sink, with nothing in between but `keep()` of the state. Once: a spool is that of one run.
   *
   * When the run ends, what waits is handed on for most of `drainTimeoutMs`; what is left then stays, and is no fault. When the sink
   * fails, what it has not stored stays, and the error says so.
   *
   * Errors: `ERR_SPOOL` after what came before is delivered, when the disk fails, or the lock is lost.
   *
   * @throws {ConfigError} when it was called before, or the spool is closed
   */
  keep<T = unknown>(): SpoolDuplex<T> {
    if (this.#stream !== undefined || this.#closed !== undefined) {
      throw optionError('keep', 'A spool is that of one run: open it once more for the next one.');
    }
    this.#stream = new SpoolStream({
      path: this.path,
      spooling: this.#spooling,
      options: this.#options,
      toError: (cause) => spoolError(this.path, 'write to', cause),
    });
    return this.#stream as unknown as SpoolDuplex<T>;
  }

  /**
   * Forces what is there to the disk, removes what is stored, and lets others have the folder. To be called when the pipeline is over,
   * whether it failed or not; what the sink stores after that is delivered once more. May be called more than once.
   *
   * @throws {SpoolError} when the system refuses
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** @internal */
  [lost](cause: Error): void {
    if (this.#closed === undefined) this.#spooling.fail(cause);
  }

  /** Where the sink does not come to know it, it fails, and with it the run. */
  #letGoBehind(stored: StoredLater, names: SpoolNames): void {
    const letGo = async (position: StoredPosition | undefined): Promise<void> => {
      try {
        await names.use();
        this.#spooling.letGo(position && knownPage(position, names));
      } catch (error) {
        this.#spooling.fail(error);
      }
    };
    stored.then(
      (position) => {
        if (this.#closed === undefined) this.#lettingGo = letGo(position);
      },
      () => {},
    );
  }

  async #close(): Promise<void> {
    await this.#lettingGo;
    try {
      await this.#spooling.close();
    } catch (cause) {
      throw spoolError(this.path, 'write to', cause);
    } finally {
      await this.#lock.unlock();
    }
  }
}

interface OpenedParts {
  readonly path: string;
  readonly folder: string;
  readonly options: ResolvedSpoolOptions;
  readonly lock: FolderLock;
}

async function opened({ path, folder, options, lock }: OpenedParts): Promise<FeedSpool> {
  const { state, logger, maxBytes, sync, clock, stored, storedLater, disk = systemDisk } = options;
  const isHeld = storedLater !== undefined;
  const notices = new SpoolNotices(path, logger);
  const names = await SpoolNames.of(folder);
  // Without a state nobody compares the sink's file with what is said of it: after a power failure only what was forced to the disk counts.
  const bootPath = join(folder, 'boot');
  const isSure = state !== undefined || !(await isSameBoot(bootPath));
  const known = await SpoolLedger.read(folder, isSure, notices);
  const { segments, lastPage } = await findSegments(folder, notices);
  const firstPage = segments[0]?.first ?? 1;
  // What a state knows is where its sink's file ends, too.
  const damaged = state?.position?.damaged;
  const back = damaged && pageBefore(damaged, names, segments);
  if (back !== undefined) state![takeBack]();
  const page = back ?? (stored && pageOf(stored, names)) ?? names.pageAt(state?.[spooledUpTo]);
  // Where the sink rules, and says nothing yet, the state may be behind what is gone from here.
  const isBehind = isHeld && (known?.spooled?.page ?? 0) > (page ?? 0);
  const newest = page === undefined || isBehind ? known : entryOf(state, { id: names.id, page });
  const acknowledged = newest?.spooled?.page ?? firstPage - 1;
  let spooling: Spooling | undefined;
  const behind = await placeBehind(acknowledged, segments);
  const cursor = await lastCursor(segments);
  const next = Math.max(acknowledged, lastPage) + 1;
  if (isHeld) await names.renew(next, segments[0]?.first ?? next);
  const { id } = names;
  const ledger = await SpoolLedger.begin(folder, id, newest);
  // Where that cannot be written, less is trusted than could be.
  await noteBoot(bootPath).catch(() => {});
  const store = new SpoolStore({
    ...{ folder, disk, segments, next },
    segmentBytes: Math.min(SEGMENT_BYTES, Math.floor(maxBytes / SEGMENTS)),
    isSynced: sync !== 'never',
    onFailed: (error) => spooling?.fail(error),
  });
  for (const name of await store.forget(acknowledged)) notices.keptAside(name);
  const backlog = new Backlog({
    store,
    acknowledged,
    from: behind?.place,
    stored: newest && { next: newest.next, receivedAt: newest.receivedAt },
    missing: back === undefined ? damaged && holeOf(damaged) : undefined,
    memoryBytes: Math.min(MEMORY_BYTES, Math.floor(maxBytes / SEGMENTS)),
    isReused: options.reusePages,
    onPassed: (head) => spooling?.passed(head),
    onDamage: (segment, bytes) => notices.damaged(segment.path, bytes),
    onUnreadable: (segment, error) => notices.unreadable(segment.path, error),
  });
  const waiting = behind === undefined ? NOTHING : waitingIn(store.segments, behind.records, behind.place.at);
  if (behind !== undefined) {
    notices.backlog(waiting.records, waiting.bytes, Math.max(0, clock.now() - (waiting.oldestAt ?? clock.now())));
  }
  spooling = new Spooling({
    folder,
    id,
    options,
    disk,
    notices,
    store,
    backlog,
    ledger,
    acknowledged,
    waiting,
    isHeld,
  });
  const position = positionOf({ segments, cursor }, newest, state?.position);
  return new FeedSpool({ path, position, spooling, options, lock, names });
}

/** What a sink knows of how far it is stored; `undefined` where that is another spool. */
function knownPage(position: StoredPosition, names: SpoolNames): KnownPage | undefined {
  const { sequence, receivedAt } = position;
  const page = pageOf(position, names);
  return page === undefined ? undefined : { page, next: sequence, receivedAt: receivedAt ?? 0 };
}

function pageOf({ spooled, elsewhere = [] }: StoredPosition, names: SpoolNames): number | undefined {
  for (const place of [spooled, ...elsewhere]) {
    const page = names.pageAt(place);
    if (page !== undefined) return page;
  }
  return undefined;
}

/** What a state knows of a spool, as the ledger of that has it. */
function entryOf(state: FeedState | undefined, spooled: SpoolPlace): LedgerEntry {
  const { position } = state ?? {};
  const { sequence: next = 0, receivedAt = 0, cursor } = position ?? {};
  return { page: 1, next, receivedAt, ...(cursor && { cursor }), records: 0, spooled };
}

/** What is in these, but for so many records and bytes at the begin. */
function waitingIn(segments: readonly Segment[], records: number, bytes: number): SpoolBacklog {
  return {
    records: segments.reduce((sum, segment) => sum + segment.records, -records),
    bytes: segments.reduce((sum, segment) => sum + segment.bytes, -bytes),
    oldestAt: segments[0]?.firstAt,
  };
}

/** The latest of what the spool, its ledger and the state know. */
function positionOf(
  { segments, cursor }: { readonly segments: readonly Segment[]; readonly cursor: FeedPosition['cursor'] },
  newest: Pick<LedgerEntry, 'next' | 'receivedAt' | 'cursor'> | undefined,
  position: FeedPosition | undefined,
): FeedPosition | undefined {
  const last = segments.at(-1);
  const known: FeedPosition[] = [];
  if (position !== undefined) known.push(position);
  if (newest !== undefined) known.push({ sequence: newest.next, receivedAt: newest.receivedAt, cursor: newest.cursor });
  if (last !== undefined) known.push({ sequence: last.next, receivedAt: last.lastAt, cursor });
  const latest = known.reduce<FeedPosition | undefined>(
    (best, one) => (best === undefined || one.sequence > best.sequence ? one : best),
    undefined,
  );
  // What is damaged the spool tells itself, before all that waits.
  if (latest === undefined) return undefined;
  const { sequence, receivedAt, cursor: newestCursor } = latest;
  return { sequence, receivedAt, ...(newestCursor && { cursor: newestCursor }) };
}

/** The page behind which what the sink's file lacks is still here, to be delivered once more; `undefined` when it is not. */
function pageBefore({ spooled }: DamagedStretch, names: SpoolNames, segments: readonly Segment[]): number | undefined {
  const oldest = segments[0];
  const page = spooled?.page === 0 ? 0 : names.pageAt(spooled);
  return oldest !== undefined && page !== undefined && page >= oldest.first - 1 ? page : undefined;
}

function holeOf({ after, before, receivedAt }: DamagedStretch): Hole {
  return {
    after: after && after.sequence + 1,
    before,
    from: after?.receivedAt ?? receivedAt,
    to: receivedAt,
  };
}

function heldByOther(folder: string, who: string): SpoolError {
  return new SpoolError(
    `Cannot use the spool in ${folder}: ${who} is using it. End that run first, or give this one a \`spool\` of its own.`,
    { path: folder },
  );
}

function spoolError(path: string, action: string, cause: unknown): Error {
  if (cause instanceof SpoolError || (cause as { code?: unknown } | undefined)?.code === 'ERR_STATE')
    return cause as Error;
  if (cause === undefined) {
    return new SpoolError(
      `Cannot write to the spool in ${path}: it is full, and the sink did not take what was received last. Free some space, or raise \`max_bytes\`.`,
      { path },
    );
  }
  const [reason, advice] = explainFileFailure(cause);
  return new SpoolError(`Cannot ${action} the spool in ${path}: ${reason}. ${advice}`, { path, cause });
}

const SEGMENT_BYTES = 64 * 1024 * 1024;
/** A small spool has so many segments all the same, so that its oldest pages can go. */
const SEGMENTS = 8;
const MEMORY_BYTES = 8 * 1024 * 1024;
const NOTHING: SpoolBacklog = { records: 0, bytes: 0, oldestAt: undefined };
