import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../errors.js';
import { NO_ZSTD } from '../internal/zstd.js';
import { compressionBySuffix } from '../sink/file/by-suffix.js';
import type { Compression } from '../sink/file/encodings.js';
import type { Content } from './content.js';
import { gzipContent } from './gzip-content.js';
import { chunksOf, passingChunks } from './raw-bytes.js';
import { hasZstd, zstdContent } from './zstd-content.js';

/** A file that is open. */
export interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** The byte behind the last that is looked at; `undefined` for a pipe. */
  readonly size: number | undefined;
  /** The first byte that is looked at, of a plain file. @default 0 */
  readonly start?: number;
}

/**
 * How a file is compressed: as its name says, or, of one whose name says nothing, its first bytes, with which no JSON begins. Whoever
 * captures into a file may name it as he likes.
 */
export async function compressionOf({ path, handle, size }: OpenFile): Promise<Compression> {
  // A file of no bytes at all is one that was begun.
  if (size === 0) return 'none';
  const named = compressionBySuffix(path);
  if (named !== 'none' || size === undefined) return named;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
  const begin = buffer.subarray(0, bytesRead);
  if (begin.subarray(0, GZIP.length).equals(GZIP)) return 'gzip';
  return begin.equals(ZSTD) ? 'zstd' : 'none';
}

/**
 * What is in a file, as {@link compressionOf} says that it is compressed. A chunk can be looked at until the next one is asked for.
 *
 * @param onRead hears of how many bytes of the file were read
 */
export async function* contentOf(file: OpenFile, onRead: (bytes: number) => void): Content {
  const { handle, size, start = 0 } = file;
  const extent = { start, end: size };
  switch (await compressionOf(file)) {
    case 'none':
      return yield* plainContent(counted(passingChunks(handle, extent), onRead));
    case 'gzip':
      return yield* gzipContent(counted(chunksOf(handle, extent), onRead));
    case 'zstd':
      if (!hasZstd()) throw new InputError(NO_ZSTD, { file: file.path, reason: 'unreadable' });
      return yield* zstdContent(handle, size ?? 0, onRead);
  }
}

async function* plainContent(chunks: AsyncIterable<Buffer>): Content {
  yield* chunks;
  return { isTorn: false, zeros: 0 };
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void, void> {
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.length;
    onRead(read);
    yield chunk;
  }
}

const GZIP = Buffer.of(0x1f, 0x8b, 8);
const ZSTD = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);
const MAGIC_BYTES = 4;
