import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compatibilityPartitioner as first } from '@platformatic/kafka';
import fc from 'fast-check';
import { compatibilityPartitioner as second } from 'platformatic-kafka-2';
import { murmur2, partitionOfKey } from '../../lib/kafka/murmur2.js';

/** From Kafka's own tests (UtilsTest.testMurmur2). */
for (const [text, hash] of [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
] as const) {
  test(`the hash of ${text} is the one that Kafka's own test expects`, () => {
    const bytes = Buffer.from(`<${text}>`);
    assert.equal(murmur2(bytes, 1, bytes.length - 1), hash);
  });
}

test('a key goes to the partition that the compatible partitioner of both versions of the client chooses', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.integer({ min: 1, max: 500 }), (bytes, partitions) => {
      const key = Buffer.from(bytes);
      const partition = partitionOfKey(key, 0, key.length, partitions);
      for (const partitioner of [first, second]) {
        assert.equal((partitioner as (_: unknown, key: Buffer) => number)(undefined, key) % partitions, partition);
      }
    }),
  );
});
