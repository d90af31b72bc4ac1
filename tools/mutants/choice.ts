import type { Mutant } from './mutants-of.js';

/** Which mutants are asked for. */
export interface Choice {
  /** Whether any of a file may be. */
  hasFile(file: string): boolean;
  has(mutant: Pick<Mutant, 'file' | 'line' | 'lastLine'>): boolean;
}

/** A folder or a file, or a line of it. */
export interface Path {
  readonly path: string;
  readonly line: number | undefined;
}

export function ofPaths(paths: readonly Path[]): Choice {
  const those = (file: string): Path[] => paths.filter(({ path }) => file === path || file.startsWith(`${path}/`));
  return {
    hasFile: (file) => those(file).length > 0,
    has: ({ file, line: first, lastLine }) => {
      return those(file).some(({ line = first }) => first <= line && line <= lastLine);
    },
  };
}

/** @param changed the lines of each file */
export function ofChanges(changed: ReadonlyMap<string, ReadonlySet<number> | 'all'>): Choice {
  return {
    hasFile: (file) => changed.has(file),
    has: ({ file, line, lastLine }) => {
      const lines = changed.get(file);
      if (lines === undefined || lines === 'all') return lines === 'all';
      for (let at = line; at <= lastLine; at += 1) if (lines.has(at)) return true;
      return false;
    },
  };
}
