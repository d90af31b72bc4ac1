/**
 * Whether the bytes can be one message of Protocol Buffers from the first to the last
 * (https://protobuf.dev/programming-guides/encoding): nothing in them says so, but few other bytes come out even.
 */
export function isProtobuf(bytes: Buffer): boolean {
  let at = 0;
  while (at < bytes.length) {
    const [tag, start] = varint(bytes, at);
    const field = Math.floor(tag / 8);
    if (start === NOWHERE || field < 1 || field > MAX_FIELD) return false;
    at = fieldEnd(bytes, start, tag % 8);
    if (at === NOWHERE) return false;
  }
  return bytes.length > 1;
}

/** Where the value of a field ends; groups, which nobody has used for long, are none. */
function fieldEnd(bytes: Buffer, start: number, wireType: number): number {
  switch (wireType) {
    case 0:
      return varint(bytes, start)[1];
    case 1:
      return within(bytes, start + 8);
    case 2: {
      const [length, next] = varint(bytes, start);
      return next === NOWHERE ? NOWHERE : within(bytes, next + length);
    }
    case 5:
      return within(bytes, start + 4);
    default:
      return NOWHERE;
  }
}

function within(bytes: Buffer, end: number): number {
  return end <= bytes.length ? end : NOWHERE;
}

function varint(bytes: Buffer, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < MAX_VARINT; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, start + i + 1];
  }
  return [0, NOWHERE];
}

const NOWHERE = -1;
const MAX_VARINT = 10;
/** Larger numbers are allowed, and hardly ever used. */
const MAX_FIELD = 20_000;
