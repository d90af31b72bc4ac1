import { crc32 } from 'node:zlib';
import { type EntryHead, encodeHead } from './entry.js';
import type { Segment } from './segment.js';

/** Pages that were dropped since the spool was full, one behind the other: what a gap says of them, in their place. */
export interface DroppedStretch {
  /** The number of the first of them, where they had one. */
  readonly from: number;
  readonly records: number;
  /** The number of the first frame, and of the one behind the last. */
  readonly firstSequence: number;
  readonly next: number;
  /** In epoch milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly connection: number;
}

/** An entry that stands for such pages, up to the one of this number. */
export function encodeDropped(
  stretch: DroppedStretch,
  page: number,
): { readonly head: EntryHead; readonly parts: readonly Buffer[] } {
  const facts = Buffer.from(JSON.stringify(stretch));
  const head: EntryHead = {
    ...{ kind: 'dropped', page, bodyLength: 0, factsLength: facts.length, contentCrc: crc32(facts) },
    // They are no records that wait.
    records: 0,
    firstSequence: stretch.firstSequence,
    lastSequence: stretch.next,
    firstAt: stretch.firstAt,
    lastAt: stretch.lastAt,
  };
  return { head, parts: [encodeHead(head), facts] };
}

/** What such an entry says. */
export function decodeDropped(facts: Buffer): DroppedStretch {
  return JSON.parse(facts.toString()) as DroppedStretch;
}

/** All pages of a segment. */
export function stretchOf({
  first,
  records,
  firstSequence,
  next,
  firstAt,
  lastAt,
  connection,
}: Segment): DroppedStretch {
  return { from: first, records, firstSequence, next, firstAt, lastAt, connection };
}

/** Two stretches, one behind the other, as one. */
export function joined(before: DroppedStretch | undefined, stretch: DroppedStretch): DroppedStretch {
  if (before === undefined) return stretch;
  const { from, firstSequence, firstAt, connection } = before;
  return { ...stretch, from, firstSequence, firstAt, connection, records: before.records + stretch.records };
}
