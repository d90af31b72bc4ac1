import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecordsBatch } from '@platformatic/kafka';
import { NewestValue } from '../../../lib/kafka/transaction/newest-value.js';

describe('the newest value of a key', () => {
  for (const [what, batches, expected] of [
    ['is the last one that was committed', [data(1, 'a'), commit(1), data(1, 'b'), commit(1)], 'b'],
    ['is none that was aborted', [data(1, 'a'), commit(1), data(1, 'b'), abort(1)], 'a'],
    ['is none of a transaction that is open', [data(1, 'a'), commit(1), data(1, 'b')], 'a'],
    ['is the last one of its transaction', [data(1, 'a'), data(1, 'b'), commit(1)], 'b'],
    ['is not changed by what others commit or abort', [data(1, 'a'), data(2, 'x', 'other'), commit(2), commit(1)], 'a'],
    ['waits for its own marker, whatever ends before', [data(1, 'a'), data(2, 'b'), abort(2), commit(1)], 'a'],
    ['is no other key’s', [data(1, 'x', 'other'), commit(1)], undefined],
    ['is one that was written without a transaction', [plain('a')], 'a'],
    ['is none when it was deleted', [data(1, 'a'), commit(1), data(1, null), commit(1)], undefined],
    ['is none where a marker stands whose records are gone', [commit(1), abort(2)], undefined],
    ['is none in batches that compaction has emptied', [{ ...data(1, 'a'), records: [] }, commit(1)], undefined],
  ] as const) {
    it(what, () => {
      const newest = new NewestValue(Buffer.from('feed'));
      for (const batch of batches) newest.add(batch as unknown as RecordsBatch);
      assert.equal(newest.value?.toString(), expected);
    });
  }

  it('is found when it was deleted, so that nobody looks further back', () => {
    const newest = new NewestValue(Buffer.from('feed'));
    for (const batch of [data(1, null), commit(1)]) newest.add(batch as unknown as RecordsBatch);
    assert.equal(newest.isFound, true);
  });
});

function data(producer: number, value: string | null, key = 'feed') {
  const record = { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) };
  return { attributes: 0x10, producerId: BigInt(producer), records: [record] };
}

function plain(value: string) {
  return { ...data(-1, value), attributes: 0 };
}

function marker(producer: number, type: number) {
  return {
    attributes: 0x30,
    producerId: BigInt(producer),
    records: [{ key: Buffer.from([0, 0, 0, type]), value: null }],
  };
}

function commit(producer: number) {
  return marker(producer, 1);
}

function abort(producer: number) {
  return marker(producer, 0);
}
