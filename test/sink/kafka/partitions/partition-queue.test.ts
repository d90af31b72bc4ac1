import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Page } from '../../../../lib/batch/page.js';
import type { PageDelivery } from '../../../../lib/sink/kafka/delivery/page-delivery.js';
import { resolveKafkaOptions } from '../../../../lib/sink/kafka/options.js';
import { KafkaBatch } from '../../../../lib/sink/kafka/partitions/kafka-batch.js';
import { PageSlice } from '../../../../lib/sink/kafka/partitions/page-slice.js';
import { PartitionQueue } from '../../../../lib/sink/kafka/partitions/partition-queue.js';
import { RecordMaker } from '../../../../lib/sink/kafka/partitions/record-maker.js';
import { gapOf, messageOf, pageOf } from '../../../../lib/testing/index.js';
import { pagesOf, records } from '../../pages.js';

/** What a record takes in a batch beside its value. */
const OVERHEAD = 36;
const MANY = { records: 1_000, bytes: 1_000_000 };

test('all that waits goes out in order, in batches as large as the limits allow, and every one of them counts', () => {
  const shape = fc.record({
    pages: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
    most: fc.integer({ min: 1, max: 10 }),
    bytes: fc.integer({ min: 1, max: 500 }),
  });
  fc.assert(
    fc.property(shape, ({ pages, most, bytes }) => {
      const all = records(pages.reduce((sum, count) => sum + count));
      const queue = new PartitionQueue('trades', 0);
      let at = 0;
      for (const count of pages) fill(queue, pagesOf(all.slice(at, (at += count)), count)[0]!);
      assert.deepEqual([queue.waiting, queue.waitingBytes], [all.length, sizeOf(all)]);
      const sent: string[] = [];
      while (!queue.isEmpty) {
        queue.dueAt = 5;
        const batch = queue.nextBatch({ records: most, bytes }, MAKER);
        const texts = textsOf(batch);
        sent.push(...texts);
        const rest = all.slice(sent.length);
        assert.deepEqual([queue.waiting, queue.waitingBytes], [rest.length, sizeOf(rest)]);
        assert.deepEqual([batch.feedRecords, batch.pageBytes], [texts.length, sizeOf(texts)]);
        assert.equal(queue.dueAt, rest.length === 0 ? Number.POSITIVE_INFINITY : 5);
        const size = (some: readonly string[]): number => sizeOf(some) + some.length * (OVERHEAD - 1);
        assert.ok(texts.length <= most && (texts.length === 1 || size(texts) <= bytes));
        const isFull = texts.length === most || size([...texts, rest[0] ?? '']) > bytes;
        assert.ok(rest.length === 0 || isFull, 'There was room for another one.');
      }
      assert.deepEqual(sent, all);
    }),
  );
});

test('a batch that was too large goes out in halves before all else, and later ones are smaller', () => {
  const all = Array.from({ length: 100 }, (_, n) => `"${n}`.padEnd(999, 'x').concat('"'));
  const queue = new PartitionQueue('trades', 0);
  fill(queue, pagesOf(all, 100)[0]!);
  queue.sent.push(queue.nextBatch({ records: 60, bytes: 1_000_000 }, MAKER));
  queue.splitAgain();
  assert.deepEqual([queue.waiting, queue.waitingBytes, queue.isEmpty], [100, sizeOf(all), false]);
  assert.ok(queue.isFull(MANY));
  assert.deepEqual(undelivered(queue), [...all.slice(0, 60), ...all.slice(60)]);
  const halves = [queue.nextBatch(MANY, MAKER), queue.nextBatch(MANY, MAKER)];
  assert.deepEqual(halves.map(textsOf), [all.slice(0, 30), all.slice(30, 60)]);
  assert.deepEqual([queue.waiting, queue.waitingBytes], [40, sizeOf(all.slice(60))]);
  // The broker took no 60,060 bytes.
  assert.equal(queue.nextBatch(MANY, MAKER).length, Math.floor(30_030 / (1_000 + OVERHEAD)));
  const small = new PartitionQueue('trades', 0);
  fill(small, pagesOf(all, 100)[0]!);
  small.sent.push(small.nextBatch({ records: 2, bytes: 1_000_000 }, MAKER));
  small.splitAgain();
  for (let n = 0; n < 2; n++) small.nextBatch(MANY, MAKER);
  // Its two records say little about others.
  assert.equal(small.nextBatch(MANY, MAKER).length, Math.floor((16 * 1_024) / (1_000 + OVERHEAD)));
});

test('a queue is full with a batch’s worth of records, or of bytes', () => {
  const queue = new PartitionQueue('trades', 0);
  assert.deepEqual([queue.isEmpty, queue.isFull(MANY)], [true, false]);
  fill(queue, pagesOf(['1', '2', '3'], 3)[0]!);
  for (const [limits, isFull] of [
    [{ records: 3, bytes: 100 }, true],
    [{ records: 4, bytes: 100 }, false],
    [{ records: 4, bytes: 6 }, true],
    [{ records: 4, bytes: 7 }, false],
  ] as const) {
    assert.equal(queue.isFull(limits), isFull, JSON.stringify(limits));
  }
});

test('what is undelivered is what is on its way, then what is to be sent again, then what waits', () => {
  const all = records(10);
  const queue = new PartitionQueue('trades', 0);
  for (const page of pagesOf(all, 5)) fill(queue, page);
  queue.sent.push(queue.nextBatch({ records: 4, bytes: 1_000_000 }, MAKER));
  queue.splitAgain();
  queue.sent.push(queue.nextBatch(MANY, MAKER));
  assert.deepEqual(undelivered(queue), all);
  queue.sent.pop();
  assert.deepEqual(undelivered(queue), all.slice(2));
});

test('headers and keys count in a batch', () => {
  const maker = new RecordMaker(
    resolveKafkaOptions({ brokers: 'b', topic: 'trades', keyPath: 'key', headersPath: 'headers' }),
  );
  const text = '{"key":"seventy","headers":{"name":"text"}}';
  const size = OVERHEAD + text.length + 7 + 10 + 8;
  for (const [bytes, expected] of [
    [2 * size, 2],
    [2 * size - 1, 1],
  ] as const) {
    const queue = new PartitionQueue('trades', 0);
    const [page] = pagesOf([text, text, text], 3);
    const slice = new PageSlice(page!, DELIVERY, false);
    for (let index = 0; index < 3; index++) {
      const from = page!.start(index) + text.indexOf('seventy');
      slice.add(index, from, from + 7);
    }
    queue.add(slice, 3, page!.bytes.length);
    const batch = queue.nextBatch({ records: 10, bytes }, maker);
    assert.deepEqual([batch.length, batch.maxBytes], [expected, expected * size]);
  }
});

test('halves of a batch hold its records in order, whatever slices they are from', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(sizes, (counts) => {
      const all = records(counts.reduce((sum, count) => sum + count));
      const queue = new PartitionQueue('trades', 0);
      let at = 0;
      for (const count of counts) fill(queue, pagesOf(all.slice(at, (at += count)), count)[0]!);
      const batch = queue.nextBatch(MANY, MAKER);
      const halves = batch.split();
      assert.deepEqual(halves.flatMap(textsOf), all);
      assert.ok(halves[1].length - halves[0].length <= 1);
      for (const half of halves) {
        assert.deepEqual(half.parts.flatMap(textsOfPart), textsOf(half));
        assert.ok(half.parts.every(({ from, to }) => from < to));
      }
    }),
  );
});

test('a batch may be stored while it has no answer, or once it was not known', () => {
  const batch = new KafkaBatch(PLACE, [], 0);
  assert.deepEqual([batch.mayBeStored, batch.failures, batch.firstSentAt], [false, 0, undefined]);
  batch.isAnswered = false;
  assert.equal(batch.mayBeStored, true);
  batch.isAnswered = true;
  batch.hasBeenUncertain = true;
  assert.equal(batch.mayBeStored, true);
});

test('gaps are lines of a page, and no records', () => {
  const page = pageOf([messageOf('1'), messageOf(gapOf({})), messageOf('2')]);
  for (const isWhole of [true, false]) {
    const slice = new PageSlice(page, DELIVERY, isWhole);
    if (!isWhole) for (let index = 0; index < 3; index++) slice.add(index, -1, -1);
    assert.deepEqual([slice.length, slice.recordsAmong(0, 3), slice.recordsAmong(1, 2)], [3, 2, 0]);
    assert.deepEqual([slice.pageBytes(0, 3), slice.pageBytes(0, 1)], [page.bytes.length, 2]);
  }
});

function fill(queue: PartitionQueue, page: Page): void {
  queue.add(new PageSlice(page, DELIVERY, true), page.length, page.bytes.length);
}

function undelivered(queue: PartitionQueue): string[] {
  return [...queue.undelivered()].flatMap(textsOfPart);
}

function textsOfPart({ slice, from, to }: KafkaBatch['parts'][number]): string[] {
  return Array.from({ length: to - from }, (_, n) => String(slice.page.text(slice.index(from + n))));
}

function textsOf(batch: KafkaBatch): string[] {
  return batch.parts.flatMap(textsOfPart);
}

/** With their line feeds. */
function sizeOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 1, 0);
}

const DELIVERY = {} as PageDelivery;
const PLACE = { topic: 'trades', partition: 0 };
const MAKER = new RecordMaker(resolveKafkaOptions({ brokers: 'b', topic: 'trades' }));
