import { readFile, truncate } from 'node:fs/promises';
import type { KeptFile } from '../batch/sink-position.js';
import type { DamagedStretch, FeedPosition } from '../frame/feed-position.js';
import { syncFile } from '../internal/force-to-disk.js';
import { ifThere } from '../internal/if-there.js';
import { setAside, TornFile } from '../sink/file/set-aside.js';
import { chainsIn } from './file-check.js';
import { decodeEntries, type LedgerEntry, type LedgerFile, withoutLateMarks } from './ledger-entry.js';
import { isGone, type SoundFile, soundFiles } from './sound-files.js';
import type { StateNotices } from './state-notices.js';

/** What a start finds of earlier runs. */
export interface Recovered {
  /** Where the feed goes on; `undefined` when nothing was stored before. */
  readonly position: FeedPosition | undefined;
  /** What the new ledger begins with. */
  readonly newest: LedgerEntry | undefined;
  /** Files that their sink is to finish one day, by path, whether they are still there or not. */
  readonly kept: ReadonlyMap<string, KeptFile>;
  /**
   * Has files end where they are sound. To be called when the disk has the new ledger: what a start that dies in between has taken away, the next
   * one would find missing, and not know why.
   */
  mend(): Promise<void>;
}

/**
 * Reads the ledger of earlier runs, and looks how far the files that it tells of are what it says. What a file holds beyond
 * that goes to a file beside it; nothing is taken away unseen. It fails for no damage, which is told instead.
 */
export async function recover(ledgerPath: string, notices: StateNotices): Promise<Recovered> {
  const bytes = (await ifThere(readFile(ledgerPath))) ?? Buffer.alloc(0);
  const { entries: all, damagedBytes } = decodeEntries(bytes);
  const entries = withoutLateMarks(all);
  if (damagedBytes > 0) notices.ledgerDamaged(damagedBytes);
  const newest = entries.at(-1);
  const kept = new Map<string, KeptFile>();
  if (newest === undefined) {
    if (bytes.length > 0) notices.ledgerLost(bytes.length);
    return { position: undefined, newest, kept, mend: async () => {} };
  }
  const mends: Mend[] = [];
  const files: LedgerFile[] = [];
  let { untold } = newest;
  const chains = chainsIn(entries);
  const { files: found, lostFrom = Number.POSITIVE_INFINITY } = await soundFiles(chains, all);
  const common = entries.findLast(({ page }) => page < lostFrom);
  // The new ledger says that the disk has all: a run that was killed need not have come to that.
  if (newest.isDurable !== true) for (const { path } of found) await ifThere(syncFile(path));
  for (const one of found) {
    const { path, chain, sound, kept: steps } = one;
    if (isGone(one)) {
      notices.fileGone(path);
      continue;
    }
    const bad = chain.steps[sound];
    if (bad !== undefined) {
      const last = sound > 0 && bad.page >= lostFrom ? common : chain.steps[sound - 1];
      const isAlone = chains.size === 1 && chain.facts === undefined;
      untold = damagedBehind(last, newest, untold, isAlone);
    }
    const file = chain.steps[steps - 1]?.file ?? emptied(chain.steps[0]!.file);
    files.push(file);
    if (file.facts !== undefined) kept.set(path, { end: file.end, facts: file.facts });
    mends.push(() => mended(one, notices));
  }
  const { files: _, sealed: __, untold: ___, partitions: ____, ...rest } = newest;
  const { next: sequence, receivedAt, cursor } = newest;
  return {
    // None: a file was begun, and nothing stored.
    position:
      sequence === 0
        ? undefined
        : { sequence, receivedAt, ...(cursor && { cursor }), ...(untold && { damaged: untold }) },
    newest: { ...rest, ...(untold && { untold }), ...(files.length > 0 && { files }) },
    kept,
    mend: async () => {
      for (const mend of mends) await mend();
    },
  };
}

type Mend = () => Promise<void>;

/** Has a file end where it is to end. */
async function mended({ path, chain, size, sound, kept }: SoundFile, notices: StateNotices): Promise<void> {
  if (size === undefined) return;
  const last = chain.steps[kept - 1];
  if (last === undefined) {
    notices.fileSetAside(path, await setAside(path));
    return;
  }
  const { end } = last.file;
  const aside = size > end ? await cut(path, end, size) : undefined;
  if (kept < sound) notices.fileCutBack(path, end, aside);
  else if (sound < chain.steps.length) notices.fileDamaged(path, end, aside);
  else if (aside !== undefined) notices.fileCut(path, size - end, aside);
}

/** The same file with nothing in it. */
function emptied({ path, facts }: LedgerFile): LedgerFile {
  return { path, start: 0, end: 0, crc: 0, whole: 0, ...(facts && { facts }) };
}

/** Returns the file that has what was cut. */
async function cut(path: string, end: number, size: number): Promise<string> {
  const aside = new TornFile(path);
  await aside.keepRange(path, end, size);
  await syncFile(aside.path);
  await truncate(path, end);
  return aside.path;
}

/** How far the feed was stored once. */
type StoredUpTo = Pick<LedgerEntry, 'next' | 'receivedAt' | 'untold' | 'spooled'>;

/** From the first frame on that some file may lack, or that was found before and is not told yet. */
function damagedBehind(
  last: StoredUpTo | undefined,
  { next: before, receivedAt, spooled: newest }: LedgerEntry,
  other: DamagedStretch | undefined,
  isAlone: boolean,
): DamagedStretch | undefined {
  // One that had damage to tell of is no better for what was stored once more behind it, and is damaged again.
  if (before === 0 || (last?.next === before && last.untold === undefined)) return other;
  const after = last && soundUpTo(last);
  const isFirst = other === undefined || (after?.sequence ?? -1) < (other.after?.sequence ?? -1);
  const isSpooled = isAlone && newest !== undefined;
  const spooled = isFirst ? (isSpooled ? spooledUpTo(last) : undefined) : other.spooled;
  return { after: isFirst ? after : other.after, before, receivedAt, ...(spooled && { spooled }) };
}

/** Where nothing that came out of a spool is sound, its pages are to be had from the first one on. */
function spooledUpTo(last: StoredUpTo | undefined): DamagedStretch['spooled'] {
  if (last?.untold !== undefined) return last.untold.spooled;
  return last?.spooled ?? { id: '', page: 0 };
}

function soundUpTo({ next, receivedAt, untold }: StoredUpTo): DamagedStretch['after'] {
  if (untold !== undefined) return untold.after;
  return next > 0 ? { sequence: next - 1, receivedAt } : undefined;
}
