import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, open, realpath, rename, stat, truncate, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/**
 * Renames a file that nobody can go on in to `NAME.bad`, `NAME.bad.1` and so on: the first name that is free. Returns the
 * new name. Behind a symbolic link it is what the link leads to.
 */
export async function setAside(path: string): Promise<string> {
  const file = await realpath(path);
  const name = await freeName(file);
  await rename(file, name);
  return name;
}

/** The first of the names `NAME.bad`, `NAME.bad.1` and so on that is free: by now there is an empty file. */
export async function freeName(file: string): Promise<string> {
  for (let n = 0; ; n++) {
    const name = n === 0 ? `${file}.bad` : `${file}.bad.${n}`;
    try {
      // Taken first: a rename would overwrite what is there.
      await (await open(name, 'wx')).close();
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** The file beside another one that keeps what was cut off it: each piece on lines of its own. */
export class TornFile {
  readonly path: string;
  #sizeBefore = 0;

  constructor(path: string) {
    this.path = `${path}.torn`;
  }

  /** Adds bytes. */
  async keep(bytes: Buffer): Promise<void> {
    this.#sizeBefore = await stat(this.path).then(
      ({ size }) => size,
      () => 0,
    );
    await appendFile(this.path, bytes);
    await this.#endLine();
  }

  /** Adds a part of a file, however long. */
  async keepRange(path: string, from: number, to: number): Promise<void> {
    await pipeline(createReadStream(path, { start: from, end: to - 1 }), createWriteStream(this.path, { flags: 'a' }));
    await this.#endLine();
  }

  /** Takes back what {@link keep} added last. */
  async undo(): Promise<void> {
    if (this.#sizeBefore === 0) await unlink(this.path);
    else await truncate(this.path, this.#sizeBefore);
  }

  async #endLine(): Promise<void> {
    await appendFile(this.path, '\n');
  }
}
