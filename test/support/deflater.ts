import { constants, DeflateRaw } from 'minizlib';

/** Compresses messages as a server of permessage-deflate does, each with those before it as its context (RFC 7692, section 7.2.1). */
export function deflater({
  windowBits = 15,
  keepsContext = true,
  level = 6,
} = {}): (message: string | Buffer) => Buffer {
  const stream = new DeflateRaw({ flush: constants.Z_SYNC_FLUSH, level, ...{ windowBits } });
  let pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return (message) => {
    // An empty message is an empty block, which a second flush would not write.
    if (message.length === 0) return Buffer.alloc(1);
    pieces = [];
    stream.write(Buffer.from(message));
    if (!keepsContext) stream.reset();
    return Buffer.concat(pieces).subarray(0, -4);
  };
}
