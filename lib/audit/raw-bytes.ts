import type { FileHandle } from 'node:fs/promises';

/** A stretch of a file. */
export interface Extent {
  readonly start: number;
  /** The byte behind it; `undefined` for a pipe, which is read as it comes. */
  readonly end: number | undefined;
}

/** The bytes of a stretch of a file, in chunks of their own. */
export async function* chunksOf(
  handle: FileHandle,
  { start, end = Number.POSITIVE_INFINITY }: Extent,
): AsyncGenerator<Buffer, void, void> {
  for (let at = start; at < end; ) {
    const length = Math.min(COMPRESSED_CHUNK_BYTES, end - at);
    const place = end === Number.POSITIVE_INFINITY ? null : at;
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, place);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * The same, fast: the next chunk is read while one is looked at, and the memory of each is used again, so that a chunk can be looked
 * at until the next one is asked for.
 */
export async function* passingChunks(
  handle: FileHandle,
  { start, end = Number.POSITIVE_INFINITY }: Extent,
): AsyncGenerator<Buffer, void, void> {
  const isPlaced = end !== Number.POSITIVE_INFINITY;
  const read = (into: Buffer, at: number): Promise<{ bytesRead: number }> | undefined =>
    at < end ? handle.read(into, 0, Math.min(into.length, end - at), isPlaced ? at : null) : undefined;
  let [now, then] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
  let at = start;
  let reading = read(now, at);
  while (reading !== undefined) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return;
    at += bytesRead;
    [now, then] = [then, now];
    reading = read(now, at);
    // Heard of when its turn comes, if that does.
    reading?.catch(() => {});
    yield then.subarray(0, bytesRead);
  }
}

const CHUNK_BYTES = 1024 * 1024;
const COMPRESSED_CHUNK_BYTES = 64 * 1024;
