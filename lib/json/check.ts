import type { MemberIndex } from './member-index.js';
import { PLAIN, StringScanner, utf8Length } from './string.js';

/**
 * How deeply arrays and objects may be nested, by default. `JSON.parse` overflows its stack somewhere far beyond, and
 * where that is depends on the machine; a finite limit makes the verdict the same everywhere.
 */
export const MAX_DEPTH = 1000;

/**
 * Decides whether bytes are exactly one JSON text (RFC 8259), in one pass, without making a string or an object.
 *
 * The verdict is that of `JSON.parse` on the decoded text. What `JSON.parse` never sees is refused here: bytes that are
 * not UTF-8, and nesting beyond `maxDepth`. One instance serves any number of calls, one at a time: the result of a
 * call stands in its properties until the next one, so that a call allocates nothing.
 *
 * @example
 * const check = new JsonCheck();
 * if (check.check(data, 0, data.length)) sink.write(data.subarray(check.start, check.end));
 * else console.error(`${check.reason} at byte ${check.errorOffset}`);
 */
export class JsonCheck {
  /** After `true`: where the value itself begins, past any whitespace. */
  start = 0;
  /** After `true`: where the value itself ends, before any whitespace. */
  end = 0;
  /** After `true`: whether a raw CR or LF stands between the value's tokens, so that it does not fit on one line. */
  hasLineBreaks = false;
  /** After `false`: the index into `bytes` at which they go wrong. It is `end` when the text ends too early. */
  errorOffset = 0;
  /** After `false`: what is wrong there, as a clause: `expected a value`. */
  reason = '';
  /** Is told the keys of the outermost object, if somebody wants to know where they stand. */
  index: MemberIndex | undefined;

  readonly #maxDepth: number;
  /** One byte a level: 1 for an object, 0 for an array. Of use during a call alone, so that all checks of a thread have the same. */
  readonly #kinds: Uint8Array;
  readonly #strings = new StringScanner();
  #passed: Uint8Array | undefined;
  #passedStart = 0;
  #passedEnd = 0;

  /** @param maxDepth How deeply arrays and objects may be nested. `[]` is 1 deep. Default: {@link MAX_DEPTH}. */
  constructor(maxDepth: number = MAX_DEPTH) {
    this.#maxDepth = maxDepth;
    this.#kinds = maxDepth === MAX_DEPTH ? SHARED_KINDS : new Uint8Array(maxDepth + 1);
  }

  /** {@link check}, for a text that {@link checkNext} will be asked about. */
  checkFirst(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.check(bytes, start, end)) return false;
    this.#passed = bytes;
    this.#passedStart = start;
    this.#passedEnd = end;
    return true;
  }

  /**
   * {@link check}, for a step that comes after another one: what that had to look at with {@link checkFirst} is not looked at
   * once more.
   */
  checkNext(bytes: Uint8Array, start: number, end: number): boolean {
    return this.hasPassed(bytes, start, end) || this.check(bytes, start, end);
  }

  /** Whether {@link checkFirst} has just said yes to it: then the result of that still stands here. */
  hasPassed(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#passed === bytes && this.#passedStart === start && this.#passedEnd === end;
  }

  /**
   * Whether bytes[start, end) are exactly one JSON text, with or without whitespace around it. Nothing outside the
   * range is read.
   */
  check(bytes: Uint8Array, start: number, end: number): boolean {
    if (end > MAX_OFFSET) {
      this.errorOffset = MAX_OFFSET;
      this.reason = 'the text goes past 2 GiB';
      return false;
    }
    // This function decides how fast the whole program is. Hence the sums cut to 32 bits (`| 0`), which spare V8 the check for
    // overflow and the boxing of `i`, the strings and digits looked at four at a time, and all that is rare put out of line.
    const plain = PLAIN;
    const kinds = this.#kinds;
    const strings = this.#strings;
    const index = this.index;
    const indexDepth = index === undefined ? -1 : 1;
    const first = index === undefined ? 0 : index.first;
    const firsts = index === undefined ? 0 : index.firsts;
    let i = start | 0;
    let c = 0;
    let depth = 0;
    let inObject = 0;
    let limit = 0;
    end |= 0;

    if (i < end && bytes[i] <= SPACE) i = this.#skipSpace(bytes, i, end) | 0;
    const valueStart = i;
    this.hasLineBreaks = false;
    this.#passed = undefined;
    strings.begin();
    if (index !== undefined) index.begin();

    // Each turn reads one value, after its key if it stands in an object.
    for (;;) {
      if (inObject === 1) {
        c = i < end ? bytes[i] : 0;
        if (c <= SPACE) {
          i = this.#skipSpace(bytes, i, end) | 0;
          c = i < end ? bytes[i] : 0;
        }
        if (c !== QUOTE) return this.#fail(bytes, i, end, 'expected a key');
        i = (i + 1) | 0;
        const keyStart = i;
        limit = Math.min((i + INLINE) | 0, end);
        for (;;) {
          c = 0;
          if (((i + 4) | 0) > limit || plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
          if (plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
          if (plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
          if (plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
        }
        const isPlain = c === QUOTE;
        if (isPlain) i = (i + 1) | 0;
        else {
          i = strings.scan(bytes, i, end) | 0;
          if (i < 0) return this.#failString(bytes, ~i, end);
        }
        if (
          depth === indexDepth &&
          ((c = bytes[keyStart]) === first || !isPlain || (first < 0 && ((firsts >>> c) & 1) !== 0))
        ) {
          index!.look(bytes, keyStart, (i - 1) | 0, isPlain);
        }
        c = i < end ? bytes[i] : 0;
        if (c <= SPACE) {
          i = this.#skipSpace(bytes, i, end) | 0;
          c = i < end ? bytes[i] : 0;
        }
        if (c !== COLON) return this.#fail(bytes, i, end, 'expected ":"');
        i = (i + 1) | 0;
      }

      c = i < end ? bytes[i] : 0;
      if (c <= SPACE) {
        i = this.#skipSpace(bytes, i, end) | 0;
        c = i < end ? bytes[i] : 0;
      }
      if (c === QUOTE) {
        i = (i + 1) | 0;
        limit = Math.min((i + INLINE) | 0, end);
        for (;;) {
          c = 0;
          if (((i + 4) | 0) > limit || plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
          if (plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
          if (plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
          if (plain[(c = bytes[i])] === 0) break;
          i = (i + 1) | 0;
        }
        if (c === QUOTE) i = (i + 1) | 0;
        else {
          i = strings.scan(bytes, i, end) | 0;
          if (i < 0) return this.#failString(bytes, ~i, end);
        }
      } else if ((c >= ZERO && c <= NINE) || c === MINUS) {
        i = (i + 1) | 0;
        if (c === MINUS) {
          c = i < end ? bytes[i] : 0;
          if (c < ZERO || c > NINE) return this.#fail(bytes, i, end, 'expected a digit');
          i = (i + 1) | 0;
        }
        if (c === ZERO) {
          c = i < end ? bytes[i] : 0;
          if (c >= ZERO && c <= NINE) return this.#fail(bytes, i, end, 'a number must not begin with a needless zero');
        } else {
          while (((i + 4) | 0) <= end) {
            if ((c = bytes[i]) < ZERO || c > NINE) break;
            i = (i + 1) | 0;
            if ((c = bytes[i]) < ZERO || c > NINE) break;
            i = (i + 1) | 0;
            if ((c = bytes[i]) < ZERO || c > NINE) break;
            i = (i + 1) | 0;
            if ((c = bytes[i]) < ZERO || c > NINE) break;
            i = (i + 1) | 0;
          }
          c = i < end ? bytes[i] : 0;
          while (c >= ZERO && c <= NINE) c = (i = (i + 1) | 0) < end ? bytes[i] : 0;
        }
        if (c === POINT) {
          c = (i = (i + 1) | 0) < end ? bytes[i] : 0;
          if (c < ZERO || c > NINE) return this.#fail(bytes, i, end, 'expected a digit');
          while (c >= ZERO && c <= NINE) c = (i = (i + 1) | 0) < end ? bytes[i] : 0;
        }
        if ((c | 0x20) === LOWER_E) {
          c = (i = (i + 1) | 0) < end ? bytes[i] : 0;
          if (c === PLUS || c === MINUS) c = (i = (i + 1) | 0) < end ? bytes[i] : 0;
          if (c < ZERO || c > NINE) return this.#fail(bytes, i, end, 'expected a digit');
          while (c >= ZERO && c <= NINE) c = (i = (i + 1) | 0) < end ? bytes[i] : 0;
        }
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        if (depth === this.#maxDepth) return this.#fail(bytes, i, end, `nesting is deeper than ${depth}`);
        kinds[depth] = inObject;
        depth = (depth + 1) | 0;
        inObject = c === OPEN_BRACE ? 1 : 0;
        c = (i = (i + 1) | 0) < end ? bytes[i] : 0;
        if (c <= SPACE) {
          i = this.#skipSpace(bytes, i, end) | 0;
          c = i < end ? bytes[i] : 0;
        }
        if (c !== (inObject === 1 ? CLOSE_BRACE : CLOSE_BRACKET)) {
          if (inObject === 1 && c !== QUOTE) return this.#fail(bytes, i, end, 'expected a key or "}"');
          continue;
        }
        i = (i + 1) | 0;
        depth = (depth - 1) | 0;
        inObject = kinds[depth];
      } else {
        i = scanLiteral(bytes, i, end) | 0;
        if (i < 0) return this.#failLiteral(bytes, ~i, end);
      }

      // What follows a value: a comma, or the end of one or more containers, or the end of the text.
      for (;;) {
        if (depth === 0) return this.#finish(bytes, valueStart, i, end);
        c = i < end ? bytes[i] : 0;
        if (c <= SPACE) {
          i = this.#skipSpace(bytes, i, end) | 0;
          c = i < end ? bytes[i] : 0;
        }
        if (c === COMMA) {
          i = (i + 1) | 0;
          break;
        }
        if (c !== (inObject === 1 ? CLOSE_BRACE : CLOSE_BRACKET))
          return this.#fail(bytes, i, end, inObject === 1 ? 'expected "," or "}"' : 'expected "," or "]"');
        i = (i + 1) | 0;
        depth = (depth - 1) | 0;
        inObject = kinds[depth];
      }
    }
  }

  #finish(bytes: Uint8Array, valueStart: number, valueEnd: number, end: number): boolean {
    const hasLineBreaks = this.hasLineBreaks;
    const i = valueEnd < end ? this.#skipSpace(bytes, valueEnd, end) : end;
    if (i < end) return this.#fail(bytes, i, end, 'there is something after the value');
    this.start = valueStart;
    this.end = valueEnd;
    this.hasLineBreaks = hasLineBreaks;
    return true;
  }

  #skipSpace(bytes: Uint8Array, i: number, end: number): number {
    for (; i < end; i++) {
      const c = bytes[i];
      if (c === LF || c === CR) this.hasLineBreaks = true;
      else if (c !== SPACE && c !== TAB) break;
    }
    return i;
  }

  #fail(bytes: Uint8Array, offset: number, end: number, reason: string): false {
    this.errorOffset = offset;
    if (offset >= end) this.reason = `${reason}, but the text ends`;
    else if (bytes[offset] < 0x80) this.reason = reason;
    else if (isByteOrderMark(bytes, offset, end)) this.reason = 'a byte-order mark is not part of JSON';
    else this.reason = utf8Length(bytes, offset, end) === 0 ? NOT_UTF8 : reason;
    return false;
  }

  #failLiteral(bytes: Uint8Array, offset: number, end: number): false {
    const literal = offset < end ? LITERALS[bytes[offset]] : undefined;
    if (literal === undefined) return this.#fail(bytes, offset, end, 'expected a value');
    let i = 0;
    while (offset + i < end && bytes[offset + i] === literal.charCodeAt(i)) i++;
    return this.#fail(bytes, offset + i, end, `expected "${literal}"`);
  }

  #failString(bytes: Uint8Array, offset: number, end: number): false {
    this.errorOffset = offset;
    if (offset >= end) this.reason = 'a string is not closed';
    else if (bytes[offset] < SPACE) this.reason = 'a control character in a string must be escaped';
    else if (bytes[offset] >= 0x80) this.reason = NOT_UTF8;
    else if (bytes[offset + 1] === LOWER_U) this.reason = '"\\u" must be followed by four hexadecimal digits';
    else this.reason = 'a backslash in a string must begin an escape such as "\\n" or "\\u000a"';
    return false;
  }
}

/** The index after the literal at `i`, or `~i` if there is none. */
function scanLiteral(bytes: Uint8Array, i: number, end: number): number {
  if (i + 4 > end) return ~i;
  const c = bytes[i];
  if (c === LOWER_T) return bytes[i + 1] === 0x72 && bytes[i + 2] === 0x75 && bytes[i + 3] === 0x65 ? i + 4 : ~i;
  if (c === LOWER_N) return bytes[i + 1] === 0x75 && bytes[i + 2] === 0x6c && bytes[i + 3] === 0x6c ? i + 4 : ~i;
  if (c !== LOWER_F || i + 5 > end) return ~i;
  return bytes[i + 1] === 0x61 && bytes[i + 2] === 0x6c && bytes[i + 3] === 0x73 && bytes[i + 4] === 0x65 ? i + 5 : ~i;
}

function isByteOrderMark(bytes: Uint8Array, i: number, end: number): boolean {
  return i + 3 <= end && bytes[i] === 0xef && bytes[i + 1] === 0xbb && bytes[i + 2] === 0xbf;
}

const SHARED_KINDS = new Uint8Array(MAX_DEPTH + 1);

/** Offsets are kept in 32 bits. No frame comes near, and no string of V8 does either. */
const MAX_OFFSET = 2 ** 31 - 64;

/** Up to this many bytes of a string are looked at in place; a call pays from there on. */
const INLINE = 24;

const NOT_UTF8 = 'the bytes are not UTF-8';

const LITERALS: Readonly<Record<number, string>> = { 102: 'false', 110: 'null', 116: 'true' };

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
