import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { readSome } from '../../../lib/connect/reach/http-refusal.js';
import { createFakeClock } from '../../../lib/testing/index.js';

test('of a body no more than 8 KiB is read, and nothing of the rest is kept', async () => {
  const clock = createFakeClock();
  const body = new PassThrough();
  const read = readSome(body, clock);
  body.write('a'.repeat(8_000));
  body.write('b'.repeat(1_000));
  assert.equal((await read).toString(), 'a'.repeat(8_000) + 'b'.repeat(192));
  assert.deepEqual([body.listenerCount('data'), clock.pending], [0, 0]);
});

test('a body that ends, breaks or takes its time is what came of it within a second', async () => {
  for (const [end, ms] of [
    [(body: PassThrough) => body.end(), 0],
    [(body: PassThrough) => body.destroy(), 0],
    [(body: PassThrough) => body.destroy(new Error('broken')), 0],
    [() => {}, 1_000],
  ] as const) {
    const clock = createFakeClock();
    const body = new PassThrough();
    const read = readSome(body, clock);
    body.write('some');
    await clock.advance(999);
    assert.equal(clock.pending, 1);
    end(body);
    await clock.advance(ms === 0 ? 0 : 1);
    assert.equal((await read).toString(), 'some');
    assert.deepEqual([body.listenerCount('data'), clock.pending], [0, 0]);
    // It may break long after that.
    body.emit('error', new Error('late'));
  }
});
