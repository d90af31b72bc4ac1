import type { PathSegment } from './path.js';
import { BORING, SCALAR, skipSpace, skipString, skipValue } from './skip.js';
import { decode } from './text.js';

/**
 * The index at which the value of an object's last member with the segment's key begins, or -1. `i` is the index of the
 * opening brace. All of the object must be walked for it, since of duplicate keys the last one counts.
 */
export function findMember(bytes: Uint8Array, i: number, end: number, segment: PathSegment): number {
  // Every look at a field comes through here. As in the check: short strings and numbers are stepped over in place, and
  // sums cut to 32 bits (`| 0`) spare V8 the check for overflow.
  const boring = BORING;
  const scalar = SCALAR;
  const plain = segment.plain;
  const plainLength = plain === undefined ? -1 : plain.length | 0;
  let found = -1;
  let c = 0;
  end |= 0;
  i = (i + 1) | 0;
  for (;;) {
    c = i < end ? bytes[i] : 0;
    if (c <= SPACE) {
      i = skipSpace(bytes, i, end) | 0;
      c = i < end ? bytes[i] : 0;
    }
    if (c !== QUOTE) return found;
    const keyStart = (i + 1) | 0;
    i = keyStart;
    while (i < end && boring[(c = bytes[i])] === 1) i = (i + 1) | 0;
    const hasEscape = c === BACKSLASH;
    if (hasEscape) i = (skipString(bytes, i - 1, end) - 1) | 0;
    const keyEnd = i;
    i = (i + 1) | 0;

    c = i < end ? bytes[i] : 0;
    if (c <= SPACE) i = skipSpace(bytes, i, end) | 0;
    i = (i + 1) | 0;
    c = i < end ? bytes[i] : 0;
    if (c <= SPACE) {
      i = skipSpace(bytes, i, end) | 0;
      c = i < end ? bytes[i] : 0;
    }
    if (plainLength === ((keyEnd - keyStart) | 0) && isSame(bytes, keyStart, plain!)) found = i;
    else if (hasEscape && JSON.parse(decode(bytes, keyStart - 1, keyEnd + 1)) === segment.key) found = i;

    if (c === QUOTE) {
      i = (i + 1) | 0;
      for (;;) {
        c = 0;
        if (((i + 4) | 0) > end || boring[(c = bytes[i])] === 0) break;
        i = (i + 1) | 0;
        if (boring[(c = bytes[i])] === 0) break;
        i = (i + 1) | 0;
        if (boring[(c = bytes[i])] === 0) break;
        i = (i + 1) | 0;
        if (boring[(c = bytes[i])] === 0) break;
        i = (i + 1) | 0;
      }
      if (c === QUOTE) i = (i + 1) | 0;
      else i = skipString(bytes, i - 1, end) | 0;
    } else if (scalar[c] === 1) {
      do i = (i + 1) | 0;
      while (i < end && scalar[bytes[i]] === 1);
    } else i = skipValue(bytes, i, end) | 0;

    c = i < end ? bytes[i] : 0;
    if (c <= SPACE) i = skipSpace(bytes, i, end) | 0;
    // The comma, or the brace that ends the object: behind that stands no key.
    i = (i + 1) | 0;
  }
}

/** Whether the bytes from `start` on are the key's. */
export function isSame(bytes: Uint8Array, start: number, key: Uint8Array): boolean {
  for (let k = 0; k < key.length; k++) if (bytes[start + k] !== key[k]) return false;
  return true;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
