import * as zlib from 'node:zlib';
import { ByteQueue } from './byte-queue.js';
import { PIECE_BYTES, written } from './stepwise.js';

/** How a compressed file ended: whole, in the middle, or with something else behind what is whole. */
export type Ending = 'whole' | 'torn' | { readonly problem: string; readonly cause?: unknown };

/**
 * What gzip members (RFC 1952) hold, one after another. Other than Node's own stream it gives out all that stands before
 * the place where a file is cut off or goes wrong. Zeros at the end are padding.
 */
export async function* gunzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, Ending, void> {
  const bytes = new ByteQueue(source);
  try {
    return yield* gzipMembers(bytes, true);
  } finally {
    await bytes.close();
  }
}

/**
 * {@link gunzip} of bytes that are there, of which those behind the place where it ended can be looked at.
 *
 * @param isBegin whether the file begins here, so that there must be a member
 */
export async function* gzipMembers(bytes: ByteQueue, isBegin: boolean): AsyncGenerator<Buffer, Ending, void> {
  for (let isFirst = isBegin; ; isFirst = false) {
    const header = await headerOf(bytes, isFirst);
    if (header !== 'member') return header;
    const sum = { value: 0, length: 0 };
    const ending = yield* inflateMember(bytes, sum);
    if (ending !== 'whole') return ending;
    if (!(await bytes.has(TRAILER_BYTES))) return 'torn';
    const trailer = bytes.shift(TRAILER_BYTES);
    if (trailer.readUInt32LE(0) !== sum.value) return { problem: CHANGED };
    if (trailer.readUInt32LE(4) !== sum.length % 2 ** 32) return { problem: OTHER_LENGTH };
  }
}

/** Takes the header of the next member. */
async function headerOf(bytes: ByteQueue, isFirst: boolean): Promise<'member' | Ending> {
  if (!(await bytes.has(1))) return isFirst ? 'torn' : 'whole';
  if (!isFirst && bytes.at(0) === 0) return 'whole';
  for (const [index, byte] of MAGIC.entries()) {
    if (!(await bytes.has(index + 1))) return 'torn';
    if (bytes.at(index) !== byte) return { problem: isFirst ? NO_GZIP : GARBAGE };
  }
  if (!(await bytes.has(HEADER_BYTES))) return 'torn';
  const flags = bytes.at(3);
  bytes.shift(HEADER_BYTES);
  if ((flags & EXTRA) !== 0) {
    if (!(await bytes.has(2))) return 'torn';
    const length = bytes.at(0) + bytes.at(1) * 256;
    if (!(await bytes.has(2 + length))) return 'torn';
    bytes.shift(2 + length);
  }
  for (const text of [NAME, COMMENT]) if ((flags & text) !== 0 && !(await bytes.shiftThrough(0))) return 'torn';
  if ((flags & CHECKSUM) === 0) return 'member';
  if (!(await bytes.has(2))) return 'torn';
  bytes.shift(2);
  return 'member';
}

async function* inflateMember(
  bytes: ByteQueue,
  sum: { value: number; length: number },
): AsyncGenerator<Buffer, Ending, void> {
  const inflate = zlib.createInflateRaw();
  // A piece becomes a thousand times as much at most, and is taken before the next one is given.
  const inflated: Buffer[] = [];
  inflate.on('data', (chunk: Buffer) => inflated.push(chunk));
  let given = 0;
  try {
    // Of a piece that cannot be inflated nothing comes out: so it is a small one.
    for (let piece = await bytes.next(PIECE_BYTES); piece !== undefined; piece = await bytes.next(PIECE_BYTES)) {
      const cause = await written(inflate, piece);
      for (const chunk of inflated.splice(0)) {
        sum.value = crc32(chunk, sum.value);
        sum.length += chunk.length;
        yield chunk;
      }
      if (cause !== undefined) {
        // Another member may begin within it.
        bytes.putBack(piece);
        return { problem: `It cannot be inflated any further (${cause.message})`, cause };
      }
      given += piece.length;
      const left = given - inflate.bytesWritten;
      if (left === 0) continue;
      bytes.putBack(piece.subarray(piece.length - left));
      return 'whole';
    }
    return 'torn';
  } finally {
    inflate.destroy();
  }
}

/** Not in the types of Node 20. */
const { crc32 } = zlib as unknown as { crc32: (data: Buffer, value: number) => number };
/** Two bytes that say what it is, and deflate. */
const MAGIC = [0x1f, 0x8b, 8] as const;
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const CHECKSUM = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const NO_GZIP = 'It is no gzip, whatever its name says';
const CHANGED = 'It does not hold what was written into it: a checksum is another one';
const OTHER_LENGTH = 'It does not hold what was written into it: it says that it had another length';
const GARBAGE = 'What stands behind its last whole part is no gzip';
