import type { Path } from './findings.js';

/** The sentence for a key that somebody may well look for, and that there is not: what does it, or why nothing does. */
export function elsewhere(path: Path, key: string): string | undefined {
  return path.at(-1) === 'resume' ? OF_RESUME[key] : undefined;
}

const OF_RESUME: Readonly<Record<string, string>> = {
  commit_every:
    'There is no such key: a cursor is kept with each page that is stored, and `sync` of `state` says how often that is forced to the disk.',
  key: 'There is no such key: a feed has one cursor. Take a source for each channel that its server numbers by itself.',
};
