import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QuietTimer } from '../../../lib/sink/rolled/quiet-timer.js';
import { createFakeClock } from '../../../lib/testing/index.js';

describe('QuietTimer', () => {
  const timer = () => {
    const clock = createFakeClock(0);
    const woken: number[] = [];
    const quiet = new QuietTimer(clock, () => void woken.push(clock.now()));
    return { clock, woken, quiet };
  };

  it('wakes up at its time when nothing has come for five seconds, and else five seconds after what came', async () => {
    for (const [at, heardAt, wokenAt] of [
      [9_000, 0, 9_000],
      [9_000, 3_000, 9_000],
      [9_000, 8_000, 13_000],
      [1_000, 0, 5_000],
      [0, 2_000, 7_000],
    ] as const) {
      const { clock, woken, quiet } = timer();
      await clock.advance(heardAt);
      quiet.heard();
      quiet.set(at);
      assert.equal(quiet.isQuiet, false);
      await clock.advance(wokenAt - heardAt - 1);
      assert.deepEqual(woken, []);
      await clock.advance(1);
      assert.deepEqual([woken, clock.pending, quiet.isQuiet], [[wokenAt], 0, true]);
    }
  });

  it('wakes up once, at the time that was set last, and not when there is none or it was stopped', async () => {
    const { clock, woken, quiet } = timer();
    quiet.set(6_000);
    quiet.set(9_000);
    assert.equal(clock.pending, 1);
    await clock.advance(9_000);
    assert.deepEqual(woken, [9_000]);
    quiet.set(Number.POSITIVE_INFINITY);
    assert.equal(clock.pending, 0);
    quiet.set(20_000);
    quiet.set(Number.POSITIVE_INFINITY);
    assert.equal(clock.pending, 0);
    quiet.set(30_000);
    quiet.stop();
    quiet.stop();
    assert.equal(clock.pending, 0);
    // When it is past, it is at once.
    quiet.set(1);
    await clock.advance(0);
    assert.deepEqual(woken, [9_000, 9_000]);
  });
});
