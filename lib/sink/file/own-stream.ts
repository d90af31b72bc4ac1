import { fstatSync } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Whether a path leads to what this process has open as a stream already: `/dev/stdout`, `/dev/fd/3`, or the file that
 * standard output or standard error goes to. Who opened it has decided on what it holds (`>> log`), so nothing of that is ours.
 */
export async function isOwnStream(path: string): Promise<boolean> {
  return (await leadsToStream(resolve(path))) || (await isStandardStream(path));
}

/** Goes by names: of an open file the system tells no more than where it is. */
async function leadsToStream(path: string): Promise<boolean> {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const folder = await realpath(dirname(at)).catch(() => undefined);
    if (folder === undefined) return false;
    at = join(folder, basename(at));
    if (STREAM.test(at)) return true;
    const target = await readlink(at).catch(() => undefined);
    if (target === undefined) return false;
    at = resolve(folder, target);
  }
  return false;
}

async function isStandardStream(path: string): Promise<boolean> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true && [1, 2].some((fd) => isSame(found, fd));
}

function isSame(found: { readonly dev: bigint; readonly ino: bigint }, fd: number): boolean {
  try {
    const own = fstatSync(fd, { bigint: true });
    return own.dev === found.dev && own.ino === found.ino;
  } catch {
    // It was closed.
    return false;
  }
}

const STREAM = /^\/(dev\/std(in|out|err)|dev\/fd\/\d+|proc\/\d+\/(task\/\d+\/)?fd\/\d+)$/;
const MOST_LINKS = 40;
