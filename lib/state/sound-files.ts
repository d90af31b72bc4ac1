import { checkFile, type FileChain } from './file-check.js';
import type { LedgerEntry } from './ledger-entry.js';

/** A file that a ledger tells of. */
export interface SoundFile {
  readonly path: string;
  readonly chain: FileChain;
  /** In bytes; `undefined` when there is no such file. */
  readonly size: number | undefined;
  /** How many steps of its chain tell what it holds. */
  readonly sound: number;
  /** With how many of them it is to end: fewer, where another file lacks what came at the same time. */
  readonly kept: number;
}

/** The files of a feed, and how far they are sound. */
export interface SoundFiles {
  readonly files: readonly SoundFile[];
  /** The first page that some file lacks, of those that the disk need not have had; `undefined` when none does. */
  readonly lostFrom: number | undefined;
}

/**
 * Looks how far each file is what the ledger says. What a machine has lost that lost its power is of no more use in one file than in the
 * others: all of them are to end where each is sound, so that what remains is the begin of the feed, up to one page of it. Damage of what was on the
 * disk before, for sure, shortens no other file.
 *
 * @param entries all of the ledger, also marks that came late
 */
export async function soundFiles(
  chains: ReadonlyMap<string, FileChain>,
  entries: readonly LedgerEntry[],
): Promise<SoundFiles> {
  const durable = Math.max(0, ...entries.filter(({ isDurable }) => isDurable === true).map(({ page }) => page));
  const checked: Omit<SoundFile, 'kept'>[] = [];
  let lostFrom: number | undefined;
  for (const [path, chain] of chains) {
    const { size, sound = chain.steps.length } = (await checkFile(path, chain.steps)) ?? {};
    const file = { path, chain, size, sound };
    checked.push(file);
    const lost = chain.steps[sound]?.page ?? 0;
    if (lost > durable && !isGone(file)) lostFrom = Math.min(lost, lostFrom ?? lost);
  }
  const files = checked.map((file) => ({ ...file, kept: stepsToKeep(file, lostFrom) }));
  return { files, lostFrom };
}

/** What is to be finished may have been, which its sink knows; and nobody else empties such a file. */
export function isGone({ chain: { steps, facts }, size }: Pick<SoundFile, 'chain' | 'size'>): boolean {
  return facts === undefined && (size === undefined || (size === 0 && steps.at(-1)!.file.end > 0));
}

/** The first one is kept in any case: it says that the file was begun, with nothing in it, or how it was when the ledger was. */
function stepsToKeep({ chain, size, sound }: Omit<SoundFile, 'kept'>, lostFrom = Number.POSITIVE_INFINITY): number {
  if (size === undefined) return sound;
  return Math.min(sound, Math.max(1, chain.steps.filter(({ page }) => page < lostFrom).length));
}
