import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createFakeClock } from '../../lib/testing/index.js';
import { Pace } from '../../lib/testing/pace.js';

it('Pace has the first frame due at once, and each other one its part of a second later', async () => {
  const clock = createFakeClock();
  await clock.advance(7);
  const pace = new Pace(3, clock);
  assert.deepEqual(
    [0, 1, 2, 3].map((n) => Math.round(pace.waitMs(n))),
    [0, 333, 667, 1_000],
  );
  await clock.advance(1_000);
  assert.deepEqual(
    [1, 3, 4].map((n) => Math.round(pace.waitMs(n))),
    [0, 0, 333],
  );
});

it('Pace waits for a frame until it is due or the signal is aborted, and leaves no timer', async () => {
  const clock = createFakeClock();
  const pace = new Pace(10, clock);
  const controller = new AbortController();
  const done: string[] = [];
  void pace.waitFor(1, controller.signal).then(() => done.push('due'));
  void pace.waitFor(5, controller.signal).then(() => done.push('stopped'));
  await clock.advance(99);
  assert.deepEqual(done, []);
  await clock.advance(1);
  assert.deepEqual(done, ['due']);
  controller.abort();
  await clock.advance(0);
  assert.deepEqual(done, ['due', 'stopped']);
  assert.equal(clock.pending, 0);
  await pace.waitFor(9, controller.signal);
  await pace.waitFor(0, new AbortController().signal);
});

for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
  it(`Pace refuses a rate of ${rate}`, () => {
    assert.throws(() => new Pace(rate, createFakeClock()), {
      code: 'ERR_CONFIG',
      message: `sendMany.rate: Expected a number of frames per second above 0, got ${rate}.`,
    });
  });
}
