import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { combinedCrc } from '../../lib/internal/crc-combine.js';

describe('combinedCrc()', () => {
  it('is the checksum of both stretches, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ maxLength: 5_000 }), (first, second) => {
        const whole = crc32(Buffer.concat([first, second]));
        assert.equal(combinedCrc(crc32(first), crc32(second), second.length), whole);
      }),
    );
  });

  it('takes stretches that no number of 32 bits counts', () => {
    const mebibyte = crc32(Buffer.alloc(2 ** 20));
    // Eight gibibytes of zeros, by doubling, and one mebibyte behind the other.
    let zeros = mebibyte;
    for (let bytes = 2 ** 20; bytes < 2 ** 33; bytes *= 2) zeros = combinedCrc(zeros, zeros, bytes);
    let stepwise = crc32('a');
    for (let n = 0; n < 2 ** 13; n++) stepwise = combinedCrc(stepwise, mebibyte, 2 ** 20);
    assert.equal(combinedCrc(crc32('a'), zeros, 2 ** 33), stepwise);
    assert.equal(combinedCrc(stepwise, 0, 0), stepwise);
  });
});
