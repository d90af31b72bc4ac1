import type { ManifestEntry, SealedFile } from './manifest-entry.js';
import { decodeLine, hashOfLine } from './manifest-line.js';

/** What a manifest is called, in the folder of the files that it tells of. */
export const MANIFEST_NAME = 'manifest.jsonl';

/** The folder beside it that is of use to spillway alone: in it are the lock of who writes there, and what that is about to do. */
export const OWN_FOLDER = '.spillway';

/** What was read of a manifest. */
export interface Manifest {
  /** What its lines tell that can be read, in order, each with its line's number, from 1 on. */
  readonly entries: readonly { readonly line: number; readonly entry: ManifestEntry }[];
  /** What is wrong within it, in order. */
  readonly damage: readonly ManifestDamage[];
  /** What stands behind the last line feed: a line that was begun when its process died, or zeros of a power failure. */
  readonly torn: { readonly line: number; readonly bytes: number } | undefined;
  /** How many bytes the lines take that have their line feed: behind them the next one goes. */
  readonly length: number;
  /** What the next line is to say of the last one, whatever that is; `null` when there is none. */
  readonly previous: string | null;
}

/** A line that is not what was written, or does not follow the one before it. */
export interface ManifestDamage {
  /** From 1 on. */
  readonly line: number;
  /** Why, as a clause. */
  readonly reason: string;
}

/**
 * Reads a manifest, past all that is damaged; it never fails. Of a line that cannot be read, and of one that is not followed by a line with
 * its hash, there is damage: that was changed, added or taken out. The very last line has nobody to vouch for it but the file that it tells of.
 */
export function readManifest(bytes: Buffer): Manifest {
  const entries: { line: number; entry: ManifestEntry }[] = [];
  const damage: ManifestDamage[] = [];
  let previous: string | null = null;
  let at = 0;
  let line = 1;
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
    const text = bytes.subarray(at, end);
    const decoded = decodeLine(text);
    if (typeof decoded === 'string') damage.push({ line, reason: decoded });
    else {
      if (decoded.previous !== previous) damage.push({ line, reason: brokenChain(line) });
      entries.push({ line, entry: decoded.entry });
    }
    previous = hashOfLine(text);
    at = end + 1;
    line += 1;
  }
  const torn = at === bytes.length ? undefined : { line, bytes: bytes.length - at };
  return { entries, damage, torn, length: at, previous };
}

/** Files that are to be there: sealed, and not removed since. Of one that was sealed twice the newer line counts. */
export function filesIn({ entries }: Pick<Manifest, 'entries'>): ReadonlyMap<string, SealedFile> {
  const files = new Map<string, SealedFile>();
  for (const { entry } of entries) {
    // The order is that of their sealing.
    files.delete(entry.path);
    if (entry.event === 'sealed') files.set(entry.path, entry);
  }
  return files;
}

function brokenChain(line: number): string {
  return line === 1
    ? 'it is the first one, and names one before it: lines in front of it were taken out'
    : `its \`previous\` is not the SHA-256 of line ${line - 1}: one of the two was changed, or lines between them were taken out`;
}

const LF = 0x0a;
