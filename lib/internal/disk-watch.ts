import { statfs } from 'node:fs/promises';
import type { Clock } from './clock.js';

/** How much room there is on a disk: of all bytes, those that this user may write. */
export interface DiskRoom {
  readonly free: number;
  readonly all: number;
}

/** Says it of the disk that a folder is on. */
export type RoomOf = (folder: string) => Promise<DiskRoom>;

/** As the system says it. */
export const systemRoom: RoomOf = async (folder) => {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { free: bavail * bsize, all: blocks * bsize };
};

/** What a {@link DiskWatch} is made of. */
export interface DiskWatchParts {
  readonly folder: string;
  readonly roomOf: RoomOf;
  readonly clock: Clock;
  readonly onLow: (room: DiskRoom) => void;
  readonly onRoom: (room: DiskRoom) => void;
}

/**
 * Tells when less than a tenth of a disk is left, once, and when there is room again: a little more than that, so that a disk at its limit
 * is not told of again and again.
 */
export class DiskWatch {
  readonly #parts: DiskWatchParts;
  #lookedAt: number;
  #isLow = false;

  /** @param isDue whether the first call looks; otherwise one that comes a minute later does */
  constructor(parts: DiskWatchParts, isDue: boolean) {
    this.#parts = parts;
    this.#lookedAt = isDue ? Number.NEGATIVE_INFINITY : parts.clock.monotonic();
  }

  /** To be called as often as one likes: it looks once a minute. It fails for nothing. */
  async look(): Promise<void> {
    const { folder, roomOf, clock, onLow, onRoom } = this.#parts;
    const now = clock.monotonic();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    // Not every file system tells, and some say that they have no bytes at all.
    const room = await roomOf(folder).catch(() => undefined);
    if (room === undefined || room.all === 0) return;
    const share = room.free / room.all;
    if (!this.#isLow && share < LITTLE) {
      this.#isLow = true;
      onLow(room);
    } else if (this.#isLow && share >= ENOUGH) {
      this.#isLow = false;
      onRoom(room);
    }
  }
}

const LOOK_EVERY_MS = 60_000;
const LITTLE = 0.1;
const ENOUGH = 0.12;
