import { isAscii } from 'node:buffer';

/**
 * The bytes' text. They are known to be UTF-8, since they passed the check.
 *
 * Decoding costs more than it must when V8 has to find out by itself, byte by byte, that a long text is ASCII.
 */
export function decode(bytes: Uint8Array, start: number, end: number): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (end - start >= LARGE && isAscii(buffer.subarray(start, end))) return buffer.toString('latin1', start, end);
  return buffer.toString('utf8', start, end);
}

/** From this many bytes on, a look ahead is cheaper than what it saves. */
const LARGE = 1024;
