// Cuts frames and checks their JSON: the loop that decides how fast the whole program is, in AssemblyScript. What it says yes to is
// what `JsonCheck` says yes to, held by a property test; where it says no it stops, and the slow way says why. `npm run wasm`.
//
// Memory: one byte a level of nesting; where texts end; the chunk; the texts. Whatever is read past the end of the chunk is a NUL,
// which ends every token, and a token that goes on past the end of its frame ends in another one, which is seen afterwards. So
// nothing in here looks for the end.

const MAX_DEPTH: u32 = 1000;
const MAX_FRAMES: u32 = 8192;
const CAPACITY: u32 = 66_560;
/** As much as is looked at, or written, at once. */
const SLACK: u32 = 16;

const KINDS: usize = 0;
const ENDS: usize = 1024;
const CHUNK: usize = ENDS + 4 * MAX_FRAMES;
const TEXTS: usize = CHUNK + CAPACITY + 2 * SLACK;

export function capacity(): u32 { return CAPACITY; }
export function endsAt(): usize { return ENDS; }
export function chunkAt(): usize { return CHUNK; }
export function textsAt(): usize { return TEXTS; }

/** After {@link cut}: where the first frame begins that was not taken. */
export let next: u32 = 0;
/** Where the data begins of the last one that was. */
export let last: u32 = 0;
/** The bytes of the data of all of them. */
export let bytes: u32 = 0;
/** The bytes of their texts, with a line feed behind each. */
export let used: u32 = 0;

/**
 * Takes frames of one kind that stand one behind another in [from, size) of the chunk: each whole, shorter than 64 KiB, and one JSON
 * text without a line break between its tokens. Returns how many it took.
 *
 * @param kind the first byte of each
 * @param most how many it may take
 * @param largest the most bytes of one's data
 * @param room how many bytes of texts there may be before the last one
 */
export function cut(from: u32, size: u32, kind: u32, most: u32, largest: u32, room: u32): u32 {
  let i = from;
  let out: usize = TEXTS;
  let count: u32 = 0;
  let total: u32 = 0;
  let newest: u32 = 0;
  if (most > MAX_FRAMES) most = MAX_FRAMES;
  const enough = TEXTS + room;
  memory.fill(CHUNK + size, 0, 2 * SLACK);
  while (count < most && out < enough && i + 2 <= size && load<u8>(CHUNK + i) == <u8>kind) {
    let length: u32 = load<u8>(CHUNK + i, 1);
    let start = i + 2;
    if (length == 126) {
      start = i + 4;
      if (start > size) break;
      length = (<u32>load<u8>(CHUNK + i, 2) << 8) | load<u8>(CHUNK + i, 3);
    } else if (length > 126) break;
    const end = start + length;
    if (end > size || length > largest) break;
    const first = afterOuterSpace(CHUNK + start);
    const behind = afterValue(first);
    if (behind == 0 || behind > CHUNK + end) break;
    if (behind != CHUNK + end && afterOuterSpace(behind) != CHUNK + end) break;
    const textEnd = out + (behind - first);
    for (let p = first; out < textEnd; p += SLACK, out += SLACK) v128.store(out, v128.load(p));
    store<u8>(textEnd, LF);
    store<u32>(ENDS + 4 * count, <u32>(textEnd - TEXTS));
    out = textEnd + 1;
    total += length;
    newest = start;
    count++;
    i = end;
  }
  next = i;
  last = newest;
  bytes = total;
  used = <u32>(out - TEXTS);
  return count;
}

/** After {@link check}: where the value begins, and ends. */
export let start: u32 = 0;
export let end: u32 = 0;

/** Whether the first `size` bytes of the chunk are one JSON text without a line break between its tokens. */
export function check(size: u32): bool {
  memory.fill(CHUNK + size, 0, 2 * SLACK);
  const first = afterOuterSpace(CHUNK);
  const behind = afterValue(first);
  if (behind == 0 || behind > CHUNK + size || afterOuterSpace(behind) != CHUNK + size) return false;
  start = <u32>(first - CHUNK);
  end = <u32>(behind - CHUNK);
  return true;
}

/** The end of the value that begins at `p`; 0 when there is none. */
function afterValue(p: usize): usize {
  let depth: u32 = 0;
  let inObject: u32 = 0;
  while (true) {
    if (inObject) {
      if (load<u8>(p) <= SPACE) p = afterSpace(p);
      if (load<u8>(p) != QUOTE) return 0;
      p = afterString(p + 1);
      if (p == 0) return 0;
      if (load<u8>(p) <= SPACE) p = afterSpace(p);
      if (load<u8>(p) != COLON) return 0;
      p++;
    }
    let c: u32 = load<u8>(p);
    if (c <= SPACE) {
      p = afterSpace(p);
      c = load<u8>(p);
    }
    if (c == QUOTE) {
      p = afterString(p + 1);
      if (p == 0) return 0;
    } else if (isDigit(c) || c == MINUS) {
      if (c == MINUS) {
        p++;
        c = load<u8>(p);
        if (!isDigit(c)) return 0;
      }
      if (c == ZERO) {
        p++;
        if (isDigit(load<u8>(p))) return 0;
      } else p = afterDigits(p);
      if (load<u8>(p) == POINT) {
        p++;
        if (!isDigit(load<u8>(p))) return 0;
        p = afterDigits(p);
      }
      if ((load<u8>(p) | 0x20) == LOWER_E) {
        p++;
        c = load<u8>(p);
        if (c == PLUS || c == MINUS) p++;
        if (!isDigit(load<u8>(p))) return 0;
        p = afterDigits(p);
      }
    } else if (c == OPEN_BRACE || c == OPEN_BRACKET) {
      if (depth == MAX_DEPTH) return 0;
      store<u8>(KINDS + depth, inObject);
      depth++;
      inObject = c == OPEN_BRACE ? 1 : 0;
      p++;
      if (load<u8>(p) <= SPACE) p = afterSpace(p);
      if (load<u8>(p) != <u8>(inObject ? CLOSE_BRACE : CLOSE_BRACKET)) continue;
      p++;
      depth--;
      inObject = load<u8>(KINDS + depth);
    } else {
      const word = load<u32>(p);
      if (word == TRUE || word == NULL) p += 4;
      else if (word == FALS && load<u8>(p, 4) == LOWER_E) p += 5;
      else return 0;
    }
    while (true) {
      if (depth == 0) return p;
      c = load<u8>(p);
      if (c <= SPACE) {
        p = afterSpace(p);
        c = load<u8>(p);
      }
      p++;
      if (c == COMMA) break;
      if (c != <u32>(inObject ? CLOSE_BRACE : CLOSE_BRACKET)) return 0;
      depth--;
      inObject = load<u8>(KINDS + depth);
    }
  }
}

/** Around a text. */
function afterOuterSpace(p: usize): usize {
  while (true) {
    const c: u32 = load<u8>(p);
    if (c != SPACE && c != TAB && c != LF && c != CR) return p;
    p++;
  }
  return p;
}

/** Between tokens, where a line break is none: it would have to be taken out. */
function afterSpace(p: usize): usize {
  while (true) {
    const c: u32 = load<u8>(p);
    if (c != SPACE && c != TAB) return p;
    p++;
  }
  return p;
}

/** From behind the opening quote to behind the closing one; 0 when the string is not valid. */
// @ts-ignore: a decorator of AssemblyScript
@inline function afterString(p: usize): usize {
  const stop = p + ctz(stops(p) | 0x10000);
  return load<u8>(stop) == QUOTE ? stop + 1 : afterRest(stop);
}

function afterRest(p: usize): usize {
  while (true) {
    const found = stops(p);
    if (found == 0) {
      p += SLACK;
      continue;
    }
    p += ctz(found);
    const c: u32 = load<u8>(p);
    if (c == QUOTE) return p + 1;
    const length = c == BACKSLASH ? escapeLength(p) : characterLength(p, c);
    if (length == 0) return 0;
    p += length;
  }
  return 0;
}

/** A bit for each of the 16 bytes that needs a look: those below space, the quote, the backslash, and those past ASCII. */
// @ts-ignore
@inline function stops(p: usize): i32 {
  const v = v128.load(p);
  const special = v128.or(i8x16.eq(v, i8x16.splat(<i8>QUOTE)), i8x16.eq(v, i8x16.splat(<i8>BACKSLASH)));
  return i8x16.bitmask(v128.or(i8x16.lt_s(v, i8x16.splat(<i8>SPACE)), special));
}

function escapeLength(p: usize): u32 {
  const c: u32 = load<u8>(p, 1);
  if (c == LOWER_U) {
    const isHex = isHexDigit(load<u8>(p, 2)) && isHexDigit(load<u8>(p, 3)) && isHexDigit(load<u8>(p, 4)) && isHexDigit(load<u8>(p, 5));
    return isHex ? 6 : 0;
  }
  // " \ / b f n r t
  const isSimple = c == QUOTE || c == BACKSLASH || c == 0x2f || c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74;
  return isSimple ? 2 : 0;
}

/** RFC 3629; 0 when it is no character, or a raw control character. */
function characterLength(p: usize, lead: u32): u32 {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second: u32 = load<u8>(p, 1);
  if (lead < 0xe0) return isContinuation(second) ? 2 : 0;
  if (!isContinuation(load<u8>(p, 2))) return 0;
  if (lead < 0xf0) return second >= <u32>(lead == 0xe0 ? 0xa0 : 0x80) && second <= <u32>(lead == 0xed ? 0x9f : 0xbf) ? 3 : 0;
  if (!isContinuation(load<u8>(p, 3))) return 0;
  return second >= <u32>(lead == 0xf0 ? 0x90 : 0x80) && second <= <u32>(lead == 0xf4 ? 0x8f : 0xbf) ? 4 : 0;
}

/** There is one digit at least. */
// @ts-ignore
@inline function afterDigits(p: usize): usize {
  if (!isDigit(load<u8>(p, 1))) return p + 1;
  return afterManyDigits(p);
}

// @ts-ignore
@inline function afterManyDigits(p: usize): usize {
  while (true) {
    const others = i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(p), i8x16.splat(<i8>ZERO)), i8x16.splat(9)));
    if (others != 0) return p + ctz(others);
    p += SLACK;
  }
  return p;
}

// @ts-ignore
@inline function isDigit(c: u32): bool {
  return c - ZERO <= 9;
}

// @ts-ignore
@inline function isHexDigit(c: u32): bool {
  return c - ZERO <= 9 || (c | 0x20) - 0x61 <= 5;
}

// @ts-ignore
@inline function isContinuation(c: u32): bool {
  return (c & 0xc0) == 0x80;
}

const TAB: u32 = 0x09;
const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const PLUS: u32 = 0x2b;
const COMMA: u32 = 0x2c;
const MINUS: u32 = 0x2d;
const POINT: u32 = 0x2e;
const ZERO: u32 = 0x30;
const COLON: u32 = 0x3a;
const OPEN_BRACKET: u32 = 0x5b;
const BACKSLASH: u32 = 0x5c;
const CLOSE_BRACKET: u32 = 0x5d;
const LOWER_E: u32 = 0x65;
const LOWER_U: u32 = 0x75;
const OPEN_BRACE: u32 = 0x7b;
const CLOSE_BRACE: u32 = 0x7d;
/** Four bytes, the first one lowest. */
const TRUE: u32 = 0x65757274;
const NULL: u32 = 0x6c6c756e;
const FALS: u32 = 0x736c6166;
