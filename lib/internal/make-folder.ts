import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { syncFolder } from './force-to-disk.js';

/** Makes a folder, and those above it, where they are not there. The disk has their names then: those of files in it are worth nothing without them. */
export async function makeFolder(path: string): Promise<void> {
  try {
    const first = await mkdir(path, { recursive: true });
    if (first !== undefined) await forceNames(resolve(first), resolve(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // Node says so of a disk that is full, or read-only, too. Of one folder alone it says what is the matter.
    await makeOneByOne(resolve(path));
  }
}

/** Forces the folders that hold those from the first one down to the last. */
async function forceNames(first: string, last: string): Promise<void> {
  for (let made = last; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function makeOneByOne(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined)) !== undefined) return;
  if (dirname(path) !== path) await makeOneByOne(dirname(path));
  await mkdir(path);
}
