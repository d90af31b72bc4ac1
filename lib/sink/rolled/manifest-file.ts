import { type FileHandle, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../internal/force-to-disk.js';
import { MANIFEST_NAME, type Manifest, readManifest } from '../../manifest/manifest.js';
import type { ManifestEntry } from '../../manifest/manifest-entry.js';
import { encodeLine, hashOfLine } from '../../manifest/manifest-line.js';
import { TornFile } from '../file/set-aside.js';
import type { RolledNotices } from './rolled-notices.js';

/** The manifest of a folder, that gets a line for each file that is finished. */
export class ManifestFile {
  readonly #handle: FileHandle;
  #length: number;
  #previous: string | null;
  /** Whether there may be lines behind that which could not be taken back. */
  #isLonger = false;

  private constructor(handle: FileHandle, { length, previous }: Manifest) {
    this.#handle = handle;
    this.#length = length;
    this.#previous = previous;
  }

  /** Opens the manifest of a folder, or begins one. A line that is torn is taken out of it; damage stays, and is told. */
  static async open(
    folder: string,
    notices: RolledNotices,
  ): Promise<{ readonly file: ManifestFile; readonly content: Manifest }> {
    const path = join(folder, MANIFEST_NAME);
    const handle = await open(path, 'a');
    try {
      const content = readManifest(await readFile(path));
      if (content.torn !== undefined) {
        const aside = new TornFile(path);
        await aside.keepRange(path, content.length, content.length + content.torn.bytes);
        await truncate(path, content.length);
        notices.manifestTorn(path, content.torn.bytes, aside.path);
      }
      if (content.damage.length > 0) notices.manifestDamaged(path, content.damage);
      if (content.length === 0) await syncFolder(folder);
      return { file: new ManifestFile(handle, content), content };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Adds lines. Resolves when the disk has them. */
  async append(entries: readonly ManifestEntry[]): Promise<void> {
    if (entries.length === 0) return;
    let previous = this.#previous;
    const lines = entries.map((entry) => {
      const line = encodeLine(entry, previous);
      previous = hashOfLine(line.subarray(0, -1));
      return line;
    });
    const bytes = Buffer.concat(lines);
    await this.#takeBack();
    this.#isLonger = true;
    try {
      await this.#handle.appendFile(bytes);
      await this.#handle.sync();
      this.#isLonger = false;
    } catch (error) {
      await this.#takeBack().catch(() => {});
      throw error;
    }
    this.#length += bytes.length;
    this.#previous = previous;
  }

  /** What was written of lines that failed would be in the way of the next ones. */
  async #takeBack(): Promise<void> {
    if (!this.#isLonger) return;
    await this.#handle.truncate(this.#length);
    this.#isLonger = false;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
