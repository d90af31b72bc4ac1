import zlib from 'node:zlib';

type Zstd = (bytes: string | Buffer, options?: { params: Record<number, number> }) => Buffer;

/** Node's zstd, where it has one: the types of Node 20 do not know it. */
export const zstdCompress = (zlib as unknown as { zstdCompressSync?: Zstd }).zstdCompressSync;

/** Why a test cannot run here, or false. */
export const noZstd = zstdCompress === undefined && `Node ${process.versions.node} has no zstd`;

/** A frame that holds nothing, with so many bytes that are none of the data's (RFC 8878, section 3.1.2). */
export function skippableFrame(size: number): Buffer {
  const frame = Buffer.alloc(8 + size, 7);
  frame.writeUInt32LE(0x184d2a5e, 0);
  frame.writeUInt32LE(size, 4);
  return frame;
}

/** `ZSTD_c_windowLog` and `ZSTD_c_checksumFlag`: not in the types of Node 20 either. */
export const ZSTD = { windowLog: 101, checksum: 201 } as const;
