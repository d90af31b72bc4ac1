import { open, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '../batch/page.js';
import { syncFile } from '../internal/force-to-disk.js';
import { setAside } from '../sink/file/set-aside.js';
import type { Place } from './backlog.js';
import { decodeHead, HEAD_BYTES } from './entry.js';
import { cursorIn } from './page-entry.js';
import { firstPageOf, Segment } from './segment.js';
import { SegmentReader } from './segment-reader.js';
import type { SpoolNotices } from './spool-notices.js';

/** What earlier runs have left in a folder. */
export interface FoundSegments {
  /** In order, with what is known of each. */
  readonly segments: readonly Segment[];
  /** The highest number of a page that there may be. */
  readonly lastPage: number;
}

/** The segments that earlier runs have left in a folder. None of their pages is read. */
export async function findSegments(folder: string, notices: SpoolNotices): Promise<FoundSegments> {
  const names = await readdir(folder);
  // What was about to take the place of a segment.
  for (const name of names.filter((one) => one.endsWith('.spool.new'))) await rm(join(folder, name));
  const segments = names
    .map((name) => ({ name, first: firstPageOf(name) }))
    .filter((one): one is { name: string; first: number } => one.first !== undefined)
    .sort((a, b) => a.first - b.first)
    .map(({ name, first }) => new Segment(first, join(folder, name)));
  const found: Segment[] = [];
  let lastPage = 0;
  for (const segment of segments) {
    try {
      if (await examine(segment, segment === segments.at(-1), notices)) found.push(segment);
      lastPage = Math.max(lastPage, segment.last);
    } catch (error) {
      notices.unreadable(segment.path, error);
      // It would be in the way of one that begins with the same page.
      lastPage = Math.max(lastPage, segment.first);
    }
  }
  return { segments: found, lastPage };
}

/** Where the first page behind this one begins, and what of the segment comes before it; `undefined` when there is none. */
export async function placeBehind(page: number, segments: readonly Segment[]): Promise<BehindPage | undefined> {
  const segment = segments.find(({ last }) => last > page);
  if (segment === undefined) return undefined;
  const place = (at: number): Place => ({ segment: segment.first, at });
  if (segment.first > page) return { place: place(0), records: 0 };
  const reader = await readerOf(segment.path);
  let records = 0;
  try {
    for (;;) {
      const found = await reader.next(segment.bytes);
      if (found === undefined) return { place: place(0), records: 0 };
      if (found.kind === 'damage') continue;
      if (found.head.page > page) return { place: place(found.start), records };
      records += found.head.records;
    }
  } finally {
    await reader.close();
  }
}

/** From where a server is to go on behind the last page that is sound, where that is known. Of pages that were dropped nothing is. */
export async function lastCursor(segments: readonly Segment[]): Promise<Page['cursor']> {
  const segment = segments.findLast(({ isEmpty, isDropped }) => !isEmpty && !isDropped);
  if (segment === undefined) return undefined;
  const last = await lastPageIn(segment);
  if (last === undefined) return undefined;
  const reader = new SegmentReader(await open(segment.path, 'r'), last);
  try {
    const found = await reader.next(segment.bytes, (size) => Buffer.allocUnsafeSlow(size));
    return found?.kind === 'entry' ? cursorIn(found.content) : undefined;
  } finally {
    await reader.close();
  }
}

/** Where its last page begins. */
async function lastPageIn(segment: Segment): Promise<number | undefined> {
  const reader = await readerOf(segment.path);
  let last: number | undefined;
  try {
    for (;;) {
      const found = await reader.next(segment.bytes);
      if (found === undefined) return last;
      if (found.kind === 'entry' && found.head.kind === 'page') last = found.start;
    }
  } finally {
    await reader.close();
  }
}

/** What {@link placeBehind} finds. */
export interface BehindPage {
  readonly place: Place;
  /** Records of the same segment that are not behind it. */
  readonly records: number;
}

/** Whether there is anything in it. */
async function examine(segment: Segment, isLast: boolean, notices: SpoolNotices): Promise<boolean> {
  const reader = await open(segment.path, 'r');
  try {
    segment.bytes = (await reader.stat()).size;
    const sum = Buffer.alloc(HEAD_BYTES);
    if (segment.bytes >= HEAD_BYTES) await reader.read(sum, 0, HEAD_BYTES, segment.bytes - HEAD_BYTES);
    const head = decodeHead(sum, 0);
    if (head?.kind === 'end') {
      segment.sumUp(head);
      return true;
    }
  } finally {
    await reader.close();
  }
  const end = await walk(segment);
  if (segment.isEmpty) {
    if (segment.bytes === 0) await rm(segment.path);
    else notices.segmentSetAside(segment.path, await setAside(segment.path), segment.bytes);
    return false;
  }
  if (isLast && end < segment.bytes) {
    notices.tailCut(segment.path, segment.bytes - end);
    await truncate(segment.path, end);
    await syncFile(segment.path);
    segment.bytes = end;
  }
  return true;
}

/** Counts what is in a segment without a sum, by its heads. Returns where the last entry ends that is there as a whole. */
async function walk(segment: Segment): Promise<number> {
  const reader = await readerOf(segment.path);
  let end = 0;
  try {
    for (;;) {
      const found = await reader.next(segment.bytes);
      if (found === undefined) return end;
      if (found.kind === 'damage') continue;
      segment.count(found.head);
      end = reader.at;
    }
  } finally {
    await reader.close();
  }
}

async function readerOf(path: string): Promise<SegmentReader> {
  return new SegmentReader(await open(path, 'r'), 0, HEADS_BYTES);
}

/** Of heads alone only a little is read at a time. */
const HEADS_BYTES = 4 * 1024;
