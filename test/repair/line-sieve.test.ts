import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineCutter } from '../../lib/audit/line-cutter.js';
import { LineSieve } from '../../lib/repair/line-sieve.js';

describe('LineSieve', () => {
  const sifted = (chunks: readonly string[], longest?: number) => {
    const parts: string[] = [];
    const sieve = new LineSieve({
      lines: (bytes) => void parts.push(bytes.toString()),
      damage: () => void parts.push('DAMAGE'),
    });
    const cutter = new LineCutter(sieve, longest);
    for (const chunk of chunks) {
      const bytes = Buffer.from(chunk);
      cutter.push(bytes);
      sieve.flush();
      // Who gives a chunk may use its memory again.
      bytes.fill(0x78);
    }
    const isWhole = sieve.end(cutter.takeRest());
    const { count, damaged, firstDamaged, hasTooLong } = sieve;
    return { parts, isWhole, count, damaged, firstDamaged, hasTooLong };
  };

  it('hands on sound lines that stand next to each other at once, and says in between what is damaged', () => {
    assert.deepEqual(sifted(['1\n2\nx\n\r\n\n3\ny\nz\n4\n']), {
      ...{ parts: ['1\n2\n', 'DAMAGE', '\r\n\n3\n', 'DAMAGE', 'DAMAGE', '4\n'], isWhole: false },
      ...{ count: 9, damaged: 3, firstDamaged: [3, 7, 8], hasTooLong: false },
    });
  });

  it('takes a line that is longer than may be held for damage, also at the end', () => {
    assert.deepEqual(sifted(['1\n"xxxx', 'xxxx"\n2\nx\n'], 6), {
      ...{ parts: ['1\n', 'DAMAGE', '2\n', 'DAMAGE'], isWhole: false },
      ...{ count: 4, damaged: 2, firstDamaged: [2, 4], hasTooLong: true },
    });
    assert.deepEqual(sifted(['1\n"xxxx', 'xxxx"'], 6), {
      ...{ parts: ['1\n', 'DAMAGE'], isWhole: false },
      ...{ count: 2, damaged: 1, firstDamaged: [2], hasTooLong: true },
    });
  });

  it('hands on a last record without a line feed, when nothing may be missing of it', () => {
    for (const [rest, isWhole] of [
      ['{"n":3}', true],
      ['"x"', true],
      ['{"n":3}\0\0', true],
      ['true', true],
      ['-1', false],
      ['10', false],
      ['19 ', false],
      ['{"n":3', false],
      ['\0\0', false],
      ['\0{"n":3}', false],
      ['', false],
    ] as const) {
      const found = sifted([`1\n${rest}`]);
      assert.equal(found.isWhole, isWhole, rest);
      assert.deepEqual(found.parts, isWhole ? ['1\n', `${rest.replaceAll('\0', '')}\n`] : ['1\n'], rest);
    }
  });
});
