import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../internal/clock.js';
import { holderOf } from '../../internal/folder-lock.js';
import { ifThere } from '../../internal/if-there.js';
import { filesIn, MANIFEST_NAME, OWN_FOLDER, readManifest } from '../../manifest/manifest.js';
import type { SinkCheck } from '../check.js';
import { checkFreeSpace, compressionText, look, makeFile, nearestFolder, type Objection } from '../file/file-check.js';
import { findParts } from './find-parts.js';
import { type RolledFilesOptions, resolveRolledOptions } from './rolled-options.js';

/**
 * Looks at where `rolledFiles` would write to: the folder, who has it, what the manifest says, what earlier runs have not finished, the free
 * space and the compression. Nothing is written but a file that goes at once.
 *
 * @throws {ConfigError} when the path or an option is not valid, or this Node lacks the compression
 */
export async function* checkRolledFiles(path: string, options: RolledFilesOptions): AsyncGenerator<SinkCheck> {
  const { template, compression, clock } = resolveRolledOptions(path, options);
  const { folder } = template;
  const existing = await nearestFolder(folder);
  const isThere = existing === folder;
  yield await look('folder', async () => {
    makeFile(existing);
    return isThere ? `${folder} can be written to` : `${folder} is to be created, and can be`;
  });
  yield await look('lock', () => checkLock(join(folder, OWN_FOLDER), clock));
  yield await look('manifest', () => checkManifest(join(folder, MANIFEST_NAME)));
  yield await look('files', async () => {
    const parts = isThere ? await findParts(folder, template, false) : [];
    if (parts.length === 0) return 'earlier runs have left nothing to finish';
    return `${parts.length} that earlier runs have not finished: a run finishes them, or goes on in them with their \`state\``;
  });
  yield await look('free space', () => checkFreeSpace(existing));
  yield await look('compression', async () => compressionText(compression));
}

async function checkLock(folder: string, clock: Clock): Promise<string | Objection> {
  const who = await holderOf(folder, clock);
  if (who === undefined) return 'nobody writes there';
  return { detail: `${who} is writing there`, advice: 'End that run first, or give a path in a folder of its own.' };
}

async function checkManifest(path: string): Promise<string | Objection> {
  const bytes = await ifThere(readFile(path));
  if (bytes === undefined) return 'there is none yet';
  const manifest = readManifest(bytes);
  const [first] = manifest.damage;
  if (first === undefined) return `${filesIn(manifest).size} finished files`;
  return {
    detail: `${path} is damaged in line ${first.line}: ${first.reason}`,
    advice: 'Find out who changes it. A run adds to it all the same.',
  };
}
