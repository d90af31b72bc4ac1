import zlib from 'node:zlib';
import { Squeezer, type SqueezeStream } from './squeezer.js';

/** How the bytes of pages become the bytes of a file. */
export type Compression = 'none' | 'gzip' | 'zstd';

/**
 * One file's worth of an encoding. The ending is made here by hand rather than by the compressor: after a page that
 * could not be stored, the compressor knows more than the file, and would end another file than this one.
 */
export interface Encoding {
  /** What to write for a page. The bytes of all pages so far can be read back from what was returned so far. */
  encode(bytes: Buffer): Buffer | Promise<Buffer>;
  /** Says that what was returned for `bytes` is in the file. */
  stored(bytes: Buffer): void;
  /** What makes the file whole after the pages stored so far. */
  ending(): Buffer;
  /** A whole file of no pages. */
  readonly empty: Buffer;
  /** Gives back what the compressor holds. */
  close(): void;
}

/** A new encoding of each kind. */
export const encodings: { readonly [C in Compression]: () => Encoding } = { none, gzip, zstd };

function none(): Encoding {
  return { encode: (bytes) => bytes, stored() {}, ending: () => NOTHING, empty: NOTHING, close() {} };
}

/** RFC 1952 around RFC 1951. */
function gzip(): Encoding {
  const squeezer = new Squeezer(zlib.createDeflateRaw({ flush: zlib.constants.Z_SYNC_FLUSH, chunkSize: CHUNK_BYTES }));
  let header = GZIP_HEADER;
  let crc = 0;
  let size = 0;
  const ending = (): Buffer => gzipEnding(crc, size);
  return {
    async encode(bytes) {
      const squeezed = await squeezer.squeeze(header, bytes);
      header = NOTHING;
      return squeezed;
    },
    stored(bytes) {
      crc = zlib.crc32(bytes, crc);
      size += bytes.length;
    },
    ending,
    empty: Buffer.concat([GZIP_HEADER, ending()]),
    close: () => squeezer.close(),
  };
}

/** What ends a gzip member behind a flush, after so many bytes with this checksum. */
export function gzipEnding(crc: number, size: number): Buffer {
  return Buffer.concat([DEFLATE_LAST_BLOCK, gzipTrailer(crc, size)]);
}

/** The last part of it, behind the last block. */
export function gzipTrailer(crc: number, size: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  return trailer;
}

/** RFC 8878. Without a content checksum, which could not be made by hand for a page that was taken back. */
function zstd(): Encoding {
  const squeezer = new Squeezer(createZstd!({ flush: ZSTD_FLUSH, chunkSize: CHUNK_BYTES }));
  return {
    encode: (bytes) => squeezer.squeeze(NOTHING, bytes),
    stored() {},
    ending: () => ZSTD_LAST_BLOCK,
    empty: Buffer.concat([ZSTD_HEADER, ZSTD_LAST_BLOCK]),
    close: () => squeezer.close(),
  };
}

/** Not in the types of Node 20. */
const createZstd = (zlib as { createZstdCompress?: (options: { flush: number; chunkSize: number }) => SqueezeStream })
  .createZstdCompress;
/** `ZSTD_e_flush`: not in the types of Node 20 either. */
const ZSTD_FLUSH = 1;
const CHUNK_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);
/** Magic, deflate, no flags, no time, no extra flags, an unknown system. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** A last block with nothing in it. A flush before it ends on a whole byte, so it can stand as it is. */
const DEFLATE_LAST_BLOCK = Buffer.from([0x03, 0x00]);
/** Magic, no flags, a window of 1 KiB. */
const ZSTD_HEADER = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]);
/** An empty block that ends a frame. */
export const ZSTD_LAST_BLOCK = Buffer.from([0x01, 0, 0]);
