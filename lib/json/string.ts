import { isUtf8 } from 'node:buffer';

/**
 * Scans JSON strings: the thorough half of the check, for escapes, UTF-8 and long runs. Short plain ASCII is skipped by the
 * caller, which comes here at the first byte that is something else.
 */
export class StringScanner {
  /** The bytes that need no second look. */
  #plain = PLAIN;
  #isUtf8Asked = false;

  /** To be called before the first string of each text. */
  begin(): void {
    this.#plain = PLAIN;
    this.#isUtf8Asked = false;
  }

  /**
   * Goes from `i`, which stands inside a string, to the byte after its closing quote.
   *
   * @param end Where the whole text ends.
   * @returns The index after the closing quote, or `~offset` (which is negative) of where the string goes wrong: `~end` if it
   *   is not closed, the backslash of a bad escape, the first byte of a bad UTF-8 sequence, or a raw control character.
   */
  scan(bytes: Uint8Array, i: number, end: number): number {
    let plain = this.#plain;
    let c = 0;
    i |= 0;
    end |= 0;
    for (;;) {
      for (;;) {
        if (((i + 4) | 0) > end) {
          if (i >= end) return ~end;
          if (plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
          continue;
        }
        if (plain[(c = bytes[i])] === 0) break;
        i = (i + 1) | 0;
        if (plain[(c = bytes[i])] === 0) break;
        i = (i + 1) | 0;
        if (plain[(c = bytes[i])] === 0) break;
        i = (i + 1) | 0;
        if (plain[(c = bytes[i])] === 0) break;
        i = (i + 1) | 0;
        // Eight at a time: a turn of a loop costs more than a look at a byte.
        while (
          ((i + 8) | 0) <= end &&
          (plain[bytes[i]] &
            plain[bytes[i + 1]] &
            plain[bytes[i + 2]] &
            plain[bytes[i + 3]] &
            plain[bytes[i + 4]] &
            plain[bytes[i + 5]] &
            plain[bytes[i + 6]] &
            plain[bytes[i + 7]]) ===
            1
        )
          i = (i + 8) | 0;
      }
      if (c === QUOTE) return (i + 1) | 0;
      if (c === BACKSLASH) {
        if (((i + 1) | 0) < end && SIMPLE_ESCAPE[bytes[i + 1]] === 1) i = (i + 2) | 0;
        else {
          const length = unicodeEscapeLength(bytes, i, end) | 0;
          if (length <= 0) return length === 0 ? ~i : ~end;
          i = (i + length) | 0;
        }
      } else if (c < 0x80) return ~i;
      else if (this.#isRestUtf8(bytes, i, end)) plain = this.#plain;
      else {
        const length = utf8Length(bytes, i, end) | 0;
        if (length === 0) return ~i;
        i = (i + length) | 0;
      }
    }
  }

  /**
   * For a text that is large enough, Node's own validation is asked once for all that is left of it. If it is content, bytes
   * past ASCII are plain from then on. If not, the walk goes on by character, to find where the text goes wrong.
   */
  #isRestUtf8(bytes: Uint8Array, i: number, end: number): boolean {
    if (this.#isUtf8Asked || end - i < LARGE) return false;
    this.#isUtf8Asked = true;
    if (!isUtf8(bytes.subarray(i, end))) return false;
    this.#plain = PLAIN_OR_HIGH;
    return true;
  }
}

/**
 * How many bytes the non-ASCII character at `i` takes: 2, 3 or 4, or 0 if it is not well-formed UTF-8 (RFC 3629): a stray
 * continuation byte, an overlong form, a surrogate, past U+10FFFF, or cut off by `end`.
 */
export function utf8Length(bytes: Uint8Array, i: number, end: number): number {
  const lead = bytes[i];
  if (lead < 0xc2 || lead > 0xf4 || i + 1 >= end) return 0;
  const second = bytes[i + 1];
  if (lead < 0xe0) return (second & 0xc0) === 0x80 ? 2 : 0;
  if (i + 2 >= end || (bytes[i + 2] & 0xc0) !== 0x80) return 0;
  if (lead < 0xf0) {
    const low = lead === 0xe0 ? 0xa0 : 0x80;
    const high = lead === 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high ? 3 : 0;
  }
  if (i + 3 >= end || (bytes[i + 3] & 0xc0) !== 0x80) return 0;
  const low = lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high ? 4 : 0;
}

/** 6 for the `\u` escape whose backslash is at `i`, or 0 if it is none, or -1 if `end` cuts it off. */
function unicodeEscapeLength(bytes: Uint8Array, i: number, end: number): number {
  if (i + 1 >= end) return -1;
  if (bytes[i + 1] !== LOWER_U) return 0;
  for (let k = i + 2; k < i + 6; k++) {
    if (k >= end) return -1;
    if (!isHexDigit(bytes[k])) return 0;
  }
  return 6;
}

function isHexDigit(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;

/** From this many bytes on, asking Node costs less than it saves. */
const LARGE = 256;

/** 1 for the bytes that a string may hold and that need no second look: ASCII but for controls, `"` and `\`. */
export const PLAIN: Uint8Array = Uint8Array.from({ length: 256 }, (_, c) =>
  c >= 0x20 && c < 0x80 && c !== QUOTE && c !== BACKSLASH ? 1 : 0,
);

/** The same for bytes that are known to be UTF-8. */
const PLAIN_OR_HIGH: Uint8Array = PLAIN.map((plain, c) => (c >= 0x80 ? 1 : plain));

const SIMPLE_ESCAPE = new Uint8Array(256);
for (const c of Buffer.from('"\\/bfnrt')) SIMPLE_ESCAPE[c] = 1;
