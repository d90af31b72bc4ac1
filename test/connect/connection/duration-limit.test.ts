import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DurationLimit } from '../../../lib/connect/connection/duration-limit.js';
import { createFakeClock } from '../../../lib/testing/index.js';

test('the time is up when all of it has passed, and not before, however long it is', async () => {
  for (const ms of [1, 0.5, 40 * 24 * 3_600_000]) {
    const clock = createFakeClock();
    let isOver = false;
    const limit = new DurationLimit(clock, ms, () => {
      isOver = true;
    });
    limit.start();
    assert.equal(isOver, false, `${ms} ms`);
    await clock.advance(ms);
    assert.equal(isOver, true, `${ms} ms`);
    assert.equal(clock.pending, 0);
  }
});

test('the time of one that is stopped, or has none, is never up', async () => {
  const clock = createFakeClock();
  const limits = [1_000, undefined].map((ms) => new DurationLimit(clock, ms, () => assert.fail('It is up.')));
  for (const limit of limits) limit.start();
  for (const limit of limits) limit.stop();
  assert.equal(clock.pending, 0);
  await clock.advance(1_000);
});
