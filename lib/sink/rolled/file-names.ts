import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere } from '../../internal/if-there.js';
import type { ManifestEntry } from '../../manifest/manifest-entry.js';
import { PART_SUFFIX } from './part-file.js';
import type { PathTemplate } from './path-template.js';

/** Which names are taken in a folder: by files that are there, and by those that the manifest tells of, though they were removed since. */
export class FileNames {
  readonly #folder: string;
  readonly #template: PathTemplate;
  /** The highest number that was given, by the name without it; of the newest ones. */
  readonly #numbers = new Map<string, number>();

  constructor(folder: string, template: PathTemplate) {
    this.#folder = folder;
    this.#template = template;
  }

  /** The manifest tells of this file. */
  note({ path }: Pick<ManifestEntry, 'path'>): void {
    const number = this.#template.numberOf(path);
    if (number !== undefined) this.#take(this.#template.baseOf(path), number);
  }

  /** A name for a new file of records of this time, and with these fields. */
  async next(time: number, names: readonly string[]): Promise<string> {
    const base = this.#template.nameOf(time, names, 0);
    for (let number = (this.#numbers.get(base) ?? -1) + 1; ; number++) {
      const name = this.#template.nameOf(time, names, number);
      if (await this.#isTaken(name, true)) continue;
      this.#take(base, number);
      return name;
    }
  }

  /**
   * The name that a part was to have, or the next one where somebody has made such a file meanwhile.
   *
   * @param taken by files that are not there yet
   */
  async freeFor({ name }: { readonly name: string }, taken: ReadonlySet<string>): Promise<string> {
    let free = name;
    for (
      let number = this.#template.numberOf(name) ?? 0;
      taken.has(free) || (await this.#isTaken(free, free !== name));
    ) {
      number += 1;
      free = this.#template.withNumber(name, number);
    }
    if (free !== name) this.note({ path: free });
    return free;
  }

  async #isTaken(name: string, isNew: boolean): Promise<boolean> {
    const path = join(this.#folder, name);
    if ((await ifThere(stat(path))) !== undefined) return true;
    return isNew && (await ifThere(stat(path + PART_SUFFIX))) !== undefined;
  }

  #take(base: string, number: number): void {
    const before = this.#numbers.get(base) ?? -1;
    // The newest names are the last ones.
    this.#numbers.delete(base);
    this.#numbers.set(base, Math.max(before, number));
    if (this.#numbers.size > MOST_NAMES) this.#numbers.delete(this.#numbers.keys().next().value!);
  }
}

const MOST_NAMES = 100_000;
