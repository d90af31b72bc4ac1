import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFakeClock } from '../../lib/testing/index.js';
import { WATCHDOG } from '../support/watchdog.js';

describe('createFakeClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = createFakeClock(5_000);
    assert.deepEqual([clock.now(), clock.monotonic()], [5_000, 0]);
    await clock.advance(30);
    assert.deepEqual([clock.now(), clock.monotonic()], [5_030, 30]);
  });

  it('fires any timers in order of their time, then of their arming, each at its time, and no other', async () => {
    const timer = fc.record({ ms: fc.integer({ min: 0, max: 20 }), isCleared: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 20 }), fc.integer({ min: 0, max: 25 }), async (timers, ms) => {
        const clock = createFakeClock();
        const fired: [index: number, at: number][] = [];
        const handles = timers.map((one, i) => clock.setTimeout(() => fired.push([i, clock.monotonic()]), one.ms));
        for (const [i, one] of timers.entries()) if (one.isCleared) clock.clearTimeout(handles[i]);
        await clock.advance(ms);
        const expected = timers
          .map((one, i) => ({ ...one, i }))
          .filter((one) => !one.isCleared && one.ms <= ms)
          .sort((a, b) => a.ms - b.ms || a.i - b.i)
          .map((one) => [one.i, one.ms]);
        assert.deepEqual(fired, expected);
        assert.equal(clock.pending, timers.filter((one) => !one.isCleared && one.ms > ms).length);
        assert.equal(clock.monotonic(), ms);
      }),
      { ...WATCHDOG, numRuns: 50 },
    );
  });

  it('fires what timers and the promises after them arm, if it falls due on the way', async () => {
    const clock = createFakeClock();
    const fired: number[] = [];
    const again = async (): Promise<void> => {
      fired.push(clock.monotonic());
      await new Promise((resolve) => setImmediate(resolve));
      clock.setTimeout(() => void again(), 10);
    };
    clock.setTimeout(() => void again(), 10);
    await clock.advance(35);
    assert.deepEqual(fired, [10, 20, 30]);
    assert.equal(clock.pending, 1);
  });

  it('rejects with what a timer throws, and can be advanced on', async () => {
    const clock = createFakeClock();
    clock.setTimeout(() => {
      throw new Error('a broken timer');
    }, 5);
    await assert.rejects(clock.advance(10), /a broken timer/);
    assert.equal(clock.monotonic(), 5);
    await clock.advance(10);
    assert.equal(clock.monotonic(), 15);
  });

  it('advances one call after another', async () => {
    const clock = createFakeClock();
    await Promise.all([clock.advance(10), clock.advance(5)]);
    assert.equal(clock.monotonic(), 15);
  });

  it('tells when timers are armed', async () => {
    const clock = createFakeClock();
    const both = clock.whenPending(2);
    clock.setTimeout(() => {}, 1);
    setImmediate(() => clock.setTimeout(() => {}, 1));
    await both;
    assert.equal(clock.pending, 2);
    await clock.whenPending();
  });

  it('gives up on a timer that arms itself again without end', async () => {
    const clock = createFakeClock();
    const again = (): void => void clock.setTimeout(again, 0);
    again();
    await assert.rejects(clock.advance(1), { code: 'ERR_CONFIG', message: /arms itself again/ });
  });

  it('waits for one timer where it is not told for how many, and fires those of one moment in their order', async () => {
    const clock = createFakeClock();
    const seen: string[] = [];
    const waiting = clock.whenPending().then(() => seen.push('armed'));
    await clock.advance(1);
    assert.equal(seen.length, 0);
    for (const name of ['a', 'b', 'c']) clock.setTimeout(() => seen.push(name), 5);
    await waiting;
    await clock.advance(5);
    assert.deepEqual(seen, ['armed', 'a', 'b', 'c']);
  });

  it('refuses to go back', async () => {
    await assert.rejects(createFakeClock().advance(-1), { code: 'ERR_CONFIG' });
  });
});
