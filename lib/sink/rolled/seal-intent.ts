import { open, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../internal/force-to-disk.js';
import { ifThere } from '../../internal/if-there.js';
import type { SealedFile } from '../../manifest/manifest-entry.js';
import { decodeLine, encodeLine } from '../../manifest/manifest-line.js';
import type { ManifestFile } from './manifest-file.js';

/** What is behind the name of a file while its compressed bytes are made. */
export const SEALING_SUFFIX = '.sealing';

/**
 * What is about to happen to a part whose bytes are on the disk, as they are to lie there: it gets its name, and its line in the manifest. It
 * is written down before that, so that a run that dies in between leaves enough to finish it.
 */
export interface SealIntent {
  /** Where the bytes are, from the folder of all files on: the part itself, or what was compressed of it. */
  readonly source: string;
  /** The part, which goes when it was compressed. */
  readonly part: string;
  readonly sealed: SealedFile;
}

/** Where intents are carried out. */
export interface IntentPlace {
  readonly folder: string;
  /** Where they are written down. */
  readonly intentPath: string;
  readonly manifest: ManifestFile;
}

/** Writes intents down, a line each. Resolves when the disk has them. */
export async function writeIntents(path: string, intents: readonly SealIntent[]): Promise<void> {
  const lines = intents.map(({ source, part, sealed }) => {
    return `${JSON.stringify({ source, part, line: encodeLine(sealed, null).toString() })}\n`;
  });
  const isNew = (await sizeOf(path)) === undefined;
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(lines.join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (isNew) await syncFolder(dirname(path));
}

/** The intents that a run left. Of one that was not written to its end nothing had happened yet. */
export async function readIntents(path: string): Promise<readonly SealIntent[]> {
  const text = (await ifThere(readFile(path, 'utf8'))) ?? '';
  return text.split('\n').flatMap((line) => intentIn(line) ?? []);
}

function intentIn(text: string): SealIntent | undefined {
  try {
    const { source, part, line } = JSON.parse(text) as { source: string; part: string; line: string };
    const decoded = decodeLine(Buffer.from(line.trimEnd()));
    return typeof decoded === 'string' || decoded.entry.event !== 'sealed'
      ? undefined
      : { source, part, sealed: decoded.entry };
  } catch {
    return undefined;
  }
}

/**
 * Does what intents say, or what is left of it: the names, the folders forced to the disk, the lines in the manifest.
 *
 * @param isListed whether the manifest has its line
 * @returns those whose files are there now
 */
export async function carryOut(
  { folder, intentPath, manifest }: IntentPlace,
  intents: readonly SealIntent[],
  isListed: (sealed: SealedFile) => boolean = () => false,
): Promise<readonly SealIntent[]> {
  const done: SealIntent[] = [];
  for (const intent of intents) if (await giveName(folder, intent)) done.push(intent);
  await Promise.all(Array.from(foldersOf(folder, done), syncFolder));
  await manifest.append(done.flatMap(({ sealed }) => (isListed(sealed) ? [] : [sealed])));
  const squeezed = done.filter(({ part, source }) => part !== source);
  for (const { part } of squeezed) await rm(join(folder, part), { force: true });
  // A part that came back after a power failure, with nothing that says what became of it, would be sealed once more.
  await Promise.all(Array.from(foldersOf(folder, squeezed), syncFolder));
  // The name stays until the run ends: a new one would have to be forced to the disk each time.
  await ifThere(truncate(intentPath));
  return done;
}

/** Removes what intents were written down in, unless there is one that was not carried out. */
export async function removeIfDone(path: string): Promise<void> {
  if ((await sizeOf(path)) === 0) await rm(path);
}

function foldersOf(folder: string, intents: readonly SealIntent[]): ReadonlySet<string> {
  return new Set(intents.map(({ sealed }) => dirname(join(folder, sealed.path))));
}

/** Gives a file its name, if it has not got it yet. Returns whether it has. */
async function giveName(folder: string, { source, sealed }: SealIntent): Promise<boolean> {
  const path = join(folder, sealed.path);
  if ((await sizeOf(path)) === undefined && (await sizeOf(join(folder, source))) === sealed.bytes) {
    await rename(join(folder, source), path);
  }
  return (await sizeOf(path)) === sealed.bytes;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await ifThere(stat(path)))?.size;
}
