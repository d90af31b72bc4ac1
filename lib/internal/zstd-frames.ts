import { type FileHandle, open } from 'node:fs/promises';
import { beginsZstdFrame, zstdFrameWalk } from './zstd.js';

/**
 * The bytes of a file of zstd frames in chunks of which none goes past the end of a frame. Before Node 26, its zstd drops
 * what stands behind that end in the same chunk, without an error, and goes on with the next chunk.
 *
 * @param onBroken Called before the last chunks of a file that is not whole, with whether it is one of frames up to there that
 *   is cut off: not every Node calls that an error.
 */
export async function* zstdChunks(
  path: string,
  onBroken: (how: 'cut_off' | 'no_frame', at: number) => void,
): AsyncGenerator<Buffer> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    for (let at = 0; at < size; ) {
      const frame = await frameEnd(handle, at);
      if (frame === undefined || frame > size) {
        const start = await read(handle, at, 4);
        onBroken(start === undefined || beginsZstdFrame(start, 0) ? 'cut_off' : 'no_frame', at);
      }
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
  const walk = zstdFrameWalk(at);
  let step = walk.next();
  while (step.done !== true) step = walk.next(await read(handle, ...step.value));
  return step.value;
}

async function read(handle: FileHandle, at: number, length: number): Promise<Buffer | undefined> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  return bytesRead === length ? buffer : undefined;
}

const CHUNK_BYTES = 64 * 1024;
