import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutants-of.js';

/** A mutant that no test can notice, or need not, and why. It is known by its lines, since their numbers change. */
export interface Accepted extends Pick<Mutant, 'file' | 'before' | 'after'> {
  /** The line above: given where lines read the same, and not all are meant. */
  readonly behind?: string;
  readonly because: string;
}

/** The list that is checked in; nothing when there is none. */
export function readAccepted(root: string): readonly Accepted[] {
  try {
    return JSON.parse(readFileSync(join(root, 'tools/mutants/accepted.json'), 'utf8')) as Accepted[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function isAccepted(mutant: Mutant, accepted: readonly Accepted[]): boolean {
  return accepted.some((one) => isSame(one, mutant));
}

/** Those that are the list's no more: their lines have changed. */
export function staleAmong(accepted: readonly Accepted[], mutants: readonly Mutant[]): readonly Accepted[] {
  return accepted.filter((one) => !mutants.some((mutant) => isSame(one, mutant)));
}

function isSame(one: Accepted, mutant: Mutant): boolean {
  const { file, before, after, behind } = mutant;
  return one.file === file && one.before === before && one.after === after && (one.behind ?? behind) === behind;
}
