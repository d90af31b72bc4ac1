import { readFile, truncate } from 'node:fs/promises';
import type { KeptFile } from '../batch/sink-position.js';
import type { DamagedStretch, FeedPosition } from '../frame/feed-position.js';
import { syncFile } from '../internal/force-to-disk.js';
import { ifThere } from '../internal/if-there.js';
import { setAside, TornFile } from '../sink/file/set-aside.js';
import { chainsIn, checkFile, type FileChain, type FileStep } from './file-check.js';
import { decodeEntries, type LedgerEntry, type LedgerFile, withoutLateMarks } from './ledger-entry.js';
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
  for (const [path, chain] of chains) {
    const found = await soundPart(path, chain, notices);
    if (found === undefined) continue;
    const { last, isDamaged, mend } = found;
    const isAlone = chains.size === 1 && chain.facts === undefined;
    if (isDamaged) untold = damagedBehind(last, newest, untold, isAlone);
    const file = last?.file ?? emptied(chain.steps[0]!.file);
    files.push(file);
    if (file.facts !== undefined) kept.set(path, { end: file.end, facts: file.facts });
    if (mend !== undefined) mends.push(mend);
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

/** How far a file is what was written, and what has it end there; nothing where it is not there. */
async function soundPart(
  path: string,
  { steps, facts }: FileChain,
  notices: StateNotices,
): Promise<
  { readonly last: FileStep | undefined; readonly isDamaged: boolean; readonly mend?: Mend | undefined } | undefined
> {
  const newest = steps.at(-1)!;
  const found = await checkFile(path, steps);
  // It may have been finished: its sink knows.
  if (found === undefined && facts !== undefined) return { last: newest, isDamaged: false };
  // Nobody else empties a file that is to be finished.
  if (found === undefined || (found.size === 0 && newest.file.end > 0 && facts === undefined)) {
    notices.fileGone(path);
    return undefined;
  }
  const { sound, size } = found;
  const last = steps[sound - 1];
  const isDamaged = sound < steps.length;
  if (last === undefined) {
    return { last, isDamaged, mend: async () => notices.fileSetAside(path, await setAside(path)) };
  }
  const { end } = last.file;
  if (!isDamaged && size <= end) return { last, isDamaged };
  return {
    last,
    isDamaged,
    mend: async () => {
      const aside = size > end ? await cut(path, end, size) : undefined;
      if (isDamaged) notices.fileDamaged(path, end, aside);
      else if (aside !== undefined) notices.fileCut(path, size - end, aside);
    },
  };
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

/** From the first frame on that some file may lack, or that was found before and is not told yet. */
function damagedBehind(
  last: FileStep | undefined,
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
function spooledUpTo(last: FileStep | undefined): DamagedStretch['spooled'] {
  if (last?.untold !== undefined) return last.untold.spooled;
  return last?.spooled ?? { id: '', page: 0 };
}

function soundUpTo({ next, receivedAt, untold }: FileStep): DamagedStretch['after'] {
  if (untold !== undefined) return untold.after;
  return next > 0 ? { sequence: next - 1, receivedAt } : undefined;
}
