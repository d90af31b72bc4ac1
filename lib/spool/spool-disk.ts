import { closeSync, fdatasync, ftruncateSync, openSync, unlinkSync, writevSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type RoomOf, systemRoom } from '../internal/disk-watch.js';

/** What a spool asks of the disk when it writes: the system's, or one that fails, in tests. */
export interface SpoolDisk {
  /** Creates a file, which must not be there. Returns its descriptor. */
  create(path: string): number;
  /** Writes these at that place. Returns how many bytes it has written. */
  write(fd: number, parts: readonly Buffer[], at: number): number;
  /** Has a file end there. */
  cut(fd: number, length: number): void;
  /** Forces what was written to the disk. */
  sync(fd: number): Promise<void>;
  close(fd: number): void;
  remove(path: string): void;
  /** The same in another thread: for a large file the system takes milliseconds. */
  removeLarge(path: string): Promise<void>;
  /** How much room there is where a folder is. */
  readonly room: RoomOf;
}

/** The disks of this machine. */
export const systemDisk: SpoolDisk = {
  create: (path) => openSync(path, 'wx'),
  write: (fd, parts, at) => writevSync(fd, parts, at),
  cut: ftruncateSync,
  sync: promisify(fdatasync),
  close: closeSync,
  remove: unlinkSync,
  removeLarge: unlink,
  room: systemRoom,
};
