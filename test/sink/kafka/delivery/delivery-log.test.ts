import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryLog } from '../../../../lib/sink/kafka/delivery/delivery-log.js';
import { resolveKafkaOptions } from '../../../../lib/sink/kafka/options.js';
import type { KafkaBatch } from '../../../../lib/sink/kafka/partitions/kafka-batch.js';
import { PageSlice } from '../../../../lib/sink/kafka/partitions/page-slice.js';
import { PartitionQueue } from '../../../../lib/sink/kafka/partitions/partition-queue.js';
import { RecordMaker } from '../../../../lib/sink/kafka/partitions/record-maker.js';
import { pagesOf, records } from '../../pages.js';

test('a page is dealt with when each of its records is, and is held until then', () => {
  const { log, queue, page } = withPage(6);
  assert.equal(log.pendingBytes, page.bytes.length);
  log.acknowledge(take(queue, 5), 50);
  assert.equal(log.pendingBytes, page.bytes.length);
  assert.equal(log.isSettled, false);
  log.divert(take(queue, 1));
  assert.equal(log.pendingBytes, 0);
  assert.equal(log.isSettled, true);
  const { records: acknowledged, bytes, pages, diverted, waiting } = log.stats;
  assert.deepEqual([acknowledged, bytes, pages, diverted, waiting], [5, 50, 1, 1, 0]);
});

test('a report names what waits, what is on its way, what was left and what was not looked at', () => {
  const { log, queue } = withPage(6);
  log.acknowledge(take(queue, 1), 10);
  log.giveUp(take(queue, 1));
  const sent = take(queue, 2);
  queue.sent.push(sent);
  sent.isAnswered = false;
  const [, second] = pagesOf(records(12), 6);
  log.add(second!);
  log.unrouted = { page: second!, from: 0 };
  const { acknowledged, undelivered, undeliveredRanges, uncertain } = log.report([queue], []);
  assert.deepEqual({ acknowledged, undelivered, uncertain }, { acknowledged: 1, undelivered: 11, uncertain: 2 });
  assert.deepEqual(undeliveredRanges, [{ first: 1, last: 11, records: 11 }]);
});

function withPage(length: number) {
  const log = new DeliveryLog();
  const [page] = pagesOf(records(length), length);
  const queue = new PartitionQueue('trades', 0);
  queue.add(new PageSlice(page!, log.add(page!), true), length, page!.bytes.length);
  return { log, queue, page: page! };
}

function take(queue: PartitionQueue, count: number): KafkaBatch {
  const maker = new RecordMaker(resolveKafkaOptions({ brokers: 'b', topic: 'trades' }));
  return queue.nextBatch({ records: count, bytes: 1_000_000 }, maker);
}
