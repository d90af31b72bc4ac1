import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Compression } from './encodings.js';
import type { FileEnd, WholeEnd } from './file-end.js';
import { gzipEnd } from './gzip-end.js';
import { plainEnd } from './plain-end.js';
import { zstdEnd } from './zstd-end.js';

/** Looks at how the file at a path ends, and changes nothing. What is not there, or is no regular file, is whole. */
export async function examineEnd(
  path: string,
  { compression, pretty }: { readonly compression: Compression; readonly pretty: boolean },
): Promise<FileEnd> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size === 0) return WHOLE;
  const handle = await open(path, 'r');
  try {
    return await endOf(handle, found.size, compression, pretty);
  } finally {
    await handle.close();
  }
}

function endOf(handle: FileHandle, size: number, compression: Compression, pretty: boolean): Promise<FileEnd> {
  switch (compression) {
    case 'none':
      return plainEnd(handle, size, pretty);
    case 'gzip':
      return gzipEnd(handle, size);
    case 'zstd':
      return zstdEnd(handle, size);
  }
}

const WHOLE: WholeEnd = { kind: 'whole', lead: Buffer.alloc(0) };
