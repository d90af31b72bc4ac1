/** How many bytes an unsigned number below 2^32 takes as a varint. */
export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}

/** Writes an unsigned number below 2^32 as a varint: seven bits a byte, the lowest first. Returns where it ends. */
export function writeVarint(buffer: Uint8Array, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest >= 0x80) {
    buffer[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[end++] = rest;
  return end;
}

/** How many bytes a whole number takes as a zigzagged varlong: those near zero are short, whatever their sign. */
export function zigzagSize(value: number): number {
  return isSmall(value) ? varintSize(zigzag(value)) : varlongSize(value);
}

/** Writes a whole number as a zigzagged varlong. Returns where it ends. */
export function writeZigzag(buffer: Uint8Array, at: number, value: number): number {
  return isSmall(value) ? writeVarint(buffer, at, zigzag(value)) : writeVarlong(buffer, at, value);
}

/** Whether a number, zigzagged, is below 2^32: that is a varint, and takes no bigint. */
function isSmall(value: number): boolean {
  return value < SMALL && value >= -SMALL;
}

/** 0, -1, 1, -2 become 0, 1, 2, 3. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function varlongSize(value: number): number {
  let size = 1;
  for (let rest = zigzagLong(value) >> 7n; rest > 0n; rest >>= 7n) size += 1;
  return size;
}

function writeVarlong(buffer: Uint8Array, at: number, value: number): number {
  let rest = zigzagLong(value);
  let end = at;
  while (rest >= 0x80n) {
    buffer[end++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  buffer[end++] = Number(rest);
  return end;
}

function zigzagLong(value: number): bigint {
  const long = BigInt(value);
  return (long << 1n) ^ (long >> 63n);
}

const SMALL = 2 ** 31;
