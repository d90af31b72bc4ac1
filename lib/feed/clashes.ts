import { dirname } from 'node:path';
import type { Finding, Path } from '../config/check/findings.js';
import { valueAt } from '../config/check/sent-values.js';
import { realPath } from '../config/fields/dead-letter.js';
import { ConfigError } from '../errors.js';
import { isRolled } from '../internal/roll-options.js';
import { compileTemplate } from '../sink/rolled/path-template.js';
import type { PipelineFile } from './feed-of.js';
import { recordFilesOf } from './sink-config.js';

/** A feed beside others. */
export interface NamedFeed {
  readonly feed: PipelineFile;
  /** The file as this feed has it, after its placeholders are replaced. */
  readonly value: unknown;
}

/** Something that two feeds would have in common, told of the second one. */
export interface Clash {
  readonly feed: PipelineFile;
  readonly finding: Finding;
}

/**
 * What feeds of one process cannot share: names, files of records, folders of files that are finished one after another, states, spools,
 * transactions. Files of dead letters can be shared.
 */
export function clashesOf(feeds: readonly NamedFeed[]): Clash[] {
  const names = new Map<string, string>();
  const claims = feeds.flatMap(({ feed, value }) => {
    const name = feed.name ?? '';
    return claimsOf(feed, value).map((claim) => ({ ...claim, feed, name }));
  });
  const clashes: Clash[] = [];
  for (const { feed } of feeds) {
    const name = feed.name ?? '';
    if (names.has(name)) clashes.push({ feed, finding: { path: ['name'], at: 'value', message: sameName(name) } });
    names.set(name, name);
  }
  const taken = new Map<string, (typeof claims)[number]>();
  // What is within a folder comes after it.
  for (const claim of claims.toSorted((a, b) => a.place.length - b.place.length)) {
    const before = holderOf(claim, taken);
    if (before === undefined) taken.set(claim.place, claim);
    else if (before.feed !== claim.feed && !(before.isShared && claim.isShared))
      clashes.push({
        feed: claim.feed,
        finding: { path: claim.path, at: 'value', message: samePlace(claim.what, before.name) },
      });
  }
  return clashes;
}

interface Claim {
  readonly what: 'file' | 'folder' | 'state' | 'spool' | 'id';
  readonly place: string;
  readonly path: Path;
  /** Whether others like it may be in the same place. */
  readonly isShared?: boolean;
}

function holderOf<T extends Claim>(claim: T, taken: ReadonlyMap<string, T>): T | undefined {
  const same = taken.get(claim.place);
  if (same !== undefined || claim.what === 'id' || claim.what === 'file') return same;
  for (let folder = dirname(claim.place); folder !== dirname(folder); folder = dirname(folder)) {
    const above = taken.get(folder);
    if (above !== undefined && above.what === claim.what) return above;
  }
  return undefined;
}

function claimsOf({ name, source, sink, state, spool }: PipelineFile, value: unknown): Claim[] {
  const claims: Claim[] = [];
  const sinkPath = ['pipeline', 'sink', 'config'] as const;
  for (const { path, roll, keep } of recordFilesOf(valueAt(value, ['pipeline', 'sink']))) {
    if (typeof path !== 'string') continue;
    const at = [...sinkPath, 'path'];
    if (!isRolled({ path, roll, keep })) claims.push({ what: 'file', place: realPath(path), path: at });
    else claims.push(...folderClaim(path, name, at));
  }
  const letters = source.deadLetter;
  const lettersPath =
    valueAt(value, ['pipeline', 'dlq']) === undefined
      ? ['pipeline', 'source', 'config', 'dead_letter']
      : ['pipeline', 'dlq'];
  if (letters !== undefined && isRolled(letters)) claims.push(...folderClaim(letters.path, name, lettersPath));
  else if (letters !== undefined)
    claims.push({ what: 'file', place: realPath(letters.path), path: lettersPath, isShared: true });
  const statePath = valueAt(value, ['state']) === undefined ? ['pipeline', 'state'] : ['state'];
  if (state !== undefined) claims.push({ what: 'state', place: realPath(state.path), path: statePath });
  if (spool !== undefined) claims.push({ what: 'spool', place: realPath(spool.path), path: ['pipeline', 'spool'] });
  const { transactionalId } = sink as { readonly transactionalId?: unknown };
  if (typeof transactionalId === 'string')
    claims.push({ what: 'id', place: `id ${transactionalId}`, path: [...sinkPath, 'transactional_id'] });
  return claims;
}

/** Files that are finished one after another have the whole folder; one that cannot be read has a finding of its own. */
function folderClaim(path: string, feed: string | undefined, at: Path): Claim[] {
  try {
    return [{ what: 'folder', place: realPath(compileTemplate('path', path, feed).folder), path: at }];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [];
  }
}

function sameName(name: string): string {
  return `Two feeds are called \`${name}\`. Give each a name of its own.`;
}

function samePlace(what: Claim['what'], other: string): string {
  return `${TAKEN[what](other)} Give each feed one of its own, with \`\${row.id}\` or \`\${each.NAME}\` in it.`;
}

const TAKEN: Readonly<Record<Claim['what'], (other: string) => string>> = {
  file: (other) => `The feed \`${other}\` writes to this very file.`,
  folder: (other) =>
    `The feed \`${other}\` finishes files in this folder, or one is within the other, and a folder of such files is of one feed.`,
  state: (other) => `The feed \`${other}\` keeps its state in this folder, or one is within the other.`,
  spool: (other) => `The feed \`${other}\` has its spool in this folder, or one is within the other.`,
  id: (other) => `The feed \`${other}\` has this \`transactional_id\`, and each would end the other.`,
};
