import { encodeFrame, OPCODES, type WireFrame } from '../../lib/testing/index.js';
import { MAX_PAYLOAD } from './in-memory-socket.js';

const { text, binary, continuation, ping, pong, close } = OPCODES;

/** What a server may send, and must not (RFC 6455, sections 5 and 7.4): by what it is, the bytes. Texts are UTF-8: those are taken as they come. */
export const WIRE_CASES: ReadonlyMap<string, Buffer> = new Map<string, Buffer>([
  ...frames({
    'a text': [{ opcode: text, payload: 'bé€𝄞' }],
    'an empty text': [{ opcode: text }],
    'a binary': [{ opcode: binary, payload: Buffer.from([0, 255]) }],
    'a text of 126 bytes': [{ opcode: text, payload: 'x'.repeat(126) }],
    'a text as long as may be': [{ opcode: text, payload: 'x'.repeat(MAX_PAYLOAD) }],
    'a text that is too long': [{ opcode: text, payload: 'x'.repeat(MAX_PAYLOAD + 1) }],
    'a text that claims too much': [{ opcode: text, declaredLength: 70_000 }],
    'a masked text': [{ opcode: text, payload: 'm', mask: true }],
    'a text with rsv1': [{ opcode: text, payload: 'r', rsv1: true }],
    'a text with rsv2': [{ opcode: text, payload: 'r', rsv2: true }],
    'a binary with rsv3': [{ opcode: binary, payload: 'r', rsv3: true }],
    fragments: [
      { opcode: text, payload: 'f', fin: false },
      { opcode: continuation, payload: 'g', fin: false },
      { opcode: continuation, payload: 'h' },
    ],
    'fragments of one character': [
      { opcode: text, payload: Buffer.from([0xc3]), fin: false },
      { opcode: continuation, payload: Buffer.from([0xa9]) },
    ],
    'fragments with pings between': [
      { opcode: binary, payload: 'f', fin: false },
      { opcode: ping, payload: 'p' },
      { opcode: pong },
      { opcode: continuation, payload: 'g' },
    ],
    'fragments with a message between': [
      { opcode: text, payload: 'f', fin: false },
      { opcode: binary, payload: 'm' },
      { opcode: continuation, payload: 'g' },
    ],
    'fragments that are too long together': [
      { opcode: text, payload: 'x'.repeat(MAX_PAYLOAD), fin: false },
      { opcode: continuation, payload: 'x' },
    ],
    'a fragment and a close frame': [
      { opcode: text, payload: 'f', fin: false },
      { opcode: close, payload: closing(1000) },
    ],
    'a continuation of nothing': [{ opcode: continuation, payload: 'c' }],
    'a ping': [{ opcode: ping, payload: 'p' }],
    'a pong': [{ opcode: pong, payload: 'p' }],
    'a ping of bytes': [{ opcode: ping, payload: Buffer.from([0xff, 0]) }],
    'a ping of 125 bytes': [{ opcode: ping, payload: 'p'.repeat(125) }],
    'a ping of 126 bytes': [{ opcode: ping, payload: 'p'.repeat(126) }],
    'a ping in fragments': [{ opcode: ping, fin: false }],
    'a masked ping': [{ opcode: ping, payload: 'm', mask: true }],
    'a pong with rsv1': [{ opcode: pong, rsv1: true }],
    'a ping with rsv3': [{ opcode: ping, rsv3: true }],
    'a close frame': [{ opcode: close }],
    'a close frame of one byte': [{ opcode: close, payload: Buffer.from([3]) }],
    'a close frame of 126 bytes': [{ opcode: close, payload: Buffer.concat([closing(1000), Buffer.alloc(124, 'r')]) }],
    'a close frame in fragments': [{ opcode: close, payload: closing(1000), fin: false }],
    'a masked close frame': [{ opcode: close, payload: closing(1000), mask: true }],
    'a close frame with a reason': [{ opcode: close, payload: closing(1000, Buffer.from('bye é')) }],
    'a close frame with a reason that is no UTF-8': [{ opcode: close, payload: closing(1000, Buffer.from([0xff])) }],
    'a close frame with half a character': [{ opcode: close, payload: closing(1001, Buffer.from([0x61, 0xe2, 0x82])) }],
    'a close frame, and more': [
      { opcode: close, payload: closing(1000) },
      { opcode: text, payload: 'more' },
    ],
  }),
  ...[0, 999, 1001, 1003, 1004, 1005, 1006, 1007, 1014, 1015, 1016, 2999, 3000, 4999, 5000, 65_535].map(
    (code) => [`close code ${code}`, encodeFrame({ opcode: close, payload: closing(code) })] as const,
  ),
  ...[3, 7, 11, 15].map((opcode) => [`the opcode ${opcode}`, encodeFrame({ opcode, payload: 'o' })] as const),
  // In the forms of 16 and 64 bits, whether they need them or not.
  ...[text, binary, ping, pong, close].flatMap((opcode) =>
    [16, 64].map((bits) => [`the opcode ${opcode}, its length of 5 in ${bits} bits`, longForm(opcode, bits)] as const),
  ),
  ['a length that is no safe integer', Buffer.from('817f0020000000000000', 'hex')],
  ['a length of 2^64 - 1', Buffer.from('827fffffffffffffffff', 'hex')],
  ['a ping of 2^63 bytes', Buffer.from('897f8000000000000000', 'hex')],
]);

function frames(named: Readonly<Record<string, readonly WireFrame[]>>): [string, Buffer][] {
  return Object.entries(named).map(([name, all]) => [name, Buffer.concat(all.map(encodeFrame))]);
}

function closing(code: number, reason: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 255]), reason]);
}

function longForm(opcode: number, bits: number): Buffer {
  const length = Buffer.alloc(bits / 8);
  length[length.length - 1] = 5;
  return Buffer.concat([
    Buffer.from([0x80 | opcode, bits === 16 ? 126 : 127]),
    length,
    opcode === close ? closing(1000, Buffer.from('bye')) : Buffer.from('hello'),
  ]);
}
