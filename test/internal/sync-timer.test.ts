import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { SyncTimer, type SyncWithin } from '../../lib/internal/sync-timer.js';
import { createFakeClock } from '../../lib/testing/index.js';

describe('when what is written is forced to the disk', () => {
  it('is so much later at the most, once for all that was written until then', async () => {
    const { clock, timer, syncs } = timed(100);
    timer.written();
    await clock.advance(60);
    timer.written();
    await clock.advance(39);
    assert.equal(syncs.length, 0);
    await clock.advance(1);
    assert.equal(syncs.length, 1);
    assert.equal(clock.pending, 0);
  });

  it('is at once for pages, and never when it is to be never, unless it is asked for', async () => {
    const page = timed('page');
    page.timer.written();
    assert.equal(page.syncs.length, 1);
    const never = timed('never');
    never.timer.written();
    assert.equal(never.clock.pending, 0);
    never.timer.soon();
    assert.equal(never.syncs.length, 1);
  });

  it('is one time after the other: what is due meanwhile follows, once', async () => {
    const { timer, syncs } = timed('page');
    timer.soon();
    timer.written();
    timer.soon();
    assert.equal(syncs.length, 1);
    syncs[0]!();
    await setImmediate();
    assert.equal(syncs.length, 2);
    syncs[1]!();
    await timer.settle();
    assert.equal(syncs.length, 2);
  });

  it('also of what was written while it was being done, and whose time came meanwhile', async () => {
    const { clock, timer, syncs } = timed(100);
    timer.soon();
    timer.written();
    await clock.advance(100);
    assert.equal(syncs.length, 1);
    syncs[0]!();
    await setImmediate();
    assert.equal(syncs.length, 2);
  });

  it('leaves no timer behind when it is asked for before its time, and none at its end', async () => {
    const { clock, timer, syncs } = timed(100);
    timer.written();
    timer.soon();
    assert.equal(clock.pending, 0);
    timer.written();
    const stopped = timer.stop();
    assert.equal(clock.pending, 0);
    syncs[0]!();
    await stopped;
    timer.written();
    timer.later(1);
    timer.soon();
    assert.equal(clock.pending, 0);
    assert.equal(syncs.length, 1);
  });
});

/** Each of `syncs` is one that was begun, and ends it. */
function timed(within: SyncWithin) {
  const clock = createFakeClock();
  const syncs: (() => void)[] = [];
  const timer = new SyncTimer(clock, within, () => new Promise((resolve) => syncs.push(resolve)));
  return { clock, timer, syncs };
}
