import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeWritable } from '../../../lib/cli/preview/shape-sink.js';
import { messageOf, pageOf } from '../../../lib/testing/index.js';

for (const [times, rate] of [
  [[], undefined],
  [[5], undefined],
  [[5, 5, 5], undefined],
  [[9, 5], undefined],
  [[1_000, 1_250, 2_000], 2],
] as const) {
  test(`records that came at ${times.join(', ') || 'no time'} ms come ${rate ?? 'nobody knows how many'} a second`, () => {
    const sink = new ShapeWritable();
    const messages = times.map((receivedAt, n) => messageOf({ n }, { receivedAt }));
    for (const message of messages) sink.write(pageOf([message]));
    assert.deepEqual(
      [sink.recordsPerSecond, sink.stats.records, sink.shape.bytes],
      [rate, times.length, 7 * times.length],
    );
  });
}
