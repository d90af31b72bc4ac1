import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DueTimer } from '../../../../lib/sink/kafka/send/due-timer.js';
import { createFakeClock } from '../../../../lib/testing/fake-clock.js';

test('an alarm goes off once, at the time that it was set to last', async () => {
  const clock = createFakeClock();
  const at: number[] = [];
  const alarm = new DueTimer(clock, () => at.push(clock.monotonic()));
  alarm.set(50);
  alarm.set(20);
  alarm.set(20);
  assert.equal(clock.pending, 1);
  await clock.advance(100);
  assert.deepEqual(at, [20]);
  alarm.set(130);
  await clock.advance(100);
  assert.deepEqual(at, [20, 130]);
});

test('an alarm that is set to never holds no timer', async () => {
  const clock = createFakeClock();
  const alarm = new DueTimer(clock, () => assert.fail('it went off'));
  alarm.set(20);
  alarm.set(Number.POSITIVE_INFINITY);
  assert.equal(clock.pending, 0);
  await clock.advance(100);
});
