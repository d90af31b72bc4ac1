import { type EntryHead, encodeHead } from './entry.js';
import type { Segment } from './segment.js';
import type { SpoolDisk } from './spool-disk.js';

/** Writes the newest segment. Nothing of an entry stays behind that could not be written whole. */
export class SegmentWriter {
  readonly segment: Segment;
  readonly #disk: SpoolDisk;
  readonly #fd: number;
  #isDirty = true;
  #syncing: Promise<void> = Promise.resolve();
  /** Bytes of an entry that could not be written whole stand behind the last one. */
  #isTorn = false;

  /** @throws when the system refuses */
  constructor(segment: Segment, disk: SpoolDisk) {
    this.segment = segment;
    this.#disk = disk;
    this.#fd = disk.create(segment.path);
  }

  /** @throws when the system refuses: then the entry is not there */
  append(head: EntryHead, parts: readonly Buffer[]): void {
    const { segment } = this;
    if (this.#isTorn) this.#mend();
    this.#isDirty = true;
    const start = segment.bytes;
    const end = start + parts.reduce((sum, { length }) => sum + length, 0);
    try {
      let at = start + this.#disk.write(this.#fd, parts, start);
      while (at < end) at += this.#disk.write(this.#fd, behind(parts, at - start), at);
    } catch (error) {
      this.#isTorn = true;
      // Where that cannot be done either, it is before the next entry.
      try {
        this.#mend();
      } catch {}
      throw error;
    }
    segment.bytes = end;
    segment.count(head);
  }

  /** Waits until the disk has all that was written before. */
  sync(): Promise<void> {
    this.#syncing = this.#syncing.then(async () => {
      if (!this.#isDirty) return;
      this.#isDirty = false;
      await this.#disk.sync(this.#fd);
    });
    return this.#syncing;
  }

  /** Nothing more is written to it: its sum stands at its end, its bytes are forced to the disk, and it is closed. */
  async finish(isSynced: boolean): Promise<void> {
    const { sum } = this.segment;
    try {
      this.append(sum, [encodeHead(sum)]);
    } catch {
      // A start does without it, and takes a little longer.
    }
    try {
      await (isSynced ? this.sync() : this.#syncing);
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#disk.close(this.#fd);
  }

  #mend(): void {
    this.#disk.cut(this.#fd, this.segment.bytes);
    this.#isTorn = false;
  }
}

/** What of these is left behind the first so many bytes. */
function behind(parts: readonly Buffer[], done: number): Buffer[] {
  const left: Buffer[] = [];
  let skip = done;
  for (const part of parts) {
    if (skip < part.length) left.push(part.subarray(skip));
    skip = Math.max(0, skip - part.length);
  }
  return left;
}
