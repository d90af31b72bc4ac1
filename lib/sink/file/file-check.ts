import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { SinkCheck } from '../check.js';
import { explainFileFailure } from '../file-failure.js';
import type { Compression } from './encodings.js';
import type { FileEnd } from './file-end.js';
import type { FileFormat } from './file-format.js';
import type { ResolvedJsonlFileOptions } from './jsonl-file-options.js';
import { isOwnStream } from './own-stream.js';

/** What there is to know of a file before it is looked at. */
interface FileToCheck extends Pick<ResolvedJsonlFileOptions, 'append' | 'compression' | 'pretty'> {
  readonly examineEnd: FileFormat['examineEnd'];
}

/**
 * Looks at where a sink would write a file to: the folder, the file, the free space and the compression. A file is
 * made in the folder, since only that tells whether it can be: one without a name where there is such a thing, so that
 * even a process that is killed leaves nothing behind.
 */
export async function* checkFile(
  path: string,
  { append, compression, pretty, examineEnd }: FileToCheck,
): AsyncGenerator<SinkCheck> {
  const folder = dirname(resolve(path));
  const existing = await nearestFolder(folder);
  yield await look('folder', () => checkFolder(path, folder, existing));
  yield await look('file', () => checkTheFile(path, append, () => examineEnd(path, { compression, pretty })));
  yield await look('free space', () => checkFreeSpace(existing));
  yield await look('compression', async () => compressionText(compression));
}

/** How a compression that can be used is told. */
export function compressionText(compression: Compression): string {
  return compression === 'none' ? 'none' : `${compression}, which this Node has`;
}

/** What is wrong, without the system having said so. */
export interface Objection {
  readonly detail: string;
  readonly advice: string;
}

/** Where the system throws, that is what was found. */
export async function look(name: string, find: () => Promise<string | Objection>): Promise<SinkCheck> {
  const startedAt = performance.now();
  const done = (facts: Pick<SinkCheck, 'ok' | 'detail' | 'advice'>): SinkCheck => ({
    name,
    ...facts,
    elapsedMs: performance.now() - startedAt,
  });
  try {
    const found = await find();
    return done(typeof found === 'string' ? { ok: true, detail: found, advice: undefined } : { ok: false, ...found });
  } catch (error) {
    const [reason, advice] = explainFileFailure(error);
    return done({ ok: false, detail: reason, advice });
  }
}

async function checkFolder(path: string, folder: string, existing: string): Promise<string> {
  if (await isSpecial(path)) return `${path} is no regular file, so none is made there`;
  makeFile(existing);
  return existing === folder ? `${folder} can be written to` : `${folder} is to be created, and can be`;
}

/** @throws the system's error when no file can be made in the folder */
export function makeFile(folder: string): void {
  try {
    if (process.platform === 'linux') {
      closeSync(openSync(folder, UNNAMED_FILE, 0o600));
      return;
    }
  } catch (error) {
    if (!KNOWS_NONE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  // It is there for the time of two calls, in which no signal is heeded.
  const path = join(folder, `.spillway-${randomUUID()}`);
  const file = openSync(path, 'wx', 0o600);
  unlinkSync(path);
  closeSync(file);
}

async function checkTheFile(
  path: string,
  append: boolean,
  examine: () => Promise<FileEnd>,
): Promise<string | Objection> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (found === undefined) return 'it does not exist yet';
  if (found.isDirectory()) return { detail: 'it is a folder (EISDIR)', advice: 'Give the path of a file.' };
  await access(path, constants.W_OK);
  if (!found.isFile() || (await isOwnStream(path))) return 'no regular file, but it can be written to';
  if (!append)
    return found.size === 0
      ? 'it exists, and is empty'
      : `it exists, and the first page of a run replaces its ${found.size} bytes`;
  return endText(await examine(), found.size);
}

function endText(end: FileEnd, size: number): string {
  switch (end.kind) {
    case 'whole':
      return `${size} bytes, and a run adds to them`;
    case 'torn':
      return `${size} bytes, of which a run cuts off the last ${size - end.keep}, which are torn, and adds to the rest`;
    case 'bad':
      return `it cannot be added to, since ${end.reason}: a run renames it to \`.bad\`, and begins a new one`;
  }
}

export async function checkFreeSpace(folder: string): Promise<string | Objection> {
  const { bavail, bsize, blocks } = await statfs(folder);
  if (blocks === 0) return 'the file system does not tell';
  const free = bavail * bsize;
  const detail = `${Math.floor(free / 1_000_000).toLocaleString('en-US')} MB`;
  if (free < LITTLE_SPACE)
    return { detail: `only ${detail}`, advice: 'Free some space, or give a path on another disk.' };
  return detail;
}

/** The folder, or the nearest one above it that exists: there the missing ones would be created. */
export async function nearestFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  const above = dirname(folder);
  return found !== undefined || above === folder ? folder : nearestFolder(above);
}

async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return isOwnStream(path);
  return found !== undefined && !found.isDirectory();
}

/** `O_TMPFILE` of Linux, to write: Node.js does not name it. */
const UNNAMED_FILE = 0o20000000 | constants.O_DIRECTORY | constants.O_WRONLY;
/** What file systems say, and kernels, that have no files without a name. */
const KNOWS_NONE: ReadonlySet<string> = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EISDIR', 'EINVAL']);
const LITTLE_SPACE = 100_000_000;
