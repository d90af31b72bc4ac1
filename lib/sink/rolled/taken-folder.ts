import { join } from 'node:path';
import { SinkError } from '../../errors.js';
import { type FolderLock, lockFolder } from '../../internal/folder-lock.js';
import { makeFolder } from '../../internal/make-folder.js';
import { filesIn, OWN_FOLDER } from '../../manifest/manifest.js';
import type { RemovedFile, SealedFile } from '../../manifest/manifest-entry.js';
import { FileNames } from './file-names.js';
import { Keeper } from './keeper.js';
import { type LeftParts, leftParts } from './left-parts.js';
import { ManifestFile } from './manifest-file.js';
import type { RolledNotices } from './rolled-notices.js';
import type { ResolvedRolledOptions } from './rolled-options.js';
import { carryOut, type IntentPlace, readIntents, removeIfDone } from './seal-intent.js';
import { Sealer, type SealWatcher } from './sealer.js';

/** Who is told what becomes of a {@link TakenFolder}, and of the parts that are sealed in it. */
export interface FolderWatcher extends SealWatcher {
  /** A run before this one was about to seal it. */
  readonly onCarriedOut: (sealed: SealedFile) => void;
  readonly onRemoved: (removed: RemovedFile) => void;
  /** The lock is lost: nothing further is sealed. */
  readonly onLost: (cause: Error) => void;
}

/** The folder of rolled files while it is this run's: its lock, its manifest, what is sealed there, and which names are taken. */
export class TakenFolder {
  readonly names: FileNames;
  readonly sealer: Sealer;
  readonly #lock: FolderLock;
  readonly #manifest: ManifestFile;
  readonly #intentPath: string;

  private constructor(lock: FolderLock, { manifest, intentPath }: IntentPlace, names: FileNames, sealer: Sealer) {
    this.#lock = lock;
    this.#manifest = manifest;
    this.#intentPath = intentPath;
    this.names = names;
    this.sealer = sealer;
  }

  /**
   * Takes the folder, creates it where it is not there, and does the rest of what a run before this one was about to do.
   *
   * @param path as it was given
   * @throws {SinkError} when another run has it; and the system's error
   */
  static async take(
    path: string,
    options: ResolvedRolledOptions,
    notices: RolledNotices,
    watcher: FolderWatcher,
  ): Promise<{ readonly taken: TakenFolder; readonly left: LeftParts }> {
    const { template, clock } = options;
    const { folder } = template;
    const own = join(folder, OWN_FOLDER);
    await makeFolder(own);
    let sealer: Sealer | undefined;
    const lock = await lockFolder(own, {
      clock,
      onLost: (cause) => {
        // It may be another one's by now: what is not sealed is.
        void sealer?.close();
        watcher.onLost(cause);
      },
      heldBy: (who) => heldBy(path, folder, who),
    });
    let manifest: ManifestFile | undefined;
    try {
      const { file, content } = await ManifestFile.open(folder, notices);
      manifest = file;
      const names = new FileNames(folder, template);
      for (const { entry } of content.entries) names.note(entry);
      const keep = { folder, keep: options.keep ?? {}, clock };
      const keeper = new Keeper(keep, manifest, content, watcher.onRemoved);
      const listed = new Map(filesIn(content));
      const place = { folder, intentPath: join(own, INTENT_NAME), manifest };
      for (const sealed of await carryOutLeft(place, listed)) {
        names.note(sealed);
        keeper.note(sealed);
        watcher.onCarriedOut(sealed);
      }
      await keeper.removeLeft(content);
      await keeper.apply();
      const { compression, compressionLevel: level, state } = options;
      sealer = new Sealer(place, { compression, level, names, keeper }, watcher);
      const left = await leftParts(folder, template, state, (name) => listed.has(name), notices);
      // What this run begins is numbered behind all that is left, also where a name before that comes free: by their numbers they are in order.
      const others = [...left.finished.filter(({ size }) => size > 0), ...left.goingOn.map((part) => part.place)];
      for (const { name } of others) names.note({ path: name });
      return { taken: new TakenFolder(lock, place, names, sealer), left };
    } catch (error) {
      await manifest?.close().catch(() => {});
      await lock.unlock();
      throw error;
    }
  }

  /**
   * Seals nothing further, and lets others have the folder.
   *
   * @param late resolves when nobody waits any longer for what is under way
   */
  async release(late: Promise<void>): Promise<void> {
    const isClosed = await Promise.race([this.sealer.close().then(() => true), late.then(() => false)]);
    if (isClosed) {
      await this.#manifest.close().catch(() => {});
      await removeIfDone(this.#intentPath).catch(() => {});
    }
    await this.#lock.unlock();
  }
}

/** Does the rest of what a run was about to do to parts when it died. Returns what the manifest has a line of now, and had none; it is listed, too. */
async function carryOutLeft(place: IntentPlace, listed: Map<string, SealedFile>): Promise<readonly SealedFile[]> {
  const intents = await readIntents(place.intentPath);
  const isListed = ({ path, sha256 }: SealedFile): boolean => listed.get(path)?.sha256 === sha256;
  const done = await carryOut(place, intents, isListed);
  const added = done.map(({ sealed }) => sealed).filter((sealed) => !isListed(sealed));
  for (const sealed of added) listed.set(sealed.path, sealed);
  return added;
}

function heldBy(path: string, folder: string, who: string): SinkError {
  return new SinkError(
    `Cannot write to ${path}: ${who} is writing files in ${folder}. End that run first, or give this one a folder of its own.`,
    { target: path, recordsWritten: 0 },
  );
}

/** In the folder that is of use to spillway alone. */
const INTENT_NAME = 'sealing.json';
