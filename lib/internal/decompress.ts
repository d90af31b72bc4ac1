import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, type Zlib } from 'node:zlib';
import { beginsZstdFrame, isSkippable, lacksZstd, NO_ZSTD, unzstdFrame, zstdFrameEnd } from './zstd.js';

/** What bytes can be compressed with. `deflate` is zlib, `deflate_raw` has no header. */
export const CODECS = ['gzip', 'deflate', 'deflate_raw', 'brotli', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

/** What came out of it: the bytes, or why there are none, as a clause. */
export type Decompressed =
  | { readonly bytes: Buffer }
  | { readonly problem: string }
  /** There would be more of them than may be. */
  | { readonly tooLarge: unknown };

/** Undoes a compression of whole bytes at once. Memory grows by no more than `limit`, and what the codec keeps besides. */
export function decompressed(codec: Codec, data: Buffer, limit: number): Decompressed {
  try {
    return codec === 'zstd' ? unzstd(data, limit) : inflated(codec, data, limit);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ERR_BUFFER_TOO_LARGE' ? { tooLarge: error } : { problem: message };
  }
}

/**
 * What bytes are compressed with, by how they begin: RFC 1952, section 2.3.1; RFC 1950, section 2.2; RFC 8878, section 3.1.
 * No JSON text begins so.
 */
export function codecByMagic(data: Buffer): 'gzip' | 'deflate' | 'zstd' | undefined {
  if (data.length < 2) return undefined;
  const head = data.readUInt16BE(0);
  if (head === GZIP) return 'gzip';
  if (beginsZstdFrame(data, 0)) return 'zstd';
  const isDeflate = (head & 0x0f00) === 0x0800 && head >> 12 <= 7;
  return isDeflate && head % 31 === 0 && (head & NEEDS_DICTIONARY) === 0 ? 'deflate' : undefined;
}

function inflated(codec: keyof typeof INFLATE, data: Buffer, limit: number): Decompressed {
  const options = { maxOutputLength: limit, info: true };
  // The declared types do not know of `info`.
  const { buffer, engine } = INFLATE[codec](data, options) as unknown as { buffer: Buffer; engine: Zlib };
  const rest = data.length - engine.bytesWritten;
  return rest === 0 ? { bytes: withoutSlack(buffer) } : followed(rest);
}

/**
 * Frame by frame: before Node 26, its zstd drops what stands behind the first one, and before 24 a frame that is cut off
 * is none that it complains of.
 */
function unzstd(data: Buffer, limit: number): Decompressed {
  if (lacksZstd()) return { problem: NO_ZSTD.replace(/\.$/, '') };
  const pieces: Buffer[] = [];
  let left = limit;
  for (let at = 0; at === 0 || at < data.length; ) {
    if (!beginsZstdFrame(data, at)) {
      if (at > 0) return followed(data.length - at);
      return { problem: data.length < 4 ? 'unexpected end of file' : 'it does not begin as zstd does' };
    }
    const end = zstdFrameEnd(data, at);
    if (end === undefined) return { problem: 'unexpected end of file' };
    if (!isSkippable(data, at)) {
      const piece = unzstdFrame(data.subarray(at, end), Math.max(1, left));
      if (piece.length > left) return { tooLarge: undefined };
      left -= piece.length;
      pieces.push(piece);
    }
    at = end;
  }
  return { bytes: pieces.length === 1 ? withoutSlack(pieces[0] as Buffer) : Buffer.concat(pieces) };
}

function followed(bytes: number): Decompressed {
  return { problem: `more bytes follow its end: ${bytes}` };
}

/** zlib gives a piece of a buffer of 16 or 64 KiB, however small the data: while many wait, they would keep it all. */
function withoutSlack(bytes: Buffer): Buffer {
  return bytes.length === bytes.buffer.byteLength ? bytes : Buffer.from(bytes);
}

const INFLATE = {
  gzip: gunzipSync,
  deflate: inflateSync,
  deflate_raw: inflateRawSync,
  brotli: brotliDecompressSync,
} as const;

const GZIP = 0x1f8b;
const NEEDS_DICTIONARY = 0x20;
