import zlib from 'node:zlib';
import { Squeezer, type SqueezeStream } from './squeezer.js';

/** How the bytes of pages become the bytes of a file. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** How, and how much. */
export interface Squeezing {
  readonly compression: Compression;
  /** What the compressor calls its level; `undefined` is its own. */
  readonly level: number | undefined;
}

/**
 * One file's worth of an encoding. The ending is made here by hand rather than by the compressor: after a page that
 * could not be stored, the compressor knows more than the file, and would end another file than this one.
 */
export interface Encoding {
  /** What to write for a page. The bytes of all pages so far can be read back from what was returned so far. */
  encode(bytes: Buffer): Buffer | Promise<Buffer>;
  /** Says that what was returned last is in the file. */
  stored(): void;
  /** What makes the file whole after the pages stored so far. */
  ending(): Buffer;
  /** A whole file of no pages. */
  readonly empty: Buffer;
  /** Gives back what the compressor holds. */
  close(): void;
}

/** A new encoding of each kind; `undefined` is the compressor's own level. */
export const encodings: { readonly [C in Compression]: (level?: number) => Encoding } = { none, gzip, zstd };

function none(): Encoding {
  return { encode: (bytes) => bytes, stored() {}, ending: () => NOTHING, empty: NOTHING, close() {} };
}

/** RFC 1952 around RFC 1951. */
function gzip(level = zlib.constants.Z_DEFAULT_COMPRESSION): Encoding {
  const options = { flush: zlib.constants.Z_SYNC_FLUSH, chunkSize: CHUNK_BYTES, level };
  const squeezer = new Squeezer(zlib.createDeflateRaw(options));
  let header = GZIP_HEADER;
  let ended: Sums = { crc: 0, size: 0 };
  /** With what is not in the file yet. */
  let encoded = ended;
  const ending = (): Buffer => gzipEnding(ended.crc, ended.size);
  return {
    async encode(bytes) {
      const pieces: Buffer[] = [];
      let { crc, size } = ended;
      // The checksum is made in this thread: of a large page that would take long.
      for (let start = 0; start < bytes.length || start === 0; start += PIECE_BYTES) {
        const piece = bytes.subarray(start, start + PIECE_BYTES);
        pieces.push(await squeezer.squeeze(start === 0 ? header : NOTHING, piece));
        crc = zlib.crc32(piece, crc);
        size += piece.length;
      }
      encoded = { crc, size };
      header = NOTHING;
      return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    },
    stored() {
      ended = encoded;
    },
    ending,
    empty: Buffer.concat([GZIP_HEADER, ending()]),
    close: () => squeezer.close(),
  };
}

/** What a gzip member's trailer says of what is in it. */
interface Sums {
  readonly crc: number;
  readonly size: number;
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

/** Whether this is all that makes a compressed file whole behind its last page, and no part of it. */
export function isWholeEnding(bytes: Buffer): boolean {
  if (bytes.length === ZSTD_LAST_BLOCK.length) return bytes.equals(ZSTD_LAST_BLOCK);
  return bytes.length === GZIP_ENDING_BYTES && bytes.subarray(0, DEFLATE_LAST_BLOCK.length).equals(DEFLATE_LAST_BLOCK);
}

/** RFC 8878. Without a content checksum, which could not be made by hand for a page that was taken back. */
function zstd(level = ZSTD_DEFAULT_LEVEL): Encoding {
  const options = { flush: ZSTD_FLUSH, chunkSize: CHUNK_BYTES, params: { [ZSTD_LEVEL]: level } };
  const squeezer = new Squeezer(createZstd!(options));
  return {
    encode: (bytes) => squeezer.squeeze(NOTHING, bytes),
    stored() {},
    ending: () => ZSTD_LAST_BLOCK,
    empty: Buffer.concat([ZSTD_HEADER, ZSTD_LAST_BLOCK]),
    close: () => squeezer.close(),
  };
}

/** Not in the types of Node 20. */
const createZstd = (zlib as { createZstdCompress?: (options: object) => SqueezeStream }).createZstdCompress;
/** `ZSTD_e_flush`, `ZSTD_c_compressionLevel` and `ZSTD_CLEVEL_DEFAULT`: not in the types of Node 20 either. */
const ZSTD_FLUSH = 1;
const ZSTD_LEVEL = 100;
const ZSTD_DEFAULT_LEVEL = 3;
const CHUNK_BYTES = 64 * 1024;
/** Of so much the checksum takes less than a millisecond. */
const PIECE_BYTES = 512 * 1024;
const NOTHING = Buffer.alloc(0);
/** Magic, deflate, no flags, no time, no extra flags, an unknown system. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** A last block with nothing in it. A flush before it ends on a whole byte, so it can stand as it is. */
const DEFLATE_LAST_BLOCK = Buffer.from([0x03, 0x00]);
/** With checksum and size. */
const GZIP_ENDING_BYTES = DEFLATE_LAST_BLOCK.length + 8;
/** Magic, no flags, a window of 1 KiB. */
const ZSTD_HEADER = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]);
/** An empty block that ends a frame. */
export const ZSTD_LAST_BLOCK = Buffer.from([0x01, 0, 0]);
