import { rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isDiskFull } from '../../internal/disk-full.js';
import { syncFile } from '../../internal/force-to-disk.js';
import { ifThere } from '../../internal/if-there.js';
import type { SealedFile } from '../../manifest/manifest-entry.js';
import type { Squeezing } from '../file/encodings.js';
import { factsOfText } from './facts-of-text.js';
import type { FileFacts } from './file-facts.js';
import type { FileNames } from './file-names.js';
import type { Keeper } from './keeper.js';
import { carryOut, type IntentPlace, SEALING_SUFFIX, type SealIntent, writeIntents } from './seal-intent.js';
import { SealWorker } from './seal-worker.js';

/** A part that nothing more goes to. */
export interface FinishedPart {
  /** What it is to be called, from the folder of all files on. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** What is known of its lines; where it is `undefined`, they are counted. */
  readonly facts: FileFacts | undefined;
  /** Whether a run before this one left it: nobody waits for it to be sealed. */
  readonly isOld?: boolean;
}

/** Who is told what becomes of parts. */
export interface SealWatcher {
  /** Waits until nothing about the part may be lost that was said of it. */
  readonly beforeSeal: () => Promise<void>;
  /** The disk is full. Returns whether it is worth to try again. */
  readonly waitForRoom: (cause: unknown) => Promise<boolean>;
  readonly onSealed: (part: FinishedPart, sealed: SealedFile) => void;
  /** There was nothing in it, so it was removed. */
  readonly onEmpty: (part: FinishedPart) => void;
  /** It is not there any more. */
  readonly onGone: (part: FinishedPart) => void;
  /** The system refuses. The part is as it was, and nothing further is sealed. */
  readonly onFailed: (part: FinishedPart, cause: unknown) => void;
}

/**
 * Makes finished files of parts, in the order in which they come: compressed and hashed in a thread, forced to the disk, renamed, the folder forced to
 * the disk, a line in the manifest; in this order, so that whatever is under its name is whole.
 */
export class Sealer {
  readonly #place: IntentPlace;
  readonly #folder: string;
  readonly #squeezing: Squeezing;
  readonly #names: FileNames;
  readonly #keeper: Keeper;
  readonly #watcher: SealWatcher;
  readonly #worker = new SealWorker();
  readonly #waiting: FinishedPart[] = [];
  /** Those of them that may have their names already: the disk was full in between, and what is left is done when it has room. */
  #begun: readonly Sealing[] = [];
  #working: Promise<void> | undefined;
  #isOver = false;
  #onRoom: (() => void)[] = [];

  constructor(
    place: IntentPlace,
    parts: Squeezing & { readonly names: FileNames; readonly keeper: Keeper },
    watcher: SealWatcher,
  ) {
    this.#place = place;
    this.#folder = place.folder;
    this.#squeezing = parts;
    this.#names = parts.names;
    this.#keeper = parts.keeper;
    this.#watcher = watcher;
  }

  /** Parts that wait, and the one at hand. */
  get waiting(): readonly FinishedPart[] {
    return this.#waiting;
  }

  add(part: FinishedPart): void {
    this.#waiting.push(part);
    this.#goOn();
  }

  /** Waits until so few parts of this run wait that more may. */
  async room(): Promise<void> {
    while (this.#isFull) await new Promise<void>((resolve) => void this.#onRoom.push(resolve));
  }

  /** Waits until all that was added is sealed, or nothing further will be. */
  async settle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Seals nothing further: what waits stays as it is. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#tellRoom();
    await this.#worker.close();
    await this.settle();
  }

  get #isFull(): boolean {
    if (this.#waiting.length < FEW || this.#isOver) return false;
    const own = this.#waiting.filter(({ isOld }) => isOld !== true);
    return own.length >= MOST || (own.length >= FEW && own.reduce((sum, { size }) => sum + size, 0) >= MOST_BYTES);
  }

  #goOn(): void {
    if (this.#waiting.length === 0 || this.#isOver) return;
    this.#working ??= this.#sealAll().finally(() => {
      this.#working = undefined;
      this.#tellRoom();
      this.#goOn();
    });
  }

  async #sealAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isOver) {
      const parts = this.#firstFew();
      try {
        await this.#seal(parts);
        await this.#keeper.apply();
      } catch (cause) {
        if (isDiskFull(cause) && !this.#isOver && (await this.#watcher.waitForRoom(cause))) continue;
        const isLeft = this.#isOver;
        this.#isOver = true;
        if (!isLeft) this.#watcher.onFailed(parts[0]!, cause);
        return;
      }
      this.#tellRoom();
    }
  }

  /** Parts that are sealed together, so that the disk is waited for once: what it has to do for many takes little more than for one. */
  #firstFew(): readonly FinishedPart[] {
    let bytes = 0;
    const count = this.#waiting.findIndex(({ size }, index) => {
      bytes += size;
      return index >= MOST_TOGETHER || (index > 0 && bytes > MOST_BYTES_TOGETHER);
    });
    return this.#waiting.slice(0, count < 0 ? this.#waiting.length : count);
  }

  async #seal(parts: readonly FinishedPart[]): Promise<void> {
    if (this.#begun.length === 0) this.#begun = await this.#prepared(parts);
    const sealing = this.#begun;
    if (sealing.length === 0) return;
    const intents = sealing.map(({ intent }) => intent);
    const done = await carryOut(this.#place, intents);
    this.#begun = [];
    if (done.length < intents.length) {
      throw Object.assign(new Error('somebody else is writing there'), { code: 'CHANGING' });
    }
    for (const { part, intent } of sealing) {
      this.#drop(part);
      this.#keeper.note(intent.sealed);
      this.#watcher.onSealed(part, intent.sealed);
    }
  }

  /** All of them that are to be sealed: their bytes, and what is about to happen to them, are on the disk. */
  async #prepared(parts: readonly FinishedPart[]): Promise<readonly Sealing[]> {
    const there: FinishedPart[] = [];
    for (const part of parts) if (await this.#isToSeal(part)) there.push(part);
    if (there.length === 0) return [];
    await this.#watcher.beforeSeal();
    const sealing: Sealing[] = [];
    for (const part of there) sealing.push({ part, intent: await this.#squeeze(part, sealing) });
    await Promise.all(sealing.map(({ intent }) => syncFile(join(this.#folder, intent.source))));
    const intents = sealing.map(({ intent }) => intent);
    await writeIntents(this.#place.intentPath, intents);
    return sealing;
  }

  async #isToSeal(part: FinishedPart): Promise<boolean> {
    const found = await ifThere(stat(part.path));
    if (found !== undefined && found.size > 0) return true;
    if (found !== undefined) await rm(part.path);
    this.#drop(part);
    if (found === undefined) this.#watcher.onGone(part);
    else this.#watcher.onEmpty(part);
    return false;
  }

  #drop(part: FinishedPart): void {
    this.#waiting.splice(this.#waiting.indexOf(part), 1);
  }

  /** What a part is to become, and where its bytes lie by now. @param others that are sealed with it */
  async #squeeze(part: FinishedPart, others: readonly Sealing[]): Promise<SealIntent> {
    const { compression, level } = this.#squeezing;
    const { path } = part;
    const to = compression === 'none' ? path : `${path}${SEALING_SUFFIX}`;
    const { bytes, sha256 } = await this.#worker.run({ from: path, to, compression, level });
    const taken = new Set(others.map(({ intent }) => intent.sealed.path));
    const name = await this.#names.freeFor(part, taken);
    const facts = part.facts ?? (await factsOfText(path));
    const sealed: SealedFile = { event: 'sealed', path: name, bytes, sha256, ...facts };
    return { source: this.#inFolder(to), part: this.#inFolder(path), sealed };
  }

  #inFolder(path: string): string {
    // With a state, one is known by its whole path, whatever the folder is called.
    return relative(this.#folder, path).split(sep).join('/');
  }

  #tellRoom(): void {
    const waiting = this.#onRoom;
    this.#onRoom = [];
    for (const onRoom of waiting) onRoom();
  }
}

/** A part, and what is about to happen to it. */
interface Sealing {
  readonly part: FinishedPart;
  readonly intent: SealIntent;
}

/** Of parts of this run: so many may wait, and so few, however large they are. */
const MOST = 1_000;
const FEW = 8;
const MOST_BYTES = 1024 ** 3;
/** So many are sealed together, unless they are large. */
const MOST_TOGETHER = 64;
const MOST_BYTES_TOGETHER = 64 * 1024 ** 2;
