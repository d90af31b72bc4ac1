import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '../batch/page.js';
import { syncFolder } from '../internal/force-to-disk.js';
import { ifThere } from '../internal/if-there.js';
import { setAside } from '../sink/file/set-aside.js';
import { type DroppedStretch, encodeDropped, joined, stretchOf } from './dropped.js';
import { type EntryHead, entryLength } from './entry.js';
import { encodePage } from './page-entry.js';
import { Segment, segmentName } from './segment.js';
import { SegmentWriter } from './segment-writer.js';
import type { SpoolDisk } from './spool-disk.js';

/** A page that was written, and where. */
export interface Written {
  readonly head: EntryHead;
  readonly segment: Segment;
  /** Where its entry begins in the segment, and how long that is. */
  readonly start: number;
  readonly bytes: number;
}

/** What a store is made of. */
export interface StoreParts {
  readonly folder: string;
  readonly disk: SpoolDisk;
  /** Those of earlier runs, in order: nothing is added to them. */
  readonly segments: readonly Segment[];
  /** The number of the next page. */
  readonly next: number;
  /** A segment that holds so many bytes is finished. */
  readonly segmentBytes: number;
  /** Whether anything is forced to the disk. */
  readonly isSynced: boolean;
  /** A segment could not be finished. */
  readonly onFailed: (error: unknown) => void;
}

/** The segments of a spool: pages are added behind the newest, and whole segments go. */
export class SpoolStore {
  readonly #parts: StoreParts;
  readonly #segments: Segment[];
  #writer: SegmentWriter | undefined;
  #next: number;
  /** Names in the folder that the disk may not have. */
  #isFolderDirty = false;
  readonly #finishing = new Set<Promise<void>>();
  readonly #stretches = new WeakMap<Segment, DroppedStretch>();

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#segments = [...parts.segments];
    this.#next = parts.next;
  }

  /** All segments, from the oldest one on. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** The number of the next page. */
  get next(): number {
    return this.#next;
  }

  /** How many bytes they have on the disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Whether something may still be added to this segment. */
  isActive(segment: Segment): boolean {
    return this.#writer?.segment === segment;
  }

  /** @throws when the system refuses: then the page is not there */
  append(page: Page): Written {
    const { head, parts } = encodePage(page, this.#next);
    const written = this.#append(head, parts);
    if (head.page === written.segment.first) written.segment.connection = page.frame(0).connection;
    return written;
  }

  /** Something stands for pages that were dropped before they had a number. @throws when the system refuses */
  appendDropped(stretch: DroppedStretch): Written {
    const { head, parts } = encodeDropped({ ...stretch, from: this.#next }, this.#next);
    return this.#append(head, parts);
  }

  /** The newest segment is finished: it can go as a whole. */
  roll(): void {
    const writer = this.#writer;
    if (writer === undefined || writer.segment.isEmpty) return;
    this.#writer = undefined;
    const finishing = writer.finish(this.#parts.isSynced).then(
      () => void this.#finishing.delete(finishing),
      (error) => {
        this.#finishing.delete(finishing);
        this.#parts.onFailed(error);
      },
    );
    this.#finishing.add(finishing);
  }

  /** Waits until the disk has all that was added before. */
  async sync(): Promise<void> {
    const isFolderDirty = this.#isFolderDirty;
    this.#isFolderDirty = false;
    await Promise.all([this.#writer?.sync(), ...this.#finishing]);
    if (isFolderDirty) await syncFolder(this.#parts.folder);
  }

  /** Waits until what was finished is closed. */
  async settle(): Promise<void> {
    await Promise.all(this.#finishing);
  }

  /** Nothing more is added. Waits until all is closed. */
  async close(): Promise<void> {
    const writer = this.#writer;
    if (writer?.segment.isEmpty === true) {
      this.#writer = undefined;
      writer.close();
      this.#segments.pop();
      this.#remove(writer.segment);
    }
    this.roll();
    await this.settle();
  }

  /** Removes the segments whose pages are stored up to this one, but the newest. What is damaged is kept under another name. */
  async forget(page: number): Promise<readonly string[]> {
    const kept: string[] = [];
    for (;;) {
      const oldest = this.#segments[0];
      if (oldest === undefined || oldest.last > page || this.isActive(oldest)) return kept;
      // At once: the end of a run may ask for the same while this goes on.
      this.#segments.shift();
      if (oldest.isDamaged) kept.push(await setAside(oldest.path));
      else await ifThere(this.#parts.disk.removeLarge(oldest.path));
    }
  }

  /**
   * Drops the oldest segment of which no page up to this one is, and leaves something in its place that tells so.
   *
   * @returns what was dropped; `undefined` when there is none
   * @throws when the system refuses
   */
  dropOldest(after: number): DroppedStretch | undefined {
    const isFree = (segment: Segment): boolean => segment.first > after && !segment.isDropped && !segment.isEmpty;
    const active = this.#writer?.segment;
    if (active !== undefined && isFree(active) && this.#segments.find(isFree) === active) this.roll();
    const index = this.#segments.findIndex(isFree);
    const segment = this.#segments[index];
    if (segment === undefined) return undefined;
    const stretch = stretchOf(segment);
    const before = this.#segments[index - 1];
    const told = before !== undefined && before.first > after ? this.#stretches.get(before) : undefined;
    const whole = joined(told, stretch);
    this.#segments[index] = this.#replace(segment, whole);
    if (told !== undefined) {
      this.#segments.splice(index - 1, 1);
      this.#remove(before!);
    }
    return stretch;
  }

  /** By a file that says what was in it. */
  #replace(segment: Segment, stretch: DroppedStretch): Segment {
    const { head, parts } = encodeDropped(stretch, segment.last);
    const stand = new Segment(segment.first, segment.path);
    try {
      this.#create(`${segment.path}.new`, parts);
      renameSync(`${segment.path}.new`, segment.path);
    } catch {
      // There may be room once the segment is gone.
      this.#remove(segment);
      this.#create(segment.path, parts);
    }
    this.#isFolderDirty = true;
    stand.count(head);
    stand.bytes = entryLength(head);
    this.#stretches.set(stand, stretch);
    return stand;
  }

  #create(path: string, parts: readonly Buffer[]): void {
    const { disk } = this.#parts;
    const fd = disk.create(path);
    try {
      const size = parts.reduce((sum, { length }) => sum + length, 0);
      if (disk.write(fd, parts, 0) < size) throw Object.assign(new Error('no room for all of it'), { code: 'ENOSPC' });
    } catch (error) {
      disk.remove(path);
      throw error;
    } finally {
      disk.close(fd);
    }
  }

  #append(head: EntryHead, parts: readonly Buffer[]): Written {
    if (this.#writer !== undefined && this.#writer.segment.bytes >= this.#parts.segmentBytes) this.roll();
    this.#writer ??= this.#begin();
    const { segment } = this.#writer;
    const start = segment.bytes;
    this.#writer.append(head, parts);
    this.#next = head.page + 1;
    return { head, segment, start, bytes: segment.bytes - start };
  }

  #begin(): SegmentWriter {
    const { folder, disk } = this.#parts;
    const segment = new Segment(this.#next, join(folder, segmentName(this.#next)));
    const writer = new SegmentWriter(segment, disk);
    this.#isFolderDirty = true;
    this.#segments.push(segment);
    return writer;
  }

  #remove({ path }: Segment): void {
    try {
      this.#parts.disk.remove(path);
    } catch (error) {
      // Somebody else has removed it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
