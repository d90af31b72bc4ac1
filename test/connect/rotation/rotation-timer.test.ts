import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveWebSocketOptions, type WebSocketReadableOptions } from '../../../lib/connect/options/options.js';
import { RotationTimer } from '../../../lib/connect/rotation/rotation-timer.js';
import { createFakeClock } from '../../../lib/testing/index.js';

const HOUR = 3_600_000;

test('the clock on the wall is looked at every hour, so that one that is set is followed', async () => {
  const { clock, wall, timer, due } = timerOf({ rotateAt: '12:00' });
  timer.plan();
  await clock.advance(HOUR / 2);
  wall.aheadMs = -2 * HOUR;
  await clock.advance(13.5 * HOUR - 1);
  assert.equal(due.length, 0);
  await clock.advance(1);
  assert.deepEqual(due, [14 * HOUR]);
  assert.equal(clock.pending, 0);
});

test('a clock that is set past the time of day rotates within an hour', async () => {
  const { clock, wall, timer, due } = timerOf({ rotateAt: '12:00' });
  timer.plan();
  await clock.advance(HOUR / 2);
  wall.aheadMs = 20 * HOUR;
  await clock.advance(HOUR / 2);
  assert.deepEqual(due, [HOUR]);
});

test('an age of months is waited for, and a wait takes the place of a plan', async () => {
  const { clock, timer, due } = timerOf({ maxConnectionAgeMs: 60 * 24 * HOUR });
  timer.plan();
  await clock.advance(60 * 24 * HOUR - 1);
  assert.equal(due.length, 0);
  await clock.advance(1);
  assert.equal(due.length, 1);
  timer.plan();
  timer.wait(5_000);
  await clock.advance(5_000);
  assert.deepEqual([due.length, clock.pending], [2, 0]);
});

test('nothing is armed where nothing is planned, or after a stop', () => {
  const { clock, timer } = timerOf({});
  timer.plan();
  assert.equal(clock.pending, 0);
  timer.wait(1);
  timer.stop();
  assert.equal(clock.pending, 0);
});

/** A timer whose clock on the wall, at midnight now, can be set; `due` are the times at which it was due. */
function timerOf(options: WebSocketReadableOptions) {
  const clock = createFakeClock();
  const wall = { aheadMs: 0 };
  const settable = { ...clock, now: () => clock.now() + wall.aheadMs };
  const due: number[] = [];
  const timer = new RotationTimer(resolveWebSocketOptions({ ...options, clock: settable }), () =>
    due.push(clock.monotonic()),
  );
  return { clock, wall, timer, due };
}
