import type { FileHandle } from 'node:fs/promises';
import zlib from 'node:zlib';
import { beginsZstdFrame, isSkippable, zstdFrameWalk } from '../../internal/zstd.js';
import { DecodedTail } from './decoded-tail.js';
import { ZSTD_LAST_BLOCK } from './encodings.js';
import type { FileEnd } from './file-end.js';
import { readAt, zerosFrom } from './scan-back.js';
import { Squeezer, type SqueezeStream } from './squeezer.js';

/**
 * How a file of zstd frames (RFC 8878) ends. Whole frames are stepped over by the headers of their blocks. Of one that was
 * cut off all blocks are kept up to the last one with which decoded lines end; what can be decoded behind that is written
 * anew. A frame that promises its length or a checksum cannot be ended by hand.
 */
export async function zstdEnd(handle: FileHandle, size: number): Promise<FileEnd> {
  const zeros = await zerosFrom(handle, size);
  for (let at = 0; at < size; ) {
    const start = await readAt(handle, Buffer.alloc(START_BYTES), at, Math.min(START_BYTES, size - at));
    // Of a frame that was hardly begun there may be zeros behind a part of its magic.
    const begun = start.subarray(0, Math.max(0, zeros - at));
    if (begun.length < MAGIC.length && MAGIC.subarray(0, begun.length).equals(begun)) return cutAt(at, size);
    if (!beginsZstdFrame(start, 0)) return { kind: 'bad', reason: `there is no zstd frame at byte ${at}` };
    const { end, blocks } = await walk(handle, at, size, zeros);
    if (end === undefined) {
      const canBeEnded = !isSkippable(start, 0) && ((start[START_BYTES - 1] ?? 0) & PROMISES) === 0;
      return canBeEnded ? tornFrame(handle, size, at, blocks, zeros) : CANNOT_END;
    }
    at = end;
  }
  return { kind: 'whole', lead: NOTHING };
}

/** Where the frame ends, if it is whole, and where its header and each of its whole blocks do. */
async function walk(
  handle: FileHandle,
  at: number,
  size: number,
  zeros: number,
): Promise<{ readonly end: number | undefined; readonly blocks: readonly number[] }> {
  const blocks: number[] = [];
  const steps = zstdFrameWalk(at);
  let step = steps.next();
  while (step.done !== true) {
    const [from, length] = step.value;
    // One zero ends a block of literals alone; more of them are no part of what was written.
    if (from > at && from <= Math.min(size, zeros + 1)) blocks.push(from);
    // Zeros would pass for empty blocks without end.
    const isThere = from < zeros && from + length <= size;
    step = steps.next(isThere ? await readAt(handle, Buffer.alloc(length), from, length) : undefined);
  }
  return { end: step.value !== undefined && step.value <= size ? step.value : undefined, blocks };
}

async function tornFrame(
  handle: FileHandle,
  size: number,
  start: number,
  blocks: readonly number[],
  zeros: number,
): Promise<FileEnd> {
  const inflater = new Squeezer(createUnzstd!());
  const tail = new DecodedTail();
  let keep = start;
  let at = start;
  try {
    for (const end of blocks) {
      const decoded = await inflater.squeeze(NOTHING, await readAt(handle, Buffer.allocUnsafe(end - at), at, end - at));
      tail.add(decoded);
      at = end;
      if (decoded.length === 0 || !tail.isAtLineEnd) continue;
      keep = end;
      tail.mark();
    }
  } catch (error) {
    // The zero at the end of the last block was none of its own: that block was cut off, too.
    const isCut = (blocks.find((end) => end > at) ?? 0) > zeros;
    if (!isCut) return { kind: 'bad', reason: `it is damaged behind byte ${at} (${(error as Error).message})` };
  } finally {
    inflater.close();
  }
  if (tail.isTooLong) return CANNOT_END;
  return { kind: 'torn', size, keep, ending: keep === start ? NOTHING : ZSTD_LAST_BLOCK, ...tail.divided() };
}

function cutAt(keep: number, size: number): FileEnd {
  return { kind: 'torn', size, keep, ending: NOTHING, saved: NOTHING, torn: NOTHING };
}

const CANNOT_END: FileEnd = { kind: 'bad', reason: 'its last frame is cut off, and cannot be ended' };
const NOTHING = Buffer.alloc(0);
const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** The magic and the flags (RFC 8878, section 3.1.1.1.1). */
const START_BYTES = 5;
/** A content size, which a single segment has, too, and a checksum. */
const PROMISES = 0xc0 | 0x20 | 0x04;
/** Not in the types of Node 20. */
const createUnzstd = (zlib as { createZstdDecompress?: () => SqueezeStream }).createZstdDecompress;
