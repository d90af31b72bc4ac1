import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WriteMode } from './write-mode.js';

/** A file that grows at its end, and from which an end that was written in part can be cut off again. */
export class OutputFile {
  readonly #handle: FileHandle;
  /** Devices and pipes have no size, cannot be cut and take no fsync. */
  readonly #isRegular: boolean;
  readonly #startSize: number;
  readonly #mode = new WriteMode();
  #size: number;

  private constructor(handle: FileHandle, isRegular: boolean, size: number) {
    this.#handle = handle;
    this.#isRegular = isRegular;
    this.#startSize = size;
    this.#size = size;
  }

  /** Creates the file and the folders that it lies in; empties it, or with `append` writes behind what it holds. */
  static async open(path: string, append: boolean): Promise<OutputFile> {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, append ? 'a' : 'w');
    try {
      const stats = await handle.stat();
      return new OutputFile(handle, stats.isFile(), stats.isFile() ? stats.size : 0);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes in the file, as far as they come from here or were there at the start. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that were added since it was opened. */
  get added(): number {
    return this.#size - this.#startSize;
  }

  /** Writes all of `bytes`. When it fails, {@link size} counts those that went in before. */
  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const bytesWritten = await this.#writeSome(bytes, at, Math.min(bytes.length - at, LARGEST_WRITE));
      if (bytesWritten === 0) throw Object.assign(new Error('the system took no bytes'), { code: 'EIO' });
      at += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  #writeSome(bytes: Buffer, at: number, length: number): number | Promise<number> {
    // A pipe or a device can hold a writer for ever, so those are left to threads. They have no positions either; files
    // have: after cutBack() that of the handle would leave a hole.
    if (!this.#isRegular || this.#mode.nextIsByThread()) {
      const position = this.#isRegular ? this.#size : null;
      return this.#handle.write(bytes, at, length, position).then((result) => result.bytesWritten);
    }
    const startedAt = performance.now();
    const bytesWritten = writeSync(this.#handle.fd, bytes, at, length, this.#size);
    this.#mode.took(performance.now() - startedAt);
    return bytesWritten;
  }

  /**
   * Makes the file end at `size`. Returns whether it does: not when something went to a device or a pipe, when somebody
   * else has written to the file meanwhile, or when the system refuses.
   */
  async cutBack(size: number): Promise<boolean> {
    if (!this.#isRegular) return size === this.#size;
    try {
      const found = await this.#handle.stat();
      if (found.size !== this.#size) return false;
      if (found.size > size) await this.#handle.truncate(size);
      this.#size = size;
      return true;
    } catch {
      return false;
    }
  }

  /** Waits until the disk has it all. */
  async sync(): Promise<void> {
    if (this.#isRegular) await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Node takes no more than 2 GiB at a time. */
const LARGEST_WRITE = 2 ** 30;
