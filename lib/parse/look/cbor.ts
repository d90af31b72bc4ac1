/** Whether the bytes are one CBOR map or array from the first to the last, with tags or without (RFC 8949, section 3). */
export function isCbor(bytes: Buffer): boolean {
  const start = afterTags(bytes, 0);
  const major = bytes[start]! >> 5;
  return (major === ARRAY || major === MAP) && itemEnd(bytes, start, 0) === bytes.length;
}

/** Where the item ends; {@link NOWHERE} when there is none. */
function itemEnd(bytes: Buffer, at: number, depth: number): number {
  const head = bytes[at];
  if (head === undefined || depth > MAX_DEPTH) return NOWHERE;
  const major = head >> 5;
  const info = head & 0x1f;
  if (info === INDEFINITE) return indefiniteEnd(bytes, at + 1, major, depth);
  const size = info < 24 ? 0 : 2 ** (info - 24);
  if (info > 27 || at + 1 + size > bytes.length) return NOWHERE;
  const start = at + 1 + size;
  const argument =
    info < 24 ? info : size === 8 ? Number(bytes.readBigUInt64BE(at + 1)) : bytes.readUIntBE(at + 1, size);
  switch (major) {
    case BYTES:
    case TEXT:
      return start + argument <= bytes.length ? start + argument : NOWHERE;
    case ARRAY:
      return itemsEnd(bytes, start, argument, depth);
    case MAP:
      return itemsEnd(bytes, start, argument * 2, depth);
    case TAG:
      return itemEnd(bytes, start, depth + 1);
    default:
      return start;
  }
}

function itemsEnd(bytes: Buffer, start: number, count: number, depth: number): number {
  let at = start;
  for (let i = 0; i < count && at !== NOWHERE; i++) at = itemEnd(bytes, at, depth + 1);
  return at;
}

function indefiniteEnd(bytes: Buffer, start: number, major: number, depth: number): number {
  if (major < BYTES || major > MAP) return NOWHERE;
  let at = start;
  while (at !== NOWHERE && at < bytes.length && bytes[at] !== BREAK) at = itemEnd(bytes, at, depth + 1);
  return at !== NOWHERE && at < bytes.length ? at + 1 : NOWHERE;
}

function afterTags(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at]! >> 5 === TAG) {
    const info = bytes[at]! & 0x1f;
    at += info < 24 ? 1 : 1 + 2 ** (info - 24);
  }
  return at;
}

const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const INDEFINITE = 31;
const BREAK = 0xff;
const NOWHERE = -1;
const MAX_DEPTH = 64;
