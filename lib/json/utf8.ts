import { isUtf8 } from 'node:buffer';
import { utf8Length } from './string.js';

/** Where the first byte stands that belongs to no character; -1 when all do. */
export function offsetOfBadUtf8(data: Buffer, start: number, end: number): number {
  if (isUtf8(data.subarray(start, end))) return -1;
  let i = start;
  while (i < end) {
    const length = (data[i] as number) < 0x80 ? 1 : utf8Length(data, i, end);
    if (length === 0) return i;
    i += length;
  }
  return -1;
}

/** How many bytes at the end of a piece of text may be the beginning of a character that goes on behind it: 0 to 3. */
export function openCharacterLength(data: Buffer): number {
  for (let length = 1; length <= Math.min(3, data.length); length++) {
    const byte = data[data.length - length] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return length < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length : 0;
  }
  return 0;
}
