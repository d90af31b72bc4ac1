import { open } from 'node:fs/promises';
import zlib, { gzipSync } from 'node:zlib';
import { syncFile } from '../internal/force-to-disk.js';
import type { Compression } from '../sink/file/encodings.js';
import type { TornEnd } from '../sink/file/file-end.js';
import { TornFile } from '../sink/file/set-aside.js';

/**
 * Cuts a torn end off a file, and gives it a whole one. What is torn, and what is still to be written anew, is in a file beside it
 * first, so that a crash in between loses nothing.
 *
 * @returns the file that has what was torn, if anything was
 */
export async function cutEnd(path: string, end: TornEnd, compression: Compression): Promise<string | undefined> {
  const aside = new TornFile(path);
  const { keep, ending, saved, torn } = end;
  const isRange = !Buffer.isBuffer(torn);
  const isKept = isRange || saved.length + torn.length > 0;
  if (isRange) await aside.keepRange(path, torn.from, torn.to);
  else if (isKept) await aside.keep(Buffer.concat([saved, torn]));
  if (isKept) await syncFile(aside.path);
  await endAt(path, keep, Buffer.concat([ending, compressed(saved, compression)]));
  if (isRange || saved.length === 0) return isRange || torn.length > 0 ? aside.path : undefined;
  await aside.undo();
  if (torn.length === 0) return undefined;
  await aside.keep(torn);
  return aside.path;
}

/** Has a file end there, with these bytes behind that. */
export async function endAt(path: string, keep: number, ending: Buffer): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.truncate(keep);
    for (let at = 0; at < ending.length; ) {
      at += (await handle.write(ending, at, ending.length - at, keep + at)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** As a member, or a frame, of its own. */
export function compressed(bytes: Buffer, compression: Compression): Buffer {
  if (bytes.length === 0 || compression === 'none') return bytes;
  if (compression === 'gzip') return gzipSync(bytes);
  return (zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer }).zstdCompressSync!(bytes);
}
