import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isWholeZstd } from '../internal/zstd-frames.js';
import type { Compression } from './encodings.js';

/**
 * Looks at the file that will be added to, if there is one. Returns what must be put in front of what is added: a line
 * feed, when the last line has none.
 *
 * @throws an error with the code `CUT_OFF` for a compressed file after which nothing could be read, or the system's
 */
export async function prepareAppend(path: string, compression: Compression): Promise<Buffer> {
  const size = await regularSize(path);
  if (size === 0) return NOTHING;
  if (compression === 'gzip') {
    if (!(await isWholeGzip(path))) throw cutOff(compression);
    return NOTHING;
  }
  const handle = await open(path, 'r');
  try {
    if (compression === 'none') return (await lastByte(handle, size)) === LF ? NOTHING : LINE_FEED;
    if (!(await isWholeZstd(handle, size))) throw cutOff(compression);
    return NOTHING;
  } finally {
    await handle.close();
  }
}

/** 0 for what is not there, or is no regular file: opening it for writing will say what is wrong, if anything is. */
async function regularSize(path: string): Promise<number> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : 0;
  } catch {
    return 0;
  }
}

async function isWholeGzip(path: string): Promise<boolean> {
  try {
    const nowhere = new Writable({ write: (_chunk, _encoding, callback) => callback() });
    await pipeline(createReadStream(path), createGunzip({ chunkSize: CHUNK_BYTES }), nowhere);
    return true;
  } catch (error) {
    if (String((error as NodeJS.ErrnoException).code).startsWith('Z_')) return false;
    throw error;
  }
}

async function lastByte(handle: FileHandle, size: number): Promise<number | undefined> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0];
}

function cutOff(compression: Compression): Error {
  return Object.assign(new Error(`The file does not consist of whole ${compression} members.`), { code: 'CUT_OFF' });
}

const NOTHING = Buffer.alloc(0);
const LINE_FEED = Buffer.from('\n');
const LF = 0x0a;
const CHUNK_BYTES = 256 * 1024;
