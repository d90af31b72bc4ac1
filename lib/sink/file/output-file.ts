import { constants, openSync, type Stats, writeSync } from 'node:fs';
import { type FileHandle, open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { isDiskFull } from '../../internal/disk-full.js';
import { makeFolder } from '../../internal/make-folder.js';
import type { PageText } from '../page-text.js';
import { type FilePlace, placeOf } from './file-place.js';
import { mayHang } from './file-system.js';
import type { FullDisk } from './full-disk.js';
import type { Patience } from './patience.js';
import { PipeWriter } from './pipe-writer.js';
import { WriteMode } from './write-mode.js';

/**
 * A file that grows at its end, and from which an end that was written in part can be cut off again. It is opened for
 * appending, so that each write goes to where the file ends then: somebody who copies and empties it meanwhile, as
 * logrotate does with `copytruncate`, leaves no hole in it.
 *
 * Pipes and devices can hold a writer for ever, and with it a thread, without which the process cannot end. So they are
 * opened in such a way that they refuse what they cannot take now, and are asked again.
 */
export class OutputFile {
  /** Whether it was not there before. */
  readonly isNew: boolean;
  /** Devices and pipes have no size, cannot be cut and take no fsync. */
  readonly isRegular: boolean;
  /** When it was changed last before it was opened, in epoch milliseconds. */
  readonly modifiedAt: number;
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #patience: Patience;
  readonly #pipe: PipeWriter | undefined;
  readonly #mode: WriteMode;
  #size: number;
  #added = 0;
  /** What was added since {@link take}, where that is asked for. */
  #untaken: Untaken | undefined;

  readonly #fullDisk: FullDisk | undefined;

  private constructor(handle: FileHandle, path: string, patience: Patience, facts: FileFacts) {
    const { isNew, stats, mode, pipe, fullDisk } = facts;
    this.#fullDisk = fullDisk;
    this.#mode = mode;
    this.#handle = handle;
    this.#path = path;
    this.#patience = patience;
    this.#pipe = pipe;
    this.isNew = isNew;
    this.isRegular = stats.isFile();
    this.modifiedAt = stats.mtimeMs;
    this.#size = this.isRegular ? stats.size : 0;
  }

  /**
   * Opens the file, to write behind what it holds; creates it, and the folders that it lies in, if it is not there.
   *
   * @param fullDisk waits for room; without it, a write that the disk has no room for fails
   */
  static async open(path: string, patience: Patience, fullDisk?: FullDisk): Promise<OutputFile> {
    await makeFolder(dirname(path));
    const found = await stat(path).catch(() => undefined);
    const isSpecial = found !== undefined && !found.isFile() && !found.isDirectory();
    const handle = isSpecial ? await openSpecial(path, found, patience) : await open(path, 'a');
    try {
      const mode = new WriteMode(await mayHang(path));
      const stats = await handle.stat();
      const pipe = stats.isFIFO() ? new PipeWriter(openSync(path, PIPE_FLAGS)) : undefined;
      return new OutputFile(handle, path, patience, { isNew: found === undefined, stats, mode, pipe, fullDisk });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes in the file, as far as they come from here or were there at the start. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that were written and not cut back. */
  get added(): number {
    return this.#added;
  }

  /** From here on, {@link take} can say what was added. */
  track(): void {
    this.#untaken ??= { start: this.#size, crc: 0 };
  }

  /** What was added since {@link track}, or since this was asked last. */
  take(): { readonly start: number; readonly end: number; readonly crc32: number } {
    const { start, crc } = this.#untaken ?? NOTHING_ADDED;
    this.#untaken = { start: this.#size, crc: 0 };
    return { start, end: this.#size, crc32: crc };
  }

  /**
   * Writes all of `bytes`. When it fails, {@link size} counts those that went in before. While it waits for a disk to have room,
   * the file ends where it did.
   *
   * @param text whose bytes they are, which may know their CRC-32
   */
  async write(bytes: Buffer, text?: Pick<PageText, 'crc32'>): Promise<void> {
    const fullDisk = this.isRegular ? this.#fullDisk : undefined;
    if (fullDisk === undefined) return this.#writeAll(bytes, text);
    for (;;) {
      const size = this.#size;
      const crc = this.#untaken?.crc ?? 0;
      try {
        await this.#writeAll(bytes, text);
        return fullDisk.hasRoom();
      } catch (cause) {
        if (!isDiskFull(cause) || !(await this.cutBack(size))) throw cause;
        if (this.#untaken !== undefined && this.#size === size) this.#untaken.crc = crc;
        if (!(await fullDisk.wait(cause))) throw cause;
      }
    }
  }

  async #writeAll(bytes: Buffer, text: Pick<PageText, 'crc32'> | undefined): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const length = this.#pipe !== undefined ? pieceLength(bytes, at) : Math.min(bytes.length - at, LARGEST_WRITE);
      const bytesWritten = this.isRegular
        ? await this.#writeSome(bytes, at, length)
        : await this.#writeSpecial(bytes, at, length);
      if (bytesWritten === 0) throw Object.assign(new Error('the system took no bytes'), { code: 'EIO' });
      const untaken = this.#untaken;
      if (untaken !== undefined) {
        const isAll = bytesWritten === bytes.length && untaken.start === this.#size;
        const known = isAll ? text?.crc32?.() : undefined;
        untaken.crc = known ?? crc32(bytes.subarray(at, at + bytesWritten), untaken.crc);
      }
      at += bytesWritten;
      this.#size += bytesWritten;
      this.#added += bytesWritten;
    }
  }

  #writeSome(bytes: Buffer, at: number, length: number): number | Promise<number> {
    if (this.#mode.nextIsByThread()) return this.#writeByThread(bytes, at, length);
    const startedAt = performance.now();
    const bytesWritten = writeSync(this.#handle.fd, bytes, at, length);
    this.#mode.took(performance.now() - startedAt);
    return bytesWritten;
  }

  async #writeSpecial(bytes: Buffer, at: number, length: number): Promise<number> {
    const pipe = this.#pipe;
    if (pipe !== undefined) return this.#writeToPipe(pipe, bytes, at, length);
    for (let tries = 1; ; tries++) {
      try {
        // Not every device heeds that it is not to hold a writer.
        return await this.#writeByThread(bytes, at, length);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      await this.#patience.wait(tries);
    }
  }

  async #writeToPipe(pipe: PipeWriter, bytes: Buffer, at: number, length: number): Promise<number> {
    try {
      return writeSync(this.#handle.fd, bytes, at, length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    try {
      await this.#patience.during(pipe.write(bytes.subarray(at, at + length)));
      return length;
    } catch (error) {
      pipe.destroy();
      throw error;
    }
  }

  async #writeByThread(bytes: Buffer, at: number, length: number): Promise<number> {
    return (await this.#handle.write(bytes, at, length)).bytesWritten;
  }

  /** Takes out all that it held before. */
  async empty(): Promise<void> {
    await this.#setLength(0);
    this.#size = 0;
    this.#beginUntaken(0);
  }

  /**
   * Cuts the file at `length`.
   *
   * @throws an error with the code `CHANGING` when it is not as large as it was found before
   */
  async cutTo(length: number, sizeBefore: number): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size !== sizeBefore) throw Object.assign(new Error('somebody else is writing to it'), { code: 'CHANGING' });
    await this.#setLength(length);
    this.#size = length;
    this.#beginUntaken(length);
  }

  /**
   * Makes the file end at `size`, as {@link size} counted before the call. Returns whether it does: not when something
   * went to a device or a pipe, when somebody else has written to the file meanwhile, or when the system refuses.
   */
  async cutBack(size: number): Promise<boolean> {
    if (!this.isRegular) return size === this.#size;
    try {
      const length = Math.max(0, size - (await this.noticeCut()));
      const found = await this.#handle.stat();
      if (found.size !== this.#size) return false;
      if (found.size > length) await this.#setLength(length);
      this.#added -= this.#size - length;
      this.#size = length;
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Finds out whether somebody has emptied the file, or cut it. Since everything goes to the end, it is what stood first
   * that is gone then. Returns how many bytes of it, and counts {@link size} anew.
   */
  async noticeCut(): Promise<number> {
    if (!this.isRegular) return 0;
    const found = await this.#handle.stat();
    const lost = Math.max(0, this.#size - found.size);
    this.#size -= lost;
    if (lost > 0) this.#beginUntaken(this.#size);
    return lost;
  }

  /** Waits until the disk has it all. */
  async sync(): Promise<void> {
    if (this.isRegular) await this.#handle.sync();
  }

  /** Where the file is now, beside the path that it was opened by. */
  async place(): Promise<FilePlace> {
    return this.isRegular ? placeOf(this.#handle, this.#path) : { state: 'in_place' };
  }

  async close(): Promise<void> {
    this.#pipe?.destroy();
    await this.#handle.close();
  }

  /** What is known of what was added is over: it was cut. */
  #beginUntaken(start: number): void {
    if (this.#untaken !== undefined) this.#untaken = { start, crc: 0 };
  }

  async #setLength(length: number): Promise<void> {
    // Windows lets nobody cut a file by a handle that was opened for appending.
    if (process.platform === 'win32') await truncate(this.#path, length);
    else await this.#handle.truncate(length);
  }
}

interface Untaken {
  readonly start: number;
  crc: number;
}

/** What is found out about a file when it is opened. */
interface FileFacts {
  readonly isNew: boolean;
  readonly stats: Stats;
  readonly mode: WriteMode;
  readonly pipe: PipeWriter | undefined;
  readonly fullDisk: FullDisk | undefined;
}

/** A pipe can be opened when somebody reads from it. */
function openSpecial(path: string, found: Stats, patience: Patience): Promise<FileHandle> {
  return patience.during(openWhenRead(path, found, patience));
}

async function openWhenRead(path: string, found: Stats, patience: Patience): Promise<FileHandle> {
  for (let tries = 1; ; tries++) {
    try {
      const handle = await open(path, PIPE_FLAGS);
      // Nobody waits for it any more.
      if (patience.isOver) await handle.close();
      return handle;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO' || !found.isFIFO()) throw error;
    }
    await patience.wait(tries);
  }
}

/**
 * So much that a pipe takes the whole of it or nothing, and up to the end of a line: whatever becomes of its reader, it gets
 * whole lines, unless one is longer than that.
 */
function pieceLength(bytes: Buffer, at: number): number {
  const left = bytes.length - at;
  if (left <= PIPE_BUF) return left;
  const end = bytes.subarray(at, at + PIPE_BUF).lastIndexOf(LF) + 1;
  if (end > 0) return end;
  const next = bytes.indexOf(LF, at + PIPE_BUF) + 1;
  return next === 0 ? left : next - at;
}

const NOTHING_ADDED: Untaken = { start: 0, crc: 0 };
const PIPE_FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK;
/** What a pipe takes whole: 4096 bytes on Linux, and 512, the least that POSIX allows, elsewhere. */
const PIPE_BUF = process.platform === 'linux' ? 4096 : 512;
const LF = 0x0a;

/** Node takes no more than 2 GiB at a time. */
const LARGEST_WRITE = 2 ** 30;
