/**
 * Makes JSON fit on one line, in place: every raw CR and LF in bytes[start, end) becomes a space. In valid JSON they
 * stand between tokens only, so the value stays the same.
 */
export function blankLineBreaks(bytes: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    const c = bytes[i];
    if (c === LF || c === CR) bytes[i] = SPACE;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
