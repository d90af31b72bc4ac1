/** The opcodes of RFC 6455, section 5.2. */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What {@link encodeFrame} puts on the wire. Nothing is checked: frames that break the protocol can be made on purpose. */
export interface WireFrame {
  /** 0 to 15; see {@link OPCODES}. */
  readonly opcode: number;
  /** The payload. A string is sent as UTF-8. @default '' */
  readonly payload?: string | Uint8Array;
  /** Whether it is the last frame of its message. @default true */
  readonly fin?: boolean;
  /** The first reserved bit, which marks a compressed message. @default false */
  readonly rsv1?: boolean;
  /** The second reserved bit. @default false */
  readonly rsv2?: boolean;
  /** The third reserved bit. @default false */
  readonly rsv3?: boolean;
  /** Masks the payload, as a client must and a server must not; bytes are taken as the key of 4 bytes. @default false */
  readonly mask?: boolean | Uint8Array;
  /** The payload length that the header claims, in bytes, up to 2^53-1. @default the payload's own */
  readonly declaredLength?: number;
}

/**
 * The bytes of one WebSocket frame.
 *
 * @example
 * ```ts
 * await client.sendRaw(encodeFrame({ opcode: OPCODES.text, payload: 'a', rsv2: true }));
 * ```
 */
export function encodeFrame(frame: WireFrame): Buffer {
  const payload = typeof frame.payload === 'string' ? Buffer.from(frame.payload) : (frame.payload ?? EMPTY);
  const key = frame.mask === true ? DEFAULT_MASK : frame.mask === false ? undefined : frame.mask;
  const claimed = frame.declaredLength ?? payload.byteLength;
  const headerBytes = headerLength(claimed);
  const bytes = Buffer.allocUnsafe(headerBytes + (key === undefined ? 0 : 4) + payload.byteLength);
  const bits = (frame.rsv1 ? RSV1 : 0) | (frame.rsv2 ? 0x20 : 0) | (frame.rsv3 ? 0x10 : 0);
  writeHeader(bytes, 0, ((frame.fin ?? true) ? FIN : 0) | bits | (frame.opcode & 0x0f), claimed);
  if (key === undefined) {
    bytes.set(payload, headerBytes);
    return bytes;
  }
  bytes[1]! |= 0x80;
  bytes.set(key.subarray(0, 4), headerBytes);
  for (let i = 0; i < payload.byteLength; i += 1) bytes[headerBytes + 4 + i] = payload[i]! ^ key[i & 3]!;
  return bytes;
}

/** How many bytes the header of an unmasked frame takes. */
export function headerLength(payloadBytes: number): number {
  return payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10;
}

/** Writes an unmasked frame's header at `at`. `first` is its first byte: {@link FIN}, reserved bits and opcode. */
export function writeHeader(bytes: Buffer, at: number, first: number, payloadBytes: number): void {
  bytes[at] = first;
  if (payloadBytes < 126) {
    bytes[at + 1] = payloadBytes;
  } else if (payloadBytes < 65_536) {
    bytes[at + 1] = 126;
    bytes.writeUInt16BE(payloadBytes, at + 2);
  } else {
    bytes[at + 1] = 127;
    bytes.writeBigUInt64BE(BigInt(payloadBytes), at + 2);
  }
}

/** In a frame's first byte: the last frame of its message. */
export const FIN = 0x80;
/** In a frame's first byte: the first frame of a compressed message (RFC 7692). */
export const RSV1 = 0x40;
const EMPTY = new Uint8Array(0);
const DEFAULT_MASK = new Uint8Array([0x12, 0x34, 0x56, 0x78]);
