import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolPlace } from '../batch/spool-place.js';
import { syncFile, syncFolder } from '../internal/force-to-disk.js';
import { ifThere } from '../internal/if-there.js';

/**
 * What a spool is called, so that who knows another one does not take it for this.
 *
 * A run that begins without knowing how far its pages are stored gives it another name. When the machine died, some that were stored may be
 * gone, and their numbers are used again: a place under the name before says nothing of these pages.
 */
export class SpoolNames {
  readonly #folder: string;
  #names: readonly SpoolName[];

  private constructor(folder: string, names: readonly SpoolName[]) {
    this.#folder = folder;
    this.#names = names;
  }

  /** Those of the spool in a folder. One is made when there is none. */
  static async of(folder: string): Promise<SpoolNames> {
    const known = await SpoolNames.known(folder);
    if (known !== undefined) return known;
    const made = new SpoolNames(folder, []);
    await made.#write([nameFrom(1, false)]);
    return made;
  }

  /** The same; `undefined` when none can be read. */
  static async known(folder: string): Promise<SpoolNames | undefined> {
    const text = (await ifThere(readFile(join(folder, SPOOL_ID_NAME), 'utf8'))) ?? '';
    const lines = text.split('\n').map((line) => /^([0-9a-f]{16})(?: (\d+)( new)?)?$/.exec(line.trim()));
    const names = lines.flatMap((found) =>
      found === null ? [] : [{ id: found[1]!, from: Number(found[2] ?? 1), isNew: found[3] !== undefined }],
    );
    return names.length === 0 ? undefined : new SpoolNames(folder, names);
  }

  /** What it is called now. */
  get id(): string {
    return this.#names.at(-1)!.id;
  }

  /** The number of the page at this place; `undefined` when that is in another spool. */
  pageAt(place: SpoolPlace | undefined): number | undefined {
    const index = this.#names.findIndex(({ id }) => id === place?.id);
    if (index === -1) return undefined;
    const { from } = this.#names[index + 1] ?? { from: Number.POSITIVE_INFINITY };
    return Math.min(place!.page, from - 1);
  }

  /**
   * From the page of this number on it is called otherwise, on the disk, unless nobody knows its newest name yet.
   *
   * @param first the number of the oldest page that is there
   */
  async renew(from: number, first: number): Promise<void> {
    if (from === 1 || this.#names.at(-1)!.isNew) return;
    const names = [...this.#names, nameFrom(from, true)];
    // Of what is told by the others nothing is left.
    await this.#write(names.filter((_, index) => (names[index + 1]?.from ?? from) >= first));
  }

  /** Others get to know what it is called. */
  async use(): Promise<void> {
    if (this.#names.at(-1)!.isNew) await this.#write(this.#names.map((name) => ({ ...name, isNew: false })));
  }

  async #write(names: readonly SpoolName[]): Promise<void> {
    const path = join(this.#folder, SPOOL_ID_NAME);
    const lines = names.map(({ id, from, isNew }) => (from === 1 ? id : `${id} ${from}${isNew ? ' new' : ''}`));
    await writeFile(`${path}.new`, `${lines.join('\n')}\n`);
    await syncFile(`${path}.new`);
    await rename(`${path}.new`, path);
    await syncFolder(this.#folder);
    this.#names = names;
  }
}

/** The file that they are in. */
export const SPOOL_ID_NAME = 'id';

interface SpoolName {
  readonly id: string;
  /** The number of the first page that may be told by it. */
  readonly from: number;
  /** Whether nobody was told it yet. */
  readonly isNew: boolean;
}

function nameFrom(from: number, isNew: boolean): SpoolName {
  return { id: randomBytes(8).toString('hex'), from, isNew };
}
