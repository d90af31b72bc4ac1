import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decompressed } from '../../lib/internal/decompress.js';
import { noZstd, zstdCompress } from '../support/zstd.js';

test('a zstd frame that is cut off anywhere is told as such, and not as an empty one', { skip: noZstd }, () => {
  const whole = zstdCompress!('{"n":1}');
  for (let length = 0; length < whole.length; length++)
    assert.deepEqual(decompressed('zstd', whole.subarray(0, length), 100), { problem: 'unexpected end of file' });
  assert.deepEqual(decompressed('zstd', whole, 100), { bytes: Buffer.from('{"n":1}') });
});
