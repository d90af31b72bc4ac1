import { type FileHandle, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';

/** Where an open file is, beside the path that it was opened by. */
export interface FilePlace {
  /**
   * `in_place`: the path leads to it. `moved`: it has another name, and nothing is at the path. `replaced`: it has
   * another name, and another file is at the path. `deleted`: no name leads to it, and what it holds goes when it is closed.
   */
  readonly state: 'in_place' | 'moved' | 'replaced' | 'deleted';
  /** Its other name, where the system tells. */
  readonly name?: string | undefined;
}

/** Compares an open file with what is at a path. What cannot be found out is taken for the good case. */
export async function placeOf(handle: FileHandle, path: string): Promise<FilePlace> {
  const found = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    return NOTHING_THERE.has(error.code ?? '') ? undefined : UNKNOWN;
  });
  if (found === UNKNOWN) return IN_PLACE;
  try {
    const own = await handle.stat({ bigint: true });
    if (found !== undefined && found.dev === own.dev && found.ino === own.ino) return IN_PLACE;
    if (own.nlink === 0n) return { state: 'deleted' };
  } catch (error) {
    // On a network disk, when it was deleted on another machine.
    return (error as NodeJS.ErrnoException).code === 'ESTALE' ? { state: 'deleted' } : IN_PLACE;
  }
  const name = await nameOf(handle);
  if (name !== undefined && DELETED.test(basename(name))) return { state: 'deleted' };
  return { state: found === undefined ? 'moved' : 'replaced', name };
}

/** What the file is called now: Linux alone tells, and not when only another hard link is left. */
async function nameOf(handle: FileHandle): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const name = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
  return name?.endsWith(' (deleted)') ? undefined : name;
}

const IN_PLACE: FilePlace = { state: 'in_place' };
const UNKNOWN = Symbol('unknown');
/** What the system says where a path leads to nothing. */
const NOTHING_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
/** What network file systems, and those of FUSE, call a deleted file until it is closed. */
const DELETED = /^\.(nfs|fuse_hidden)[0-9a-f]+$/i;
