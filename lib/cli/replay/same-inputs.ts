import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { optionError } from '../../errors.js';
import { ifThere } from '../../internal/if-there.js';
import type { Input } from './inputs.js';

/**
 * A state says how many lines an earlier replay has stored: what is left out must be those very lines. So the state keeps how each of its
 * files began.
 *
 * @param isBegun whether an earlier replay has stored anything
 * @throws {ConfigError} when these are other files, or in another order
 */
export async function checkSameInputs(folder: string, inputs: readonly Input[], isBegun: boolean): Promise<void> {
  const path = join(folder, NAME);
  const before = isBegun ? await keptIn(path) : [];
  for (const [index, known] of before.entries()) {
    const input = inputs[index];
    // A file that was empty may have got its first line since.
    if (input === undefined || (known.begin !== '' && known.begin !== input.begin)) {
      const now = input === undefined ? 'this one has no file' : `this one has ${input.path}`;
      throw optionError(
        '--state',
        `The replay that it is kept of read ${known.path} as its file ${index + 1}, and ${now} in its place, or that begins with another line by now. Name the ` +
          'same files in the same order, or give this replay a --state of its own.',
      );
    }
  }
  const kept: Kept = inputs.map(({ path: file, begin }) => ({ path: file, begin }));
  await writeFile(`${path}.new`, `${JSON.stringify(kept)}\n`);
  await rename(`${path}.new`, path);
}

type Kept = readonly Pick<Input, 'path' | 'begin'>[];

/** What an earlier replay has kept; nothing where that cannot be read. */
async function keptIn(path: string): Promise<Kept> {
  try {
    return JSON.parse((await ifThere(readFile(path, 'utf8'))) ?? '[]') as Kept;
  } catch {
    return [];
  }
}

const NAME = 'replayed.json';
