import { skipString, skipValue } from './skip.js';

/**
 * Pretty-prints the JSON text in bytes[start, end), which passed the check: the layout is that of
 * `JSON.stringify(value, null, spaces)`, while every key and scalar keeps its exact bytes (`1.10`, big integers, escapes).
 *
 * The text is walked twice, so that the result is allocated once, at its size. Deep nesting makes it much larger than
 * the text: each line begins with `spaces` bytes a level.
 *
 * @param spaces How far each level is indented. 0: all on one line. Default: 2.
 */
export function indent(bytes: Uint8Array, start: number, end: number, spaces = 2): Buffer {
  const out = Buffer.allocUnsafe(layOut(bytes, start, end, spaces, undefined));
  layOut(bytes, start, end, spaces, out);
  return out;
}

/** Writes the result to `out`, if there is one, and returns its length. */
function layOut(bytes: Uint8Array, start: number, end: number, spaces: number, out: Buffer | undefined): number {
  let length = 0;
  let depth = 0;
  /** Whether the last token opened a container, so that the next one begins a line or closes it empty. */
  let opened = false;
  for (let i = start; i < end; ) {
    const c = bytes[i];
    if (c <= SPACE) {
      i++;
      continue;
    }
    const closes = c === CLOSE_BRACE || c === CLOSE_BRACKET;
    if (closes) depth--;
    if (opened !== closes) length = breakLine(out, length, depth * spaces, spaces);
    opened = false;
    if (c === COMMA) {
      // The line break comes with what follows, as after an opening bracket; valid JSON has no closing one there.
      length = put(out, length, COMMA);
      opened = true;
      i++;
    } else if (c === COLON) {
      length = put(out, length, COLON);
      if (spaces > 0) length = put(out, length, SPACE);
      i++;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      length = put(out, length, c);
      depth++;
      opened = true;
      i++;
    } else if (closes) {
      length = put(out, length, c);
      i++;
    } else {
      const tokenEnd = c === QUOTE ? skipString(bytes, i, end) : skipValue(bytes, i, end);
      if (out !== undefined) copy(bytes, i, tokenEnd, out, length);
      length += tokenEnd - i;
      i = tokenEnd;
    }
  }
  return length;
}

function breakLine(out: Buffer | undefined, length: number, width: number, spaces: number): number {
  if (spaces === 0) return length;
  if (out !== undefined) {
    out[length] = LF;
    if (width > SHORT) out.fill(SPACE, length + 1, length + 1 + width);
    else for (let i = length + 1; i <= length + width; i++) out[i] = SPACE;
  }
  return length + 1 + width;
}

function copy(bytes: Uint8Array, start: number, end: number, out: Buffer, at: number): void {
  if (end - start > SHORT) out.set(bytes.subarray(start, end), at);
  else for (let i = start; i < end; i++) out[at++] = bytes[i];
}

function put(out: Buffer | undefined, length: number, c: number): number {
  if (out !== undefined) out[length] = c;
  return length + 1;
}

/** Up to this many bytes, a loop is done before a call of Node's. */
const SHORT = 32;

const LF = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
