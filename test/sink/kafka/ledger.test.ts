import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KafkaBatch } from '../../../lib/sink/kafka/kafka-batch.js';
import { Lane } from '../../../lib/sink/kafka/lane.js';
import { Ledger } from '../../../lib/sink/kafka/ledger.js';
import { RecordMaker } from '../../../lib/sink/kafka/record-maker.js';
import { Slice } from '../../../lib/sink/kafka/slice.js';
import { pagesOf, records } from '../pages.js';

test('a page is dealt with when each of its records is, and is held until then', () => {
  const { ledger, lane, page } = withPage(6);
  assert.equal(ledger.heldBytes, page.bytes.length);
  ledger.acknowledge(take(lane, 5));
  assert.equal(ledger.heldBytes, page.bytes.length);
  assert.equal(ledger.isSettled, false);
  ledger.divert(take(lane, 1));
  assert.equal(ledger.heldBytes, 0);
  assert.equal(ledger.isSettled, true);
  const { records: acknowledged, pages, diverted, waiting } = ledger.stats;
  assert.deepEqual({ acknowledged, pages, diverted, waiting }, { acknowledged: 5, pages: 1, diverted: 1, waiting: 0 });
});

test('a report names what waits, what is on its way, what was left and what was not looked at', () => {
  const { ledger, lane } = withPage(6);
  ledger.acknowledge(take(lane, 1));
  ledger.leave(take(lane, 1));
  const sent = take(lane, 2);
  lane.current = sent;
  sent.isAnswered = false;
  const [, second] = pagesOf(records(12), 6);
  ledger.take(second!);
  ledger.unrouted = { page: second!, from: 0 };
  const { acknowledged, undelivered, undeliveredRanges, uncertain } = ledger.report([lane]);
  assert.deepEqual({ acknowledged, undelivered, uncertain }, { acknowledged: 1, undelivered: 11, uncertain: 2 });
  assert.deepEqual(undeliveredRanges, [{ first: 1, last: 11, records: 11 }]);
});

function withPage(length: number) {
  const ledger = new Ledger();
  const [page] = pagesOf(records(length), length);
  const lane = new Lane('trades', 0);
  lane.add(new Slice(page!, ledger.take(page!), true), length, page!.bytes.length);
  return { ledger, lane, page: page! };
}

function take(lane: Lane, count: number): KafkaBatch {
  const maker = new RecordMaker({ headersPath: undefined, frameHeaders: false, feed: undefined });
  return lane.take({ records: count, bytes: 1_000_000 }, maker);
}
