import type { LedgerEntry, LedgerFile } from './ledger-entry.js';

/**
 * Has a map know which files a feed is stored in, once this entry is: those that a sink is to finish one day, until they are; of
 * others the one that is written to.
 *
 * @param files by path
 * @param merged what becomes of what is known of a file, and what is new
 */
export function noteFiles<T extends { readonly facts?: object }>(
  files: Map<string, T>,
  { files: added = [], sealed = [] }: Pick<LedgerEntry, 'files' | 'sealed'>,
  merged: (before: T | undefined, file: LedgerFile) => T,
): void {
  for (const path of sealed) files.delete(path);
  for (const file of added) {
    if (file.facts === undefined) forgetOther(files, file.path);
    files.set(file.path, merged(files.get(file.path), file));
  }
}

/** A sink that finishes no files writes to one. */
function forgetOther(files: Map<string, { readonly facts?: object }>, path: string): void {
  for (const [other, { facts }] of files) if (facts === undefined && other !== path) files.delete(other);
}
