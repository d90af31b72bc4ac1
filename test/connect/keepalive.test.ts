import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Keepalive } from '../../lib/connect/keepalive.js';
import { createFakeClock } from '../../lib/testing/index.js';

describe('Keepalive', () => {
  it('pings at its interval between start and stop', async () => {
    const { clock, keepalive, pings } = set(100);
    await clock.advance(500);
    assert.deepEqual(pings, []);
    keepalive.start();
    await clock.advance(350);
    assert.deepEqual(pings, [600, 700, 800]);
    keepalive.stop();
    await clock.advance(500);
    assert.deepEqual(pings, [600, 700, 800]);
    assert.equal(clock.pending, 0);
  });

  it('never does without an interval, and arms no timer', async () => {
    const { clock, keepalive, pings } = set(undefined);
    keepalive.start();
    assert.equal(clock.pending, 0);
    await clock.advance(1_000_000);
    assert.deepEqual(pings, []);
  });

  it('can be stopped before it was started, and twice', () => {
    const { clock, keepalive } = set(100);
    keepalive.stop();
    keepalive.start();
    keepalive.stop();
    keepalive.stop();
    assert.equal(clock.pending, 0);
  });
});

function set(intervalMs: number | undefined) {
  const clock = createFakeClock();
  const pings: number[] = [];
  return { clock, pings, keepalive: new Keepalive(clock, intervalMs, () => pings.push(clock.monotonic())) };
}
