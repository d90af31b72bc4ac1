/**
 * Steps over parts of bytes that are known to be valid JSON, without looking at what they mean. On other bytes the results
 * are meaningless, but every function stops at `end`.
 */

/** The index of the first byte from `i` that is not whitespace. */
export function skipSpace(bytes: Uint8Array, i: number, end: number): number {
  i |= 0;
  while (i < end && bytes[i] <= SPACE) i = (i + 1) | 0;
  return i;
}

/** The index after the string whose opening quote is at `i`. */
export function skipString(bytes: Uint8Array, i: number, end: number): number {
  // As in the check: sums cut to 32 bits spare V8 its check for overflow, and four bytes a turn most of the turns.
  const boring = BORING;
  i = (i + 1) | 0;
  end |= 0;
  while (i < end) {
    if (((i + 4) | 0) <= end && boring[bytes[i]] === 1) {
      i = (i + 1) | 0;
      if (boring[bytes[i]] === 1) {
        i = (i + 1) | 0;
        if (boring[bytes[i]] === 1) {
          i = (i + 1) | 0;
          if (boring[bytes[i]] === 1) {
            i = (i + 1) | 0;
            continue;
          }
        }
      }
    }
    const c = bytes[i];
    if (c === QUOTE) return (i + 1) | 0;
    i = (i + (c === BACKSLASH ? 2 : 1)) | 0;
  }
  return end;
}

/** The index after the value that begins at `i`: a string, a number, a literal, or all of an object or array. */
export function skipValue(bytes: Uint8Array, i: number, end: number): number {
  i |= 0;
  end |= 0;
  if (i >= end) return end;
  const c = bytes[i];
  if (c === QUOTE) return skipString(bytes, i, end);
  if (c === OPEN_BRACE || c === OPEN_BRACKET) return skipContainer(bytes, i, end);
  do i = (i + 1) | 0;
  while (i < end && SCALAR[bytes[i]] === 1);
  return i;
}

function skipContainer(bytes: Uint8Array, i: number, end: number): number {
  const steps = STEPS;
  let depth = 0;
  while (i < end) {
    const step = steps[bytes[i]];
    if (step === 0) i = (i + 1) | 0;
    else if (step === STRING) i = skipString(bytes, i, end) | 0;
    else {
      i = (i + 1) | 0;
      depth = (depth + step) | 0;
      if (depth === 0) return i;
    }
  }
  return end;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const STRING = 2;

/** How a byte outside strings changes the nesting, or that a string begins. */
const STEPS = new Int8Array(256);
STEPS[QUOTE] = STRING;
STEPS[OPEN_BRACE] = STEPS[OPEN_BRACKET] = 1;
STEPS[CLOSE_BRACE] = STEPS[CLOSE_BRACKET] = -1;

/** 1 for the bytes of a string that neither end it nor hide the next one. */
export const BORING: Uint8Array = new Uint8Array(256).fill(1);
BORING[QUOTE] = BORING[BACKSLASH] = 0;

/** 1 for the bytes that numbers and literals are made of. */
export const SCALAR: Uint8Array = new Uint8Array(256);
for (const c of Buffer.from('+-.0123456789Eaeflnrstu')) SCALAR[c] = 1;
