import type { Transform } from 'node:stream';
import type { Squeezing } from '../file/encodings.js';

/** What there is to do with the bytes of a part that is finished. */
export interface SealJob extends Squeezing {
  readonly from: string;
  /** Where they go when they are compressed, as one gzip member or zstd frame; what is there is replaced. */
  readonly to: string;
}

/** What the finished file is. */
export interface SealedBytes {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Compresses a part, if it is to be, and tells size and hash of what came of it; the disk need not have it yet.
 *
 * It runs in a thread that gets nothing but its text: so it stands alone, and uses nothing but its arguments and what Node.js has.
 */
export async function sealBytes({ from, to, compression, level }: SealJob): Promise<SealedBytes> {
  const { createReadStream, createWriteStream } = process.getBuiltinModule('node:fs');
  const { pipeline } = process.getBuiltinModule('node:stream/promises');
  const zlib = process.getBuiltinModule('node:zlib');
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  let bytes = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  };
  const source = createReadStream(from, { highWaterMark: 256 * 1024 });
  if (compression === 'none') {
    for await (const _ of count(source));
  } else {
    // Not in the types of Node 20: `ZSTD_c_compressionLevel` is 100, `ZSTD_c_checksumFlag` 201.
    const createZstd = (zlib as { createZstdCompress?: (options: object) => Transform }).createZstdCompress;
    const squeezer =
      compression === 'gzip'
        ? zlib.createGzip({ level: level ?? 6, chunkSize: 256 * 1024 })
        : createZstd!({ params: { 100: level ?? 1, 201: 1 }, chunkSize: 256 * 1024 });
    await pipeline(source, squeezer, count, createWriteStream(to));
  }
  return { bytes, sha256: hash.digest('hex') };
}
