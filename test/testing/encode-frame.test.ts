import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, OPCODES } from '../../lib/testing/index.js';

describe('encodeFrame', () => {
  const cases: [what: string, frame: Parameters<typeof encodeFrame>[0], hex: string][] = [
    ['an unmasked text', { opcode: OPCODES.text, payload: 'Hello' }, '810548656c6c6f'],
    [
      'a masked text',
      { opcode: OPCODES.text, payload: 'Hello', mask: Buffer.from('37fa213d', 'hex') },
      '818537fa213d7f9f4d5158',
    ],
    ['a first fragment', { opcode: OPCODES.text, fin: false, payload: 'Hel' }, '010348656c'],
    ['an empty last fragment', { opcode: OPCODES.continuation }, '8000'],
    ['the first reserved bit', { opcode: OPCODES.text, rsv1: true }, 'c100'],
    ['the second reserved bit', { opcode: OPCODES.text, rsv2: true }, 'a100'],
    ['the third reserved bit', { opcode: OPCODES.text, rsv3: true }, '9100'],
    ['no more of an opcode than four bits', { opcode: 0x72, payload: Buffer.of(1, 2) }, '82020102'],
    ['a fragment with an even opcode', { opcode: OPCODES.binary, fin: false }, '0200'],
    ['a ping', { opcode: OPCODES.ping, payload: 'a' }, '890161'],
    ['a pong', { opcode: OPCODES.pong, payload: 'a' }, '8a0161'],
    ['a close', { opcode: OPCODES.close }, '8800'],
    [
      'a key of its own where it is only told to mask',
      { opcode: 1, payload: '\0\0\0\0\0', mask: true },
      '8185123456781234567812',
    ],
    ['no mask where it is told not to', { opcode: 1, payload: 'a', mask: false }, '810161'],
    ['the longest length of 7 bits', { opcode: 2, declaredLength: 125 }, '827d'],
    ['the shortest length of 16 bits', { opcode: 2, declaredLength: 126 }, '827e007e'],
    ['the longest length of 16 bits', { opcode: 2, declaredLength: 65_535 }, '827effff'],
    ['the longest length', { opcode: 2, declaredLength: Number.MAX_SAFE_INTEGER }, '827f001fffffffffffff'],
    ['all reserved bits', { opcode: 0xf, rsv1: true, rsv2: true, rsv3: true }, 'ff00'],
    ['a claimed length of 16 bits', { opcode: OPCODES.binary, declaredLength: 256 }, '827e0100'],
    ['a claimed length of 64 bits', { opcode: OPCODES.binary, declaredLength: 65_536 }, '827f0000000000010000'],
  ];
  for (const [what, frame, hex] of cases) {
    it(`writes ${what} as RFC 6455 does`, () => {
      assert.equal(encodeFrame(frame).toString('hex'), hex);
    });
  }

  it('keeps any payload behind the shortest header for its length', () => {
    const size = fc.oneof(fc.nat(300), fc.integer({ min: 65_530, max: 65_540 }));
    fc.assert(
      fc.property(size, (bytes) => {
        const payload = Buffer.alloc(bytes, 'ab');
        const header = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
        const frame = encodeFrame({ opcode: OPCODES.binary, payload });
        assert.ok(frame.subarray(header).equals(payload));
      }),
    );
  });
});
