import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineCutter } from '../../lib/audit/line-cutter.js';

describe('LineCutter', () => {
  it('cuts the same lines, whatever the chunks are', () => {
    const byte = fc.constantFrom(0, 0x0a, 0x61, 0x62);
    const chunks = fc.array(fc.array(byte, { maxLength: 12 }));
    fc.assert(
      fc.property(chunks, (given) => {
        const all = Buffer.from(given.flat());
        const cut = linesOf(given.map((bytes) => Buffer.from(bytes)));
        const expected = all.toString('latin1').split('\n');
        const rest = expected.pop()!;
        // Zeros that begin a line are told as one at least.
        const shortened = (line: string) => line.replace(/^\0+/, '\0');
        assert.deepEqual(cut.lines.map(shortened), expected.map(shortened));
        assert.equal('\0'.repeat(cut.zeros) + cut.rest, rest);
      }),
    );
  });

  it('holds no more of a line than it may, and goes on with the next', () => {
    const { lines, tooLong, rest } = linesOf(
      ['ab', 'cdef', 'gh\nij\nkl'].map((text) => Buffer.from(text)),
      5,
    );
    assert.deepEqual([lines, tooLong, rest], [['ij'], [8], 'kl']);
  });

  it('holds no zeros, however many', () => {
    const zeros = (): Buffer => Buffer.alloc(1_000_000);
    const { lines, zeros: count, tooLong } = linesOf([Buffer.from('a\n'), zeros(), zeros()], 1_000);
    assert.deepEqual([lines, count, tooLong], [['a'], 2_000_000, []]);
  });

  it('gives back the memory of a long line, and uses that of a short one again', () => {
    const held: Buffer[] = [];
    const cutter = new LineCutter({ line: (bytes) => void held.push(bytes), tooLong() {} });
    for (const length of [10, 65_537, 20, 5_000_000, 20]) {
      cutter.push(Buffer.alloc(length, 'a'));
      cutter.push(Buffer.from('\n'));
    }
    assert.deepEqual(
      held.map(({ length }) => length),
      [65_536, 131_072, 131_072, 5_000_000, 65_536],
    );
    assert.equal(held[1], held[2]);
  });
});

function linesOf(chunks: readonly Buffer[], longest?: number) {
  const lines: string[] = [];
  const tooLong: number[] = [];
  const cutter = new LineCutter(
    {
      line: (bytes, start, end) => void lines.push(bytes.toString('latin1', start, end)),
      tooLong: (length) => void tooLong.push(length),
    },
    longest,
  );
  for (const chunk of chunks) {
    cutter.push(chunk);
    // Who gives a chunk may use its memory again.
    chunk.fill(0x78);
  }
  const { bytes, zeros } = cutter.takeRest();
  return { lines, tooLong, rest: bytes.toString('latin1'), zeros };
}
