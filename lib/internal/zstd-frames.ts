import { type FileHandle, open } from 'node:fs/promises';

/**
 * Whether a file is zstd frames (RFC 8878) from its first byte to its last. It goes from block to block by their
 * headers and decompresses nothing: Node's own zstd stops behind the first frame before Node 26.
 */
export async function isWholeZstd(handle: FileHandle, size: number): Promise<boolean> {
  let at = 0;
  while (at < size) {
    const end = await frameEnd(handle, at);
    if (end === undefined || end > size) return false;
    at = end;
  }
  return true;
}

/**
 * The bytes of a file of zstd frames in chunks of which none goes past the end of a frame. Before Node 26, its zstd drops
 * what stands behind that end in the same chunk, without an error, and goes on with the next chunk.
 *
 * @param onCutOff Called before the last chunks of a file that is not whole: not every Node calls that an error.
 */
export async function* zstdChunks(path: string, onCutOff: () => void): AsyncGenerator<Buffer> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    for (let at = 0; at < size; ) {
      const frame = await frameEnd(handle, at);
      if (frame === undefined || frame > size) onCutOff();
      // What is no whole frame goes out as it is, for what can be had of it.
      const end = Math.min(size, frame ?? size);
      while (at < end) {
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at)), {
          position: at,
        });
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    }
  } finally {
    await handle.close();
  }
}

/** Where the frame from `at` ends, or `undefined` when there is none or it is not whole. */
async function frameEnd(handle: FileHandle, at: number): Promise<number | undefined> {
  const start = await read(handle, at, FRAME_START_BYTES);
  if (start === undefined) return undefined;
  const magic = start.readUInt32LE(0);
  if (magic >>> 4 === SKIPPABLE_MAGIC) {
    const length = await read(handle, at + 4, 4);
    return length && at + 8 + length.readUInt32LE(0);
  }
  if (magic !== MAGIC) return undefined;
  const flags = start[4] as number;
  const isSingleSegment = (flags & 0x20) !== 0;
  const sizeBytes = flags >> 6 === 0 ? Number(isSingleSegment) : 1 << (flags >> 6);
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number;
  let next = at + FRAME_START_BYTES + Number(!isSingleSegment) + dictionaryBytes + sizeBytes;
  for (;;) {
    const header = await read(handle, next, BLOCK_HEADER_BYTES);
    if (header === undefined) return undefined;
    const block = header.readUIntLE(0, BLOCK_HEADER_BYTES);
    const type = (block >> 1) & 3;
    if (type === RESERVED) return undefined;
    next += BLOCK_HEADER_BYTES + (type === RUN_LENGTH ? 1 : block >> 3);
    if ((block & 1) === 1) return next + ((flags & 4) === 0 ? 0 : CHECKSUM_BYTES);
  }
}

async function read(handle: FileHandle, at: number, length: number): Promise<Buffer | undefined> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  return bytesRead === length ? buffer : undefined;
}

const CHUNK_BYTES = 64 * 1024;
const MAGIC = 0xfd2fb528;
/** Its last four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a5;
/** The magic and the flags. */
const FRAME_START_BYTES = 5;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const RUN_LENGTH = 1;
const RESERVED = 3;
