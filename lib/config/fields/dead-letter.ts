import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Finding, valueFinding } from '../check/findings.js';
import { checkFilePath, expandHome } from '../files/file-path.js';

/** What is wrong beyond what the schema can say. */
export function checkDeadLetter(given: Readonly<Record<string, unknown>>): Finding[] {
  const path = given['dead_letter'];
  if (path === undefined || path === null) return [];
  const contradictions = ['on_parse_error', 'on_invalid_record'].filter((key) => given[key] === 'fail');
  return [
    ...checkDeadLetterPath(path, ['dead_letter']),
    ...contradictions.map((key) =>
      valueFinding(
        [key],
        `\`${key}: fail\` ends the run by what \`dead_letter\` is there to keep. Leave out one of them.`,
      ),
    ),
  ];
}

/** What is wrong with the name of a dead letter file, of a source or of a sink. Values of a wrong type pass. */
export function checkDeadLetterPath(file: unknown, path: readonly string[]): Finding[] {
  const suffix = typeof file === 'string' ? /\.(gz|zst)$/i.exec(file)?.[0] : undefined;
  if (suffix === undefined) return checkFilePath(file, path);
  return [valueFinding(path, `Dead letters are written as plain lines, not compressed: leave out \`${suffix}\`.`)];
}

/** Whether two paths lead to one file. What is no path leads nowhere. */
export function isSameFile(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string' && realPath(one) === realPath(other);
}

/** Where a path leads to, as far as its folders exist. */
function realPath(given: string): string {
  const path = resolve(expandHome(given));
  try {
    return realpathSync.native(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}
