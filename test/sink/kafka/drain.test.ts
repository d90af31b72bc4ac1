import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Drain } from '../../../lib/sink/kafka/drain.js';
import { createFakeClock } from '../../../lib/testing/fake-clock.js';

test('a drain is late once its time is up, counted from the first start', async () => {
  const clock = createFakeClock();
  const lateAt: number[] = [];
  const drain = new Drain({ clock, drainTimeoutMs: 1_000 }, () => lateAt.push(clock.monotonic()));
  drain.start();
  await clock.advance(600);
  drain.start();
  await clock.advance(600);
  assert.deepEqual(lateAt, [1_000]);
});

test('who waits for a drain goes on when it is finished, and no timer stays', async () => {
  const clock = createFakeClock();
  const drain = new Drain({ clock, drainTimeoutMs: 1_000 }, () => assert.fail('it was late'));
  const over = Promise.all([drain.whenOver(), drain.whenOver()]);
  assert.equal(drain.isAwaited, true);
  drain.finish();
  await over;
  assert.equal(drain.isAwaited, false);
  assert.equal(clock.pending, 0);
});
