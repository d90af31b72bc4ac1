import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloseTimer } from '../../../lib/connect/connection/close-timer.js';
import { createFakeClock, type FakeClock } from '../../../lib/testing/index.js';

test('a server that is quiet after a close is cut off', async () => {
  const { clock, timer, cuts } = parts();
  timer.begin();
  await clock.advance(1_999);
  assert.equal(cuts(), 0);
  await clock.advance(1);
  assert.equal(cuts(), 1);
  assert.equal(clock.pending, 0);
});

test('a server that still sends what it had is heard out, for a minute', async () => {
  const { clock, timer, cuts } = parts();
  timer.begin();
  let ms = 0;
  for (; cuts() === 0 && ms < 120_000; ms += 1_000) {
    timer.fed();
    await clock.advance(1_000);
  }
  assert.equal(ms, 61_000);
});

test('one that has nothing new to say is heard out for two seconds, and not again after a slow consumer', async () => {
  const { clock, timer, cuts } = parts();
  timer.begin();
  timer.hurry();
  timer.pause();
  timer.resume();
  timer.fed();
  await clock.advance(1_999);
  timer.fed();
  assert.equal(cuts(), 0);
  await clock.advance(1);
  assert.equal(cuts(), 1);
});

test('while a slow consumer holds the socket no time runs, and afterwards all of it begins anew', async () => {
  const { clock, timer, cuts } = parts();
  timer.begin();
  await clock.advance(1_000);
  timer.pause();
  await clock.advance(3_600_000);
  timer.resume();
  await clock.advance(1_500);
  timer.fed();
  await clock.advance(1_500);
  assert.equal(cuts(), 0);
  await clock.advance(500);
  assert.equal(cuts(), 1);
});

test('a connection that is held when it is closed waits until it goes on', async () => {
  const { clock, timer, cuts } = parts();
  timer.pause();
  timer.begin();
  await clock.advance(10_000);
  assert.equal(clock.pending, 0);
  timer.resume();
  await clock.advance(2_000);
  assert.equal(cuts(), 1);
});

test("after the server's last frame no consumer can hold anything up", async () => {
  const { clock, timer, cuts } = parts();
  timer.pause();
  timer.beginLast();
  timer.pause();
  await clock.advance(2_000);
  assert.equal(cuts(), 1);
});

test('a socket that is gone leaves no timer', async () => {
  const { clock, timer, cuts } = parts();
  timer.begin();
  timer.over();
  await clock.advance(10_000);
  assert.deepEqual([cuts(), clock.pending], [0, 0]);
});

test('a connection that nobody has closed is not cut off', async () => {
  const { clock, timer, cuts } = parts();
  timer.pause();
  timer.resume();
  timer.fed();
  await clock.advance(10_000);
  assert.deepEqual([cuts(), clock.pending], [0, 0]);
});

function parts(): { clock: FakeClock; timer: CloseTimer; cuts: () => number } {
  const clock = createFakeClock();
  let cuts = 0;
  const timer = new CloseTimer(clock, 2_000, () => {
    cuts += 1;
  });
  return { clock, timer, cuts: () => cuts };
}
