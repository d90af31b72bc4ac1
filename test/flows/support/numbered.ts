import assert from 'node:assert/strict';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { decodeEntries, type LedgerEntry } from '../../../lib/state/ledger-entry.js';
import type { FeedClient } from '../../../lib/testing/index.js';
import { jsonLines } from '../../cli/cli.js';
import { feed } from '../../support/feed.js';

/**
 * A server that numbers what it sends, over all connections, as fast as the client reads.
 *
 * @param groups each record is of one of them, in turn
 * @param rate at most so many a second
 */
export async function numbered(t: TestContext, bytes: number, groups = ['a'], rate?: number) {
  let next = 0;
  const filler = 'x'.repeat(bytes);
  function* frames(): Generator<string> {
    for (;;) {
      const n = next++;
      yield `{"n":${n},"group":"${groups[n % groups.length]}","filler":"${filler}"}`;
    }
  }
  const send = async (client: FeedClient): Promise<void> => {
    await client.sendMany(frames(), rate === undefined ? {} : { rate });
  };
  const server = await feed(t, send);
  return { url: server.url, sent: () => next };
}

/** How far the ledger of a state has come, of its last kilobytes alone: for who looks again and again. */
export function progressIn(state: string): number {
  const ledger = join(state, 'ledger');
  if (!existsSync(ledger)) return 0;
  const fd = openSync(ledger, 'r');
  try {
    const tail = Buffer.alloc(4_096);
    const bytes = readSync(fd, tail, 0, tail.length, Math.max(0, fstatSync(fd).size - tail.length));
    return Math.max(0, ...decodeEntries(tail.subarray(0, bytes)).entries.map(({ next }) => next));
  } finally {
    closeSync(fd);
  }
}

/** How far the ledger of a state says that the feed is stored, by all entries of which `isIt`. */
export function newestIn(state: string, isIt: (entry: LedgerEntry) => boolean = () => true): number {
  try {
    const { entries } = decodeEntries(readFileSync(join(state, 'ledger')));
    return Math.max(0, ...entries.filter(isIt).map(({ next }) => next));
  } catch (error) {
    // Killed before it made one.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/**
 * Looks at what runs of one feed have stored: every line is whole; records of a {@link numbered} server are there once, in order;
 * where some are missing, there are gaps between their neighbours, of these causes.
 *
 * @returns the number that the next frame has
 */
export function checkStored(path: string, causes: readonly string[]): number {
  const bytes = readFileSync(path);
  return checkLines(jsonLines((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()), causes);
}

/**
 * The same of lines that were read elsewhere.
 *
 * @param isShared whether the server had two clients at once, so that each has missed what the other was sent
 */
export function checkLines(found: readonly object[], causes: readonly string[], isShared = false): number {
  const lines = found as readonly StoredLine[];
  let sequence = 0;
  let number = -1;
  let isTold = true;
  for (const { n, gap } of lines) {
    if (gap !== undefined) {
      assert.ok(causes.includes(gap.cause), gap.cause);
      if (sequence > 0) assert.equal(gap.after_sequence, sequence - 1);
      assert.ok(gap.before_sequence >= sequence);
      sequence = gap.before_sequence;
      isTold = true;
      continue;
    }
    assert.ok(n > number, `${n} came after ${number}`);
    if (!isTold && !isShared) assert.equal(n, number + 1, 'a hole that is not told');
    number = n;
    sequence += 1;
    isTold = false;
  }
  return sequence;
}

/** The lines of one of several files, and the number of the frame that its first record came with, where that is known. */
export interface StoredFile {
  readonly lines: readonly StoredLine[];
  readonly firstSequence?: number | undefined;
}

/**
 * The same of lines in several files, one after another. Damage of one may be told behind what others have of the same time: a hole is told
 * by any gap that goes over it.
 */
export function checkFiles(files: readonly StoredFile[], causes: readonly string[]): number {
  const gaps = files.flatMap(({ lines }) => lines.flatMap(({ gap }) => gap ?? []));
  for (const { cause } of gaps) assert.ok(causes.includes(cause), cause);
  let next = 0;
  let [last, number] = [-1, -1];
  for (const { lines, firstSequence } of files) {
    let isFirst = true;
    for (const { n, gap } of lines) {
      if (gap !== undefined) {
        next = Math.max(next, gap.before_sequence);
        continue;
      }
      if (isFirst) next = firstSequence ?? next;
      isFirst = false;
      assert.ok(next > last && n > number, `${n}, of frame ${next}, came after ${number}, of frame ${last}`);
      const [from, to] = [last, next];
      const isTold = gaps.some((one) => (one.after_sequence ?? -1) < to && one.before_sequence > from);
      const isWhole = to === from + 1 && n === number + 1;
      assert.ok(isWhole || number < 0 || isTold, `no gap tells of what is missing between ${number} and ${n}`);
      [last, number] = [next, n];
      next += 1;
    }
  }
  return next;
}

/** A line that such a run has stored: a record, or a gap. */
export interface StoredLine {
  readonly n: number;
  readonly gap?: { readonly cause: string; readonly after_sequence: number | null; readonly before_sequence: number };
}
