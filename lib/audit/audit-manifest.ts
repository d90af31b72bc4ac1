import { readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { systemClock } from '../internal/clock.js';
import { isLocked } from '../internal/folder-lock.js';
import { filesIn, MANIFEST_NAME, OWN_FOLDER, readManifest } from '../manifest/manifest.js';
import type { SealedFile } from '../manifest/manifest-entry.js';
import { auditFile, unreadable } from './audit-file.js';
import { FileFindings } from './file-findings.js';
import type { AuditListener } from './finding.js';
import type { Course } from './line-audit.js';
import { ManifestWatcher } from './manifest-watcher.js';
import { type Target, targetsBeside } from './targets.js';

/**
 * Looks at the manifest in a folder, at each file that it names, in its order, and at those beside them that it does not name. Nothing outside of the folder is
 * read, wherever its paths and links lead.
 *
 * @param look is given what is not in the manifest
 */
export async function auditManifest(
  folder: string,
  course: Course,
  listener: AuditListener,
  look: (target: Target) => Promise<void>,
): Promise<void> {
  const path = join(folder, MANIFEST_NAME);
  const findings = new FileFindings(path, listener);
  try {
    findings.isInUse = await isLocked(join(folder, OWN_FOLDER), systemClock);
    const files = checkLines(await readFile(path), findings);
    const root = await realpath(folder);
    checkSequences(files, findings);
    const { isInUse } = findings;
    // A run that has the folder may remove files while others are read.
    const isListed = async (name: string): Promise<boolean> =>
      !isInUse || filesIn(readManifest(await readFile(path))).has(name);
    for (const [name, entry] of files)
      await auditSealed(join(folder, name), { entry, root, course, listener, isListed: () => isListed(name) });
    for await (const target of targetsBeside(folder)) {
      const name = 'path' in target ? relative(folder, target.path).split(sep).join('/') : '';
      if (files.has(name)) continue;
      if (target.kind === 'file' && !name.endsWith('.part')) {
        listener.found({ kind: 'unlisted', isWrong: false, file: target.path, message: UNLISTED });
      }
      await look(target);
    }
  } catch (cause) {
    findings.wrong('unreadable', unreadable(cause));
  } finally {
    findings.close();
  }
}

function checkLines(bytes: Buffer, findings: FileFindings): ReadonlyMap<string, SealedFile> {
  const manifest = readManifest(bytes);
  for (const { line, reason } of manifest.damage)
    findings.wrong('manifest', `The line of the manifest is damaged: ${reason}.`, { line });
  if (manifest.torn !== undefined) {
    const { line, bytes: left } = manifest.torn;
    findings.wrong('torn', `The last line of the manifest is torn: ${left} bytes are left of it.`, { line });
  }
  return filesIn(manifest);
}

/** Files hold what came one after the other; where the numbers begin anew, another run without a state has begun. */
function checkSequences(files: ReadonlyMap<string, SealedFile>, findings: FileFindings): void {
  let last: SealedFile | undefined;
  for (const file of files.values()) {
    const { firstSequence, lastSequence, path } = file;
    if (firstSequence === undefined || lastSequence === undefined) continue;
    if (firstSequence > lastSequence) {
      findings.wrong('manifest', `It says that ${path} begins at frame ${firstSequence} and ends at ${lastSequence}.`);
    } else if (last !== undefined && firstSequence < (last.firstSequence as number)) {
      findings.note(
        'begins_anew',
        `Behind ${last.path}, which begins at frame ${last.firstSequence}, comes ${path}, which begins at ${firstSequence}.`,
      );
    }
    last = file;
  }
}

interface Sealed {
  readonly entry: SealedFile;
  /** Where the folder really is. */
  readonly root: string;
  readonly course: Course;
  readonly listener: AuditListener;
  /** Whether the manifest tells of it still. */
  readonly isListed: () => Promise<boolean>;
}

async function auditSealed(path: string, { entry, root, course, listener, isListed }: Sealed): Promise<void> {
  const refuse = (kind: 'missing' | 'outside' | 'unreadable', message: string): void =>
    listener.found({ kind, isWrong: true, file: path, message });
  try {
    const real = await realpath(path);
    if (!real.startsWith(root + sep))
      return refuse(
        'outside',
        'Its manifest names it, and a symbolic link leads out of the folder: it was not looked at.',
      );
    if (!(await stat(path)).isFile()) return refuse('missing', 'Its manifest names it, and it is no file.');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return refuse('unreadable', unreadable(cause));
    if (await isListed()) return refuse('missing', 'Its manifest names it, and it is not there.');
    listener.found({ kind: 'left_out', isWrong: false, file: path, message: REMOVED });
    return;
  }
  await auditFile({ path, course, watcher: new ManifestWatcher(entry), isInUse: false }, listener);
}

const UNLISTED = 'It lies in the folder of a manifest, which does not name it.';
const REMOVED = 'It was not looked at: `keep` has removed it meanwhile.';
