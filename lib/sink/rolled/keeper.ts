import { rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Clock } from '../../internal/clock.js';
import type { KeepOptions } from '../../internal/roll-options.js';
import { filesIn, type Manifest } from '../../manifest/manifest.js';
import type { KeepLimit, RemovedFile, SealedFile } from '../../manifest/manifest-entry.js';
import type { ManifestFile } from './manifest-file.js';

/**
 * Removes the oldest finished files when there is more than is to be kept. The manifest has its line first: so a run that dies in
 * between leaves a file that nobody asks for, and not one that is missed.
 */
export class Keeper {
  readonly #folder: string;
  readonly #keep: KeepOptions;
  readonly #clock: Clock;
  readonly #manifest: ManifestFile;
  readonly #onRemoved: (removed: RemovedFile) => void;
  /** Files that are there, in the order in which they were finished; none are known where all are kept. */
  readonly #files: Map<string, SealedFile>;
  #bytes: number;

  constructor(
    options: { readonly folder: string; readonly keep: KeepOptions; readonly clock: Clock },
    manifest: ManifestFile,
    content: Manifest,
    onRemoved: (removed: RemovedFile) => void,
  ) {
    this.#folder = options.folder;
    this.#keep = options.keep;
    this.#clock = options.clock;
    this.#manifest = manifest;
    this.#onRemoved = onRemoved;
    this.#files = new Map(this.#hasLimits ? filesIn(content) : []);
    this.#bytes = [...this.#files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** A file is finished. */
  note(file: SealedFile): void {
    if (!this.#hasLimits) return;
    this.#files.set(file.path, file);
    this.#bytes += file.bytes;
  }

  /** Removes what an earlier run has said to have removed, and died. */
  async removeLeft({ entries }: Manifest): Promise<void> {
    for (let at = entries.length - 1; at >= 0; at--) {
      const { entry } = entries[at]!;
      if (entry.event !== 'removed') return;
      await this.#remove(entry.path);
    }
  }

  /** Removes what is too much. */
  async apply(): Promise<void> {
    for (;;) {
      const [oldest] = this.#files.values();
      const limit = oldest && this.#limit();
      if (oldest === undefined || limit === undefined) return;
      const removed: RemovedFile = { event: 'removed', path: oldest.path, at: this.#clock.now(), limit };
      await this.#manifest.append([removed]);
      this.#files.delete(oldest.path);
      this.#bytes -= oldest.bytes;
      await this.#remove(oldest.path);
      this.#onRemoved(removed);
    }
  }

  get #hasLimits(): boolean {
    const { bytes, ageMs, files } = this.#keep;
    return bytes !== undefined || ageMs !== undefined || files !== undefined;
  }

  /** Which limit asks for the oldest file to be removed. */
  #limit(): KeepLimit | undefined {
    const { bytes = Number.POSITIVE_INFINITY, ageMs, files = Number.POSITIVE_INFINITY } = this.#keep;
    if (this.#files.size > files) return 'files';
    if (this.#bytes > bytes) return 'bytes';
    return ageMs !== undefined && this.#oldestEnd() < this.#clock.now() - ageMs ? 'age' : undefined;
  }

  /** When the last record of the oldest file came, at the latest: of one that was left by a run, the files that were finished behind it know. */
  #oldestEnd(): number {
    for (const { lastReceivedAt } of this.#files.values()) if (lastReceivedAt !== undefined) return lastReceivedAt;
    return Number.POSITIVE_INFINITY;
  }

  async #remove(name: string): Promise<void> {
    const path = join(this.#folder, name);
    await rm(path, { force: true });
    // Folders that nothing is left in, too.
    for (let folder = dirname(path); relative(this.#folder, folder) !== ''; folder = dirname(folder)) {
      const isEmpty = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!isEmpty) return;
    }
  }
}
