import * as zlib from 'node:zlib';

/** How Node undoes zstd in one go: the types of Node 20 do not know it, and Node 20 has it not. */
type ZstdDecompress = (data: Buffer, options: { maxOutputLength: number; params: Record<number, number> }) => Buffer;

const { zstdDecompressSync } = zlib as { zstdDecompressSync?: ZstdDecompress };

/** Whether this Node was built without zstd, as all before 22.15 were. */
export function lacksZstd(): boolean {
  return zstdDecompressSync === undefined;
}

/** What there is to say then, as a sentence. */
export const NO_ZSTD = `Node ${process.versions.node} has no zstd; Node 22.15, 23.8 and all later ones have it.`;

/**
 * What one zstd frame was made from. Not to be called where it {@link lacksZstd}.
 *
 * @throws what Node says of a frame that is corrupt, or larger than `limit`
 */
export function unzstdFrame(frame: Buffer, limit: number): Buffer {
  // A frame may ask for a window of up to 128 MiB to be undone in, whatever is in it.
  const windowLog = Math.min(WINDOW_LOG_MOST, Math.max(WINDOW_LOG_ALWAYS, Math.ceil(Math.log2(limit))));
  return (zstdDecompressSync as ZstdDecompress)(frame, {
    maxOutputLength: limit,
    params: { [WINDOW_LOG_MAX]: windowLog },
  });
}

/** Whether a zstd frame, or a skippable one, may begin there (RFC 8878, sections 3.1.1 and 3.1.2). */
export function beginsZstdFrame(data: Buffer, at: number): boolean {
  return data.length - at >= 4 && (isSkippable(data, at) || data.readUInt32LE(at) === MAGIC);
}

/** Whether the frame there holds nothing of the data. */
export function isSkippable(data: Buffer, at: number): boolean {
  return data.readUInt32LE(at) >>> 4 === SKIPPABLE_MAGIC;
}

/** Where the frame from `at` ends; `undefined` when there is none, or it is cut off. */
export function zstdFrameEnd(data: Buffer, at: number): number | undefined {
  const walk = zstdFrameWalk(at);
  let step = walk.next();
  while (step.done !== true) {
    const [from, length] = step.value;
    step = walk.next(from + length <= data.length ? data.subarray(from, from + length) : undefined);
  }
  return step.value === undefined || step.value > data.length ? undefined : step.value;
}

/**
 * Goes through the frame from `at`, from block to block by their headers: it yields where it wants to read how many bytes, is
 * given them, or `undefined` when they are not there, and returns where the frame ends, or `undefined` when that cannot be told.
 */
export function* zstdFrameWalk(
  at: number,
): Generator<readonly [at: number, length: number], number | undefined, Buffer | undefined> {
  const start = yield [at, FRAME_START_BYTES];
  if (start === undefined) return undefined;
  if (isSkippable(start, 0)) {
    const length = yield [at + 4, 4];
    return length && at + 8 + length.readUInt32LE(0);
  }
  if (start.readUInt32LE(0) !== MAGIC) return undefined;
  const flags = start[4] as number;
  const isSingleSegment = (flags & 0x20) !== 0;
  const sizeBytes = flags >> 6 === 0 ? Number(isSingleSegment) : 1 << (flags >> 6);
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number;
  let next = at + FRAME_START_BYTES + Number(!isSingleSegment) + dictionaryBytes + sizeBytes;
  for (;;) {
    const header = yield [next, BLOCK_HEADER_BYTES];
    if (header === undefined) return undefined;
    const block = header.readUIntLE(0, BLOCK_HEADER_BYTES);
    const type = (block >> 1) & 3;
    if (type === RESERVED) return undefined;
    next += BLOCK_HEADER_BYTES + (type === RUN_LENGTH ? 1 : block >> 3);
    if ((block & 1) === 1) return next + ((flags & 4) === 0 ? 0 : CHECKSUM_BYTES);
  }
}

const MAGIC = 0xfd2fb528;
/** Its last four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a5;
/** The magic and the flags. */
const FRAME_START_BYTES = 5;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const RUN_LENGTH = 1;
const RESERVED = 3;
/** `ZSTD_d_windowLogMax`: not in the types of Node 20 either. */
const WINDOW_LOG_MAX = 100;
/** What every decoder is to take (RFC 8878, section 3.1.1.1.2): 8 MiB; and what Node takes. */
const WINDOW_LOG_ALWAYS = 23;
const WINDOW_LOG_MOST = 27;
