import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MANIFEST_NAME } from '../manifest/manifest.js';
import { firstPageOf } from '../spool/segment.js';
import { SPOOL_ID_NAME } from '../spool/spool-names.js';

/** Something that there is to look at. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  /** A folder with a ledger in it. */
  | { readonly kind: 'state'; readonly folder: string }
  /** The folder of a spool. */
  | { readonly kind: 'spool'; readonly folder: string }
  /** A folder that a manifest tells of. */
  | { readonly kind: 'manifest'; readonly folder: string }
  /** What cannot be looked at. */
  | { readonly kind: 'refused'; readonly path: string; readonly cause: unknown }
  /** What is left out, and why, as a clause. */
  | { readonly kind: 'left_out'; readonly path: string; readonly why: string };

/** What a state's folder is known by; a spool has one, too. */
export const LEDGER_NAME = 'ledger';

/**
 * What there is to look at behind a path: the file, or, of a folder, what is in it and below, in the order of the names. No symbolic link within
 * a folder is followed, and nothing is looked at that is neither JSON lines nor a manifest, a ledger or a spool.
 */
export async function* targetsAt(path: string): AsyncGenerator<Target, void, void> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) yield* targetsIn(path);
    else if (basename(path) === LEDGER_NAME) yield targetOfLedger(dirname(path), await namesIn(dirname(path)));
    else if (firstPageOf(basename(path)) !== undefined) yield { kind: 'spool', folder: dirname(path) };
    else if (basename(path) === MANIFEST_NAME) yield { kind: 'manifest', folder: dirname(path) };
    else yield { kind: 'file', path };
  } catch (cause) {
    yield { kind: 'refused', path, cause };
  }
}

/** What is in a folder, beside its own manifest, and below. */
export function targetsBeside(folder: string): AsyncGenerator<Target, void, void> {
  return targetsIn(folder, false);
}

async function* targetsIn(folder: string, isManifestMeant = true): AsyncGenerator<Target, void, void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    yield { kind: 'refused', path: folder, cause };
    return;
  }
  const names = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  if (names.has(MANIFEST_NAME) && isManifestMeant) {
    yield { kind: 'manifest', folder };
    return;
  }
  if (names.has(LEDGER_NAME) || hasSegments(names)) yield targetOfLedger(folder, names);
  for (const entry of entries.toSorted(byName)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* targetsIn(path);
    else if (!isDataFile(entry.name) || entry.name === MANIFEST_NAME) continue;
    else if (entry.isFile()) yield { kind: 'file', path };
    else
      yield { kind: 'left_out', path, why: entry.isSymbolicLink() ? 'it is a symbolic link' : 'it is no regular file' };
  }
}

/** A spool has a name, or segments. */
function targetOfLedger(folder: string, names: ReadonlySet<string>): Target {
  return { kind: names.has(SPOOL_ID_NAME) || hasSegments(names) ? 'spool' : 'state', folder };
}

function hasSegments(names: ReadonlySet<string>): boolean {
  return [...names].some((name) => firstPageOf(name) !== undefined);
}

async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  return new Set(await readdir(folder));
}

/** Whether a file of this name holds JSON lines. */
export function isDataFile(name: string): boolean {
  return /\.(jsonl|ndjson)(\.(gz|zstd?))?(\.part)?$/i.test(name);
}

/** Whether a file of this name may hold JSON lines, whatever else its name says: there are other formats. */
export function isJsonLines(path: string): boolean {
  return !/\.[ct]sv(\.(gz|zstd?))?$/i.test(path);
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
