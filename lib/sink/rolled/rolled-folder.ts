import { join } from 'node:path';
import type { Page } from '../../batch/page.js';
import type { SinkPosition } from '../../batch/sink-position.js';
import { SinkError } from '../../errors.js';
import { DiskWatch } from '../../internal/disk-watch.js';
import type { SealedFile } from '../../manifest/manifest-entry.js';
import { Account } from '../file/account.js';
import { FileNotices, toldBy } from '../file/file-notices.js';
import { FullDisk } from '../file/full-disk.js';
import type { OpenFileReport } from '../file/live-file.js';
import { Patience } from '../file/patience.js';
import type { SinkStats } from '../sink.js';
import { PageParts } from './page-parts.js';
import { PART_SUFFIX } from './part-file.js';
import { QuietTimer } from './quiet-timer.js';
import { RolledNotices } from './rolled-notices.js';
import type { ResolvedRolledOptions } from './rolled-options.js';
import type { FinishedPart } from './sealer.js';
import { type FolderWatcher, TakenFolder } from './taken-folder.js';

/** Which files a run has finished. */
export interface RolledReport {
  /** How many, also of those that earlier runs had left. */
  readonly rolled: number;
  /** The path of the last of them. */
  readonly newest: string | undefined;
  /** Paths of files that are not finished: the next run goes on in them, or finishes them. */
  readonly open: readonly string[];
  /** Records that were stored and are gone, with a file that was deleted before it was finished. */
  readonly gone: number;
}

/** Who is told of a {@link RolledFolder}. */
export interface RolledWatcher {
  readonly onSealed: (path: string, sealed: SealedFile) => void;
  /** It cannot go on. */
  readonly onFailed: (error: Error) => void;
}

/**
 * Files that pages are spread over, and that are finished one after another: a sink of rolled files without its stream. It says when each
 * part is finished, and who hears of it; what is done is done one thing after another.
 */
export class RolledFolder {
  readonly #folder: string;
  readonly #options: ResolvedRolledOptions;
  readonly #watcher: RolledWatcher;
  readonly #account: Account;
  readonly #notices: RolledNotices;
  readonly #patience = new Patience();
  /** For what is written, and for what is sealed: one may have room while the other has none. */
  readonly #fullDisk: FullDisk | undefined;
  readonly #sealingFullDisk: FullDisk | undefined;
  readonly #watch: DiskWatch;
  readonly #parts: PageParts;
  readonly #timer: QuietTimer;
  /** The time that {@link #timer} waits for. */
  #armedFor = Number.POSITIVE_INFINITY;
  /** Paths of parts that were sealed, and nobody was told. */
  #sealedParts: string[] = [];
  #bytes = 0;
  /** What is done with parts, one after another. */
  #last: Promise<unknown> = Promise.resolve();
  #taken: TakenFolder | undefined;
  #sealed = 0;
  #newest: string | undefined;
  #isToldOfMany = false;
  /** Whether a page is stored in part. */
  #hasFailed = false;
  #isEnding = false;
  /** Whether the end waits for nothing but what is being sealed. */
  #isSealing = false;
  #onGaveUp: () => void = () => {};
  /** Resolves a little after nobody waits any longer. */
  readonly #gaveUp = new Promise<void>((resolve) => {
    this.#onGaveUp = resolve;
  });

  constructor(path: string, options: ResolvedRolledOptions, watcher: RolledWatcher) {
    const { template, logger, clock } = options;
    this.#folder = template.folder;
    this.#options = options;
    this.#watcher = watcher;
    this.#account = new Account(path);
    this.#notices = new RolledNotices(logger);
    const notices = new FileNotices(path, logger);
    this.#watch = new DiskWatch({ folder: template.folder, ...options, ...toldBy(notices) }, false);
    if (options.onFull === 'wait') {
      this.#fullDisk = new FullDisk(clock, this.#patience, notices);
      this.#sealingFullDisk = new FullDisk(clock, this.#patience, notices);
    }
    this.#timer = new QuietTimer(clock, () => this.#onQuiet());
    const [account, patience, fullDisk] = [this.#account, this.#patience, this.#fullDisk];
    this.#parts = new PageParts({ options, account, patience, fullDisk, onSurplus: () => this.#onSurplus() });
  }

  get stats(): SinkStats {
    const { kept: records, pages } = this.#account;
    return { records, pages, bytes: this.#bytes };
  }

  /** What is stored by now, in numbers and in words. */
  get account(): Account {
    return this.#account;
  }

  /** How many files are finished by now, and which are not. */
  report(): RolledReport {
    const waiting = this.#taken?.sealer.waiting ?? [];
    const open = [...waiting, ...this.#parts.places].map(({ name }) => this.#shown(name + PART_SUFFIX));
    return { rolled: this.#sealed, newest: this.#newest, open, gone: this.#account.gone };
  }

  /** How large those are that are not finished: of many the ones that were used last. */
  openFiles(): readonly OpenFileReport[] {
    const name = (part: { readonly name: string }): string => this.#shown(part.name + PART_SUFFIX);
    const waiting = (this.#taken?.sealer.waiting ?? []).map((part) => {
      return { name: name(part), records: part.facts?.records ?? 0, bytes: part.size };
    });
    const written = this.#parts.newest(MOST_TOLD).map(({ place, facts: { records }, size }) => {
      return { name: name(place), records, bytes: size };
    });
    return [...waiting, ...written].slice(-MOST_TOLD);
  }

  /**
   * Takes the folder for this run, and finishes what earlier ones have left.
   *
   * @throws {SinkError} when another run has it, or the system refuses
   */
  async open(): Promise<void> {
    try {
      const watcher = this.#folderWatcher();
      const { taken, left } = await TakenFolder.take(this.#account.path, this.#options, this.#notices, watcher);
      this.#taken = taken;
      this.#sealedParts.push(...left.gone);
      for (const part of left.finished) taken.sealer.add(part);
      for (const part of left.goingOn) this.#parts.take(part);
      this.#armIfChanged();
    } catch (cause) {
      throw cause instanceof SinkError
        ? cause
        : this.#account.failure('open', 'Nothing was written.', cause, this.#folder);
    }
  }

  /**
   * Stores a page, and acknowledges it.
   *
   * @throws {SinkError} when the system refuses
   */
  store(page: Page): Promise<void> {
    return this.#next(async () => {
      await this.#taken!.sealer.room();
      this.#hasFailed = true;
      await this.#parts.store(page, this.#taken!.names);
      this.#hasFailed = false;
      this.#timer.heard();
      void this.#watch.look();
      this.#account.pages += 1;
      this.#bytes += page.bytes.length;
      const latest = page.receivedAt(page.length - 1);
      page.acknowledge(this.#position(page.isAwaited));
      // What is sealed is acknowledged before.
      this.#parts.finishUntil(latest);
      this.#armIfChanged();
      await this.#sealFinished();
    });
  }

  /** Finishes all files, and resolves when that is done. What comes goes to new ones. */
  async roll(): Promise<void> {
    await this.#next(async () => {
      this.#parts.finishUntil(Number.POSITIVE_INFINITY);
      this.#armIfChanged();
      await this.#sealFinished();
    });
    await this.#taken?.sealer.settle();
  }

  /**
   * Finishes what is to be finished at the end of a run, and lets others have the folder. With a state, files whose time is not over
   * stay as they are, for the next run. To be called once.
   */
  async end(): Promise<void> {
    this.#isEnding = true;
    try {
      await this.#next(async () => {
        this.#timer.stop();
        if (this.#taken === undefined) return;
        await this.#finishAtEnd();
        this.#isSealing = true;
        await Promise.race([this.#taken.sealer.settle(), this.#gaveUp]);
      });
    } catch (cause) {
      throw cause instanceof SinkError ? cause : this.#account.failure('finish', this.#account.storedText, cause);
    } finally {
      await this.#taken?.release(this.#gaveUp);
    }
  }

  /**
   * Nobody waits any longer: for room on the disk, or until what is finished is sealed, which the next run does. Returns whether what is
   * under way comes to its end by that.
   */
  giveUp(): boolean {
    const isWaiting = this.#patience.isWaiting || this.#fullDisk?.isFull === true;
    this.#patience.end();
    void this.#taken?.sealer.close();
    this.#options.clock.setTimeout(this.#onGaveUp, GRACE_MS);
    return isWaiting || this.#isSealing;
  }

  #folderWatcher(): FolderWatcher {
    const { state } = this.#options;
    return {
      beforeSeal: async () => state?.flush(),
      waitForRoom: async (cause) => (await this.#sealingFullDisk?.wait(cause)) ?? false,
      onSealed: (part, sealed) => {
        this.#sealingFullDisk?.hasRoom();
        this.#sealedParts.push(part.path);
        this.#onSealed(sealed);
      },
      onCarriedOut: (sealed) => this.#onSealed(sealed),
      onRemoved: (removed) => this.#notices.removed(this.#shown(removed.path), removed),
      onEmpty: (part) => void this.#sealedParts.push(part.path),
      onGone: (part) => this.#onGone(part),
      onFailed: (part, cause) => {
        const isSafe = `${this.#account.storedText} What that file holds is safe in it.`;
        this.#watcher.onFailed(this.#account.failure('finish', isSafe, cause, part.path));
      },
      onLost: (cause) => {
        const { storedText } = this.#account;
        this.#watcher.onFailed(this.#account.failure('go on in', storedText, cause, this.#folder));
      },
    };
  }

  /** What is stored of a page that failed is not acknowledged: with a state, the next run takes it out, and so nothing is sealed. */
  async #finishAtEnd(): Promise<void> {
    const { state, clock } = this.#options;
    if (state === undefined) this.#parts.finishUntil(Number.POSITIVE_INFINITY);
    else if (!this.#hasFailed) this.#parts.finishUntil(clock.now());
    if (state === undefined || !this.#hasFailed) await this.#sealFinished();
    for (const { place, facts } of await this.#parts.closeAll())
      this.#notices.staysOpen(this.#shown(place.name + PART_SUFFIX), facts.records);
  }

  /** Hands what is finished to the sealer. */
  async #sealFinished(): Promise<void> {
    for (const { place, size, facts } of await this.#parts.takeFinished())
      this.#taken!.sealer.add({ name: place.name, path: place.path, size, facts });
  }

  /** Where the newest page is, and which parts are none any more. */
  #position(isAwaited: boolean): SinkPosition {
    const files = this.#parts.takePositions(isAwaited);
    const sealed = this.#sealedParts;
    this.#sealedParts = [];
    return isAwaited ? { files, ...(sealed.length > 0 && { sealed }) } : {};
  }

  #armIfChanged(): void {
    if (this.#parts.until !== this.#armedFor) this.#arm();
  }

  #arm(): void {
    if (this.#isEnding) return;
    this.#armedFor = this.#parts.until;
    this.#timer.set(this.#armedFor);
  }

  /** The time of a part is over, and nothing comes any more. */
  #onQuiet(): void {
    const work = this.#next(async () => {
      if (this.#timer.isQuiet) this.#parts.finishUntil(this.#options.clock.now());
      await this.#sealFinished();
      this.#arm();
    });
    work.catch((error: Error) => this.#watcher.onFailed(error));
  }

  /** After what was begun before. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => {});
    return next;
  }

  #onSurplus(): void {
    if (this.#isToldOfMany) return;
    this.#isToldOfMany = true;
    this.#notices.tooMany(this.#account.path);
  }

  #onSealed(sealed: SealedFile): void {
    const path = this.#shown(sealed.path);
    this.#sealed += 1;
    this.#newest = path;
    this.#notices.rolled(path, sealed);
    this.#watcher.onSealed(path, sealed);
  }

  #onGone(part: FinishedPart): void {
    const records = part.facts?.records ?? 0;
    this.#sealedParts.push(part.path);
    if (part.isOld !== true) this.#account.gone += records;
    this.#notices.gone(part.path, records);
    if (this.#options.onMissing !== 'fail') return;
    const message =
      `Cannot finish ${part.path}: it was deleted or renamed while it was written to, and \`on_missing\` is \`fail\`. ` +
      `${this.#account.storedText} Find out who does that, or set \`on_missing: create\`.`;
    this.#watcher.onFailed(new SinkError(message, { target: part.path, recordsWritten: this.#account.kept }));
  }

  /** As it was given, from the folder on. */
  #shown(name: string): string {
    return join(this.#folder, name);
  }
}

/** What is under way may take so long when nobody waits any longer. */
const GRACE_MS = 1_000;
/** Of so many files it is told how large they are. */
const MOST_TOLD = 50;
