import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TappedRecords } from '../../lib/observe/tapped-records.js';
import { gapOf, pageOf } from '../../lib/testing/index.js';

describe('the records that are tapped', () => {
  it('are some of each page, of so many pages, and it is said how many came', () => {
    const tapped = new TappedRecords({}, (text) => text);
    for (let page = 0; page < 5; page += 1) {
      tapped.onPage(pageOf(Array.from({ length: 100 }, (_, n) => ({ page, n }))));
    }
    const { records, seen } = tapped.take();
    assert.equal(seen, 500);
    assert.equal(records.length, 8);
    assert.deepEqual(new Set(records.map(({ text }) => (JSON.parse(text) as { page: number }).page)), new Set([0, 1]));
    assert.deepEqual(tapped.take(), { records: [], seen: 0 });
    tapped.onPage(pageOf([{ n: 1 }, gapOf({ cause: 'overflow' })], { receivedAt: 5 }));
    assert.deepEqual(tapped.take(), { records: [{ at: 5, text: '{"n":1}', size: 7 }], seen: 1 });
  });

  it('are those that have the field, or the value there', () => {
    const page = pageOf([{ s: 'A', n: 12 }, { s: 'B' }, { n: 13, s: null }, ['s']]);
    for (const [filter, expected] of [
      [{ path: 's' }, [0, 1, 2]],
      [{ path: 's', value: 'B' }, [1]],
      [{ path: 's', value: 'null' }, [2]],
      [{ path: 'n', value: '12' }, [0]],
      [{ path: 'x' }, []],
      [{ path: '0', value: 's' }, [3]],
    ] as const) {
      const tapped = new TappedRecords(filter, (text) => text);
      tapped.onPage(page);
      const texts = expected.map((index) => page.text(index).toString()).sort();
      const { records } = tapped.take();
      assert.deepEqual(records.map(({ text }) => text).sort(), texts, JSON.stringify(filter));
    }
    assert.throws(() => new TappedRecords({ path: 'a..b' }, String), { code: 'ERR_CONFIG' });
  });

  it('look at so many records and no more, however few are wanted', () => {
    const tapped = new TappedRecords({ path: 's' }, (text) => text);
    tapped.onPage(pageOf([{ s: 1 }, ...Array.from({ length: 2_500 }, (_, n) => ({ n }))]));
    assert.deepEqual(tapped.take(), { records: [], seen: 2_501 });
    tapped.onPage(pageOf([{ s: 1 }]));
    assert.equal(tapped.take().records.length, 1);
  });

  it('are cut when secrets are out of them, so that none is shown in part', () => {
    const secret = 'k'.repeat(100);
    const tapped = new TappedRecords({}, (text) => text.replaceAll(secret, '***'));
    tapped.onPage(pageOf([{ before: 'x'.repeat(1_930), secret, behind: 'y'.repeat(100_000) }]));
    const [record] = tapped.take().records;
    assert.equal(record!.text.length, 2_000);
    assert.ok(record!.text.includes('"secret":"***"'));
    assert.ok(record!.size > 100_000);
  });
});
