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
