import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isRolled } from '../../internal/roll-options.js';
import { type Finding, type Path, valueFinding } from '../check/findings.js';
import { checkFilePath, checkTemplatePath, expandHome } from '../files/file-path.js';

/** What is wrong beyond what the schema can say. */
export function checkDeadLetter(given: Readonly<Record<string, unknown>>): Finding[] {
  const letters = given['dead_letter'];
  if (letters === undefined || letters === null) return [];
  const contradictions = ['on_parse_error', 'on_invalid_record'].filter((key) => given[key] === 'fail');
  return [
    ...checkLetterFiles(letters, ['dead_letter']),
    ...contradictions.map((key) =>
      valueFinding(
        [key],
        `\`${key}: fail\` ends the run by what \`dead_letter\` is there to keep. Leave out one of them.`,
      ),
    ),
  ];
}

/** What is wrong with where dead letters go: a path, or an object with it. Values of a wrong type pass. */
export function checkLetterFiles(letters: unknown, at: Path): Finding[] {
  const files = letterFilesOf(letters);
  if (files === undefined) return [];
  const { path } = files;
  const atPath = typeof letters === 'string' ? at : [...at, 'path'];
  if (!isRolled(files)) return plainFindings(path, atPath);
  return [
    ...checkTemplatePath(path, atPath),
    ...saysNothing(files, 'roll', '`every`, `bytes` or `records`', at),
    ...saysNothing(files, 'keep', '`bytes`, `age` or `files`', at),
  ];
}

/** What is written of where dead letters go, as an object; nothing where it is none. */
export function letterFilesOf(letters: unknown): WrittenLetters | undefined {
  if (typeof letters === 'string') return { path: letters };
  const { path } = (letters ?? {}) as { readonly path?: unknown };
  return typeof path === 'string' ? (letters as WrittenLetters) : undefined;
}

/** Where dead letters go, as a file says it. */
export interface WrittenLetters {
  readonly path: string;
  readonly roll?: unknown;
  readonly keep?: unknown;
}

function plainFindings(file: string, path: Path): Finding[] {
  const suffix = /\.(gz|zst)$/i.exec(file)?.[0];
  if (suffix === undefined) return checkFilePath(file, path);
  const message = `Dead letters are written as plain lines, not compressed: leave out \`${suffix}\`${ROLL_THEM}.`;
  return [valueFinding(path, message)];
}

function saysNothing(files: WrittenLetters, key: 'roll' | 'keep', limits: string, at: Path): Finding[] {
  const given = files[key];
  const isEmpty = typeof given === 'object' && given !== null && Object.keys(given).length === 0;
  return isEmpty ? [valueFinding([...at, key], `It says nothing: set ${limits} in it, or leave it out.`)] : [];
}

const ROLL_THEM =
  ', or have them go to files that are finished one after another (`roll: { every: 1d }`), which are compressed when they are whole';

/** Whether two paths lead to one file. What is no path leads nowhere. */
export function isSameFile(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string' && realPath(one) === realPath(other);
}

/** Where a path leads to, as far as its folders exist. */
export function realPath(given: string): string {
  const path = resolve(expandHome(given));
  try {
    return realpathSync.native(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}
