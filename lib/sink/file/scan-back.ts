import type { FileHandle } from 'node:fs/promises';

/**
 * Goes from `end` towards the begin of a file, a piece at a time, to the last byte that is meant. Returns where it stands,
 * or -1.
 *
 * @param isMeant is given a byte, and the one before it in the file (-1 for none)
 */
export async function scanBack(
  handle: FileHandle,
  end: number,
  isMeant: (byte: number, before: number) => boolean,
): Promise<number> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let to = end; to > 0; ) {
    const from = Math.max(0, to - PIECE_BYTES + 1);
    // One more than is looked at, for the byte before the first one.
    const start = Math.max(0, from - 1);
    const bytes = await readAt(handle, piece, start, to - start);
    for (let i = bytes.length - 1; i >= from - start; i--) {
      if (isMeant(bytes[i]!, i === 0 ? -1 : bytes[i - 1]!)) return start + i;
    }
    to = from;
  }
  return -1;
}

/** Where the zeros begin that a power failure leaves at the end of a file; `size` when there are none. */
export async function zerosFrom(handle: FileHandle, size: number): Promise<number> {
  return (await scanBack(handle, size, (byte) => byte !== 0)) + 1;
}

/** Reads so many bytes, or what there is. */
export async function readAt(handle: FileHandle, into: Buffer, at: number, length: number): Promise<Buffer> {
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(into, read, length - read, at + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return into.subarray(0, read);
}

const PIECE_BYTES = 128 * 1024;
