import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../../lib/cli/report/format.js';

describe('formatBytes', () => {
  const cases: [bytes: number, text: string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [12_345_678, '12.3 MB'],
    [5e12, '5.0 TB'],
    [9e18, '9000.0 PB'],
  ];
  for (const [bytes, text] of cases) it(`shows ${bytes} as ${text}`, () => assert.equal(formatBytes(bytes), text));
});

describe('formatDuration', () => {
  const cases: [ms: number, text: string][] = [
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.5, '1.0 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_599_600, '1 h 0 min'],
    [11_000_000, '3 h 3 min'],
    [187_200_000, '2 d 4 h'],
  ];
  for (const [ms, text] of cases) it(`shows ${ms} ms as ${text}`, () => assert.equal(formatDuration(ms), text));
});

describe('formatCount and formatNumber', () => {
  it('group thousands and agree with their noun', () => {
    assert.equal(formatCount(1_234_567.4), '1,234,567');
    assert.deepEqual(
      [0, 1, 2].map((n) => formatNumber(n, 'record')),
      ['0 records', '1 record', '2 records'],
    );
  });
});

it('counts are shown with a comma before every three digits, as `toLocaleString()` does it', () => {
  const counts = fc.oneof(fc.maxSafeInteger(), fc.bigInt(), fc.double({ min: -1e15, max: 1e15, noNaN: true }));
  fc.assert(
    fc.property(counts, (count) => {
      const whole = typeof count === 'number' ? Math.round(count) + 0 : count;
      assert.equal(formatCount(count), whole.toLocaleString('en-US'));
    }),
  );
});
