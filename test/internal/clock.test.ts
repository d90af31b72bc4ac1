import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../../lib/internal/clock.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

describe('systemClock', () => {
  for (const ms of [30 * DAY_MS, 2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
    it(`does not fire at once when it is to wait ${ms} ms`, async () => {
      let hasFired = false;
      const handle = systemClock.setTimeout(() => {
        hasFired = true;
      }, ms);
      // A timer that Node cuts to one millisecond is due before a later one of two.
      await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 2));
      await nextTurn();
      systemClock.clearTimeout(handle);
      assert.equal(hasFired, false);
    });
  }

  it('makes Node give no warning of an overflow', async (t) => {
    const warned = new AbortController();
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    function onWarning(): void {
      warned.abort();
    }
    systemClock.clearTimeout(systemClock.setTimeout(() => {}, 30 * DAY_MS));
    await nextTurn();
    assert.equal(warned.signal.aborted, false);
  });

  it('fires once, and not at all when it is cleared', async () => {
    let fired = 0;
    systemClock.clearTimeout(systemClock.setTimeout(() => (fired += 10), 0));
    const abort = new AbortController();
    systemClock.setTimeout(() => {
      fired += 1;
      abort.abort();
    }, 0);
    await once(abort.signal, 'abort');
    assert.equal(fired, 1);
    systemClock.clearTimeout(undefined);
  });

  it('tells the epoch time, and a time that never goes back', () => {
    const [before, now, after] = [Date.now(), systemClock.now(), Date.now()];
    assert.ok(before <= now && now <= after);
    const times = Array.from({ length: 1_000 }, () => systemClock.monotonic());
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });
});
