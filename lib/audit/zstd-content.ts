import type { FileHandle } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import zlib from 'node:zlib';
import { zstdFrameWalk } from '../internal/zstd.js';
import { piecesOf, Stepwise } from '../replay/stepwise.js';
import type { Content } from './content.js';
import { chunksOf, type Extent } from './raw-bytes.js';

/** What zstd frames hold, one after another. Where one is damaged, it goes on with the next that can be found. */
export async function* zstdContent(handle: FileHandle, size: number, onRead: (bytes: number) => void): Content {
  if (size === 0) return { isTorn: true, zeros: 0 };
  for (let at = 0; at < size; ) {
    onRead(at);
    const found = await frameAt(handle, at, size);
    const next = typeof found === 'number' ? found : await nextFrame(handle, { start: at + 1, end: size });
    const isFrame = found !== 'none';
    const zeros = at > 0 && !isFrame && next === undefined ? await zerosIn(handle, { start: at, end: size }) : 0;
    if (zeros > 0 && at + zeros === size) return { isTorn: false, zeros };
    let problem = at === 0 ? NO_ZSTD : GARBAGE;
    if (isFrame) {
      const bytes = chunksOf(handle, { start: at, end: next ?? size });
      const inflated = new Stepwise<Buffer>(createUnzstd!(), piecesOf(bytes));
      for await (const made of inflated) yield* made;
      if (typeof found === 'number' && inflated.failure === undefined) {
        at = found;
        continue;
      }
      if (found === 'cut_off' && next === undefined) return { isTorn: true, zeros: 0 };
      problem =
        inflated.failure === undefined ? CUT_OFF : `It cannot be inflated any further (${inflated.failure.message})`;
    }
    const resumesAt = next === size ? undefined : next;
    yield { byte: at, problem, resumesAt };
    if (resumesAt === undefined) break;
    at = resumesAt;
  }
  return { isTorn: false, zeros: 0 };
}

/** Whether this Node has zstd. */
export function hasZstd(): boolean {
  return createUnzstd !== undefined;
}

/** Where the frame ends that begins there. `cut_off`: the file ends in it. `damaged`: it cannot be told. */
async function frameAt(handle: FileHandle, at: number, size: number): Promise<number | 'cut_off' | 'damaged' | 'none'> {
  const walk = zstdFrameWalk(at);
  let step = walk.next();
  let isBegun = false;
  while (step.done !== true) {
    const [from, length] = step.value;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
    if (from === at && !MAGIC.subarray(0, bytesRead).equals(buffer.subarray(0, Math.min(bytesRead, MAGIC.length)))) {
      if (bytesRead < 4 || !isSkippable(buffer)) return 'none';
    }
    isBegun = true;
    if (bytesRead < length) return 'cut_off';
    step = walk.next(buffer);
  }
  if (step.value === undefined) return isBegun ? 'damaged' : 'none';
  return step.value > size ? 'cut_off' : step.value;
}

function isSkippable(start: Buffer): boolean {
  return start.readUInt32LE(0) >>> 4 === SKIPPABLE;
}

async function nextFrame(handle: FileHandle, extent: Extent): Promise<number | undefined> {
  let at = extent.start;
  let tail = Buffer.alloc(0);
  for await (const chunk of chunksOf(handle, extent)) {
    const bytes = Buffer.concat([tail, chunk]);
    const found = bytes.indexOf(MAGIC);
    if (found !== -1) return at - tail.length + found;
    at += chunk.length;
    tail = Buffer.from(bytes.subarray(-MAGIC.length + 1));
  }
  return undefined;
}

/** How many zeros begin it. */
async function zerosIn(handle: FileHandle, extent: Extent): Promise<number> {
  let zeros = 0;
  for await (const chunk of chunksOf(handle, extent)) {
    const end = chunk.findIndex((byte) => byte !== 0);
    zeros += end === -1 ? chunk.length : end;
    if (end !== -1) break;
  }
  return zeros;
}

const NO_ZSTD = 'It is no zstd, whatever its name says';
const GARBAGE = 'What stands here is no zstd';
const CUT_OFF = 'A part of it is cut off, and others follow';
const MAGIC = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);
const SKIPPABLE = 0x184d2a5;
/** Not in the types of Node 20, and not in it. */
const createUnzstd = (zlib as { createZstdDecompress?: () => Duplex }).createZstdDecompress;
