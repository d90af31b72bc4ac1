import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import type { Page } from '../../../../lib/batch/page.js';
import type { BatchProducer } from '../../../../lib/kafka/produce/batch-producer.js';
import { KafkaWritable } from '../../../../lib/sink/kafka/index.js';
import { resolveKafkaOptions } from '../../../../lib/sink/kafka/options.js';
import { pagesOf, records } from '../../pages.js';
import { FakeKafka } from '../fake-producer.js';

test('a page is released once all of it is acknowledged, and not before', async () => {
  const { page, isReleased } = releasable();
  const seen: boolean[] = [];
  const producer: BatchProducer = {
    maxPerPartition: 1,
    send: async () => void seen.push(isReleased()),
    forget: () => {},
    partitions: () => Promise.resolve(1),
    close: () => Promise.resolve(),
  };
  const sink = new KafkaWritable({ ...resolveKafkaOptions({ brokers: 'b', topic: 'trades', batchSize: 2 }), producer });
  await pipeline(Readable.from([page]), sink);
  assert.deepEqual(seen, [false, false, false]);
  assert.ok(isReleased());
  const { acknowledged, undelivered, newestFrame } = sink.report();
  assert.deepEqual([acknowledged, undelivered, newestFrame], [6, 0, 5]);
  assert.deepEqual([sink.stats.pages, sink.stats.waiting], [1, 0]);
});

test('a page is not released where a producer was given views of it, which may keep them', async () => {
  const { page, isReleased } = releasable();
  const producer = new FakeKafka();
  const sink = new KafkaWritable({ ...resolveKafkaOptions({ producer, topic: 'trades' }) });
  await pipeline(Readable.from([page]), sink);
  assert.equal(sink.stats.records, 6);
  assert.equal(isReleased(), false);
});

function releasable() {
  let released = false;
  const [page] = pagesOf(records(6), 6);
  // What a source that uses memory again gives with it.
  const release = (): void => {
    released = true;
  };
  const made: Page = Object.defineProperty(page!, 'release', { value: release });
  return { page: made, isReleased: () => released };
}
