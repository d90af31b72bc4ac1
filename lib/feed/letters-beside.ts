import { relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Finding, type Path, valueFinding } from '../config/check/findings.js';
import { isSameFile, letterFilesOf, realPath } from '../config/fields/dead-letter.js';
import { ConfigError } from '../errors.js';
import { isRolled } from '../internal/roll-options.js';
import { compileTemplate } from '../sink/rolled/path-template.js';

/** Files that a sink writes records to, as they are written in its `config`. */
export interface RecordFiles {
  readonly path: unknown;
  readonly roll?: unknown;
  readonly keep?: unknown;
}

/**
 * What is wrong with where dead letters go beside the files of a sink: neither may write to what the other one does, and a folder of files that are
 * finished one after another has one manifest, and one who writes.
 *
 * @param letters a path, or an object with it, and where that stands; values of a wrong type pass
 */
export function checkLettersBeside(letters: unknown, at: Path, files: readonly RecordFiles[]): Finding[] {
  const own = letterFilesOf(letters);
  if (own === undefined) return [];
  const place = typeof letters === 'string' ? at : [...at, 'path'];
  for (const { path, ...options } of files) {
    if (isSameFile(own.path, path)) return [valueFinding(place, SAME_FILE)];
    if (typeof path !== 'string' || !isRolled({ path, ...options }) || !isRolled(own)) continue;
    if (areWithin(own.path, path)) return [valueFinding(place, sameFolder(path))];
  }
  return [];
}

/**
 * What is wrong with where a sink has dead letters go beside those of the source: where both go to one place in files that are finished one after
 * another, there is one way to it.
 *
 * @param letters of the sink, a path, or an object with it, and where that stands; values of a wrong type pass
 */
export function checkLettersTogether(letters: unknown, at: Path, others: unknown): Finding[] {
  const [own, other] = [letterFilesOf(letters), letterFilesOf(others)];
  if (own === undefined || other === undefined || !(isRolled(own) || isRolled(other))) return [];
  const isSame = isSameFile(own.path, other.path);
  if (isSame && isDeepStrictEqual([own.roll, own.keep], [other.roll, other.keep])) return [];
  const isBeside = !isSame && !(isRolled(own) && isRolled(other) && areWithin(own.path, other.path));
  return isBeside ? [] : [valueFinding(typeof letters === 'string' ? at : [...at, 'path'], TWO_WAYS)];
}

/** Whether files of one path are in the same folder as those of another, or within it, or the other way round. */
function areWithin(one: string, other: string): boolean {
  const folder = folderOf(other);
  return folder !== undefined && isOneWithin(folderOf(one), folder);
}

/** The folder of such files; nothing of a path that cannot be read, which has a finding of its own. */
function folderOf(path: string): string | undefined {
  try {
    return realPath(compileTemplate('path', path, ANY_FEED).folder);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return undefined;
  }
}

function isOneWithin(one: string | undefined, other: string): boolean {
  return one !== undefined && [relative(one, other), relative(other, one)].some((way) => !/^\.\.(?:[/\\]|$)/.test(way));
}

function sameFolder(path: string): string {
  return (
    `The files of records (${path}) are in the same folder, or one of the two is within the other: each has a manifest of its own. Give dead letters ` +
    'a folder beside it.'
  );
}

const TWO_WAYS =
  'Dead letters of the source go to the same folder, or one of the two is within the other, and not in the same way. Give both the same `path`, `roll` and `keep`, or the sink a ' +
  'folder beside it.';
const SAME_FILE = 'The sink writes its records to this very file. Give another one.';
/** A folder has no part that changes. */
const ANY_FEED = 'feed';
