import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { damagedGap, droppedGap, gapPage } from '../../lib/spool/told-gap.js';
import { createFakeClock } from '../../lib/testing/index.js';

const STRETCH = { from: 3, records: 5, firstSequence: 10, next: 15, firstAt: 1_000, lastAt: 1_400, connection: 2 };

describe('the gap of a spool', () => {
  const parts = { clock: createFakeClock(2_000), feed: 'trades' };
  const moment = (at: number) => ({ at, monotonic: at - 2_000 });

  it('tells which frames were dropped, and when they came', () => {
    const gap = {
      ...{ cause: 'overflow', feed: 'trades', connection: 2, code: undefined },
      ...{ from: moment(1_000), to: moment(1_400), durationMs: 400 },
      ...{ afterSequence: 9, beforeSequence: 15, dropped: 5, missing: undefined, key: undefined },
    };
    assert.deepEqual(droppedGap(STRETCH, parts), gap);
    // Nothing was before the first frame; a clock that was set back makes no time of less than none.
    const first = droppedGap({ ...STRETCH, firstSequence: 0, lastAt: 900 }, parts);
    assert.deepEqual([first.afterSequence, first.to, first.durationMs], [undefined, moment(1_000), 0]);
    assert.equal(droppedGap({ ...STRETCH, firstSequence: 1 }, parts).afterSequence, 0);
  });

  it('tells which frames can be read no more, as far as that is known', () => {
    const hole = { after: 10, before: 15, from: 1_000, to: 1_400 };
    assert.deepEqual(damagedGap(hole, parts), {
      ...{ cause: 'damaged', feed: 'trades', connection: 0, code: undefined },
      ...{ from: moment(1_000), to: moment(1_400), durationMs: 400 },
      ...{ afterSequence: 9, beforeSequence: 15, dropped: 0, missing: undefined, key: undefined },
    });
    for (const [after, afterSequence] of [
      [undefined, undefined],
      [0, undefined],
      [1, 0],
    ] as const)
      assert.equal(damagedGap({ ...hole, after }, parts).afterSequence, afterSequence);
    // In the future of this machine's clock nothing has been.
    assert.deepEqual(damagedGap({ ...hole, to: 5_000 }, parts).to, { at: 5_000, monotonic: 0 });
  });

  it('is a page of one line, which is no record', () => {
    const page = gapPage(droppedGap(STRETCH, parts), 'ws://a');
    assert.equal(page.length, 1);
    assert.equal(page.isGap(0), true);
    assert.equal(page.bytes.at(-1), 0x0a);
    const { gap } = JSON.parse(page.bytes.toString()) as { gap: object };
    assert.deepEqual(gap, {
      ...{ cause: 'overflow', feed: 'trades', connection: 2, code: null, from: 1_000, to: 1_400, duration_ms: 400 },
      ...{ after_sequence: 9, before_sequence: 15, dropped: 5 },
    });
    assert.deepEqual([page.frame(0).url, page.frame(0).sequence], ['ws://a', 15]);
  });
});
