import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Probe } from '../../../lib/connect/session/probe.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { settle } from '../../support/resources.js';

describe('Probe', () => {
  it('asks at its interval between start and stop', async () => {
    const { clock, probe, asked, silent } = set(100, undefined);
    await pass(clock, 500);
    assert.deepEqual(asked, []);
    probe.start();
    await pass(clock, 350);
    assert.deepEqual(asked, [600, 700, 800]);
    probe.stop();
    await pass(clock, 500);
    assert.deepEqual(asked, [600, 700, 800]);
    assert.deepEqual(silent, []);
    assert.equal(clock.pending, 0);
  });

  it('never does without an interval, and arms no timer', async () => {
    const { clock, probe, asked } = set(undefined, 50);
    probe.start();
    assert.equal(clock.pending, 0);
    await pass(clock, 1_000_000);
    assert.deepEqual(asked, []);
  });

  it('can be stopped before it was started, and twice', () => {
    const { clock, probe } = set(100, 50);
    probe.stop();
    probe.start();
    probe.stop();
    probe.stop();
    assert.equal(clock.pending, 0);
  });

  it('tells of an answer that does not come in time', async () => {
    const { clock, probe, silent } = set(100, 30);
    probe.start();
    await pass(clock, 100);
    await pass(clock, 29);
    probe.answered();
    await pass(clock, 71);
    await pass(clock, 29);
    assert.deepEqual(silent, []);
    await pass(clock, 1);
    assert.deepEqual(silent, [230]);
    probe.stop();
  });

  it('gives an open question no more time when it asks again', async () => {
    const { clock, probe, asked, silent } = set(100, 250);
    probe.start();
    for (let ms = 0; ms < 350; ms += 50) await pass(clock, 50);
    assert.deepEqual(asked, [100, 200, 300]);
    assert.deepEqual(silent, [350]);
    probe.stop();
  });

  it('asks on while it is held, and then gives a whole time once more', async () => {
    const { clock, probe, asked, silent } = set(100, 150);
    probe.start();
    await pass(clock, 100);
    probe.pause();
    for (let n = 0; n < 10; n++) await pass(clock, 100);
    assert.equal(asked.length, 11);
    assert.deepEqual(silent, []);
    probe.resume();
    await pass(clock, 149);
    assert.deepEqual(silent, []);
    await pass(clock, 1);
    assert.deepEqual(silent, [1_250]);
    probe.stop();
    assert.equal(clock.pending, 0);
  });

  it('waits for nothing after it was held with nothing asked', async () => {
    const { clock, probe, silent } = set(100, 50);
    probe.start();
    probe.pause();
    probe.resume();
    await pass(clock, 99);
    assert.deepEqual(silent, []);
    probe.stop();
  });

  it('knows how many answers are owed', async () => {
    const { clock, probe } = set(100, undefined);
    probe.answered();
    assert.equal(probe.isOwed, false);
    probe.start();
    await pass(clock, 200);
    probe.answered();
    assert.equal(probe.isOwed, true);
    probe.answered();
    assert.equal(probe.isOwed, false);
    probe.stop();
  });
});

function set(intervalMs: number | undefined, timeoutMs: number | undefined) {
  const clock = createFakeClock();
  const asked: number[] = [];
  const silent: number[] = [];
  const probe = new Probe({
    clock,
    intervalMs,
    timeoutMs,
    ask: () => asked.push(clock.monotonic()),
    onSilence: () => silent.push(clock.monotonic()),
  });
  return { clock, asked, silent, probe };
}

/** Lets time pass, and what it sets off run. */
async function pass(clock: ReturnType<typeof createFakeClock>, ms: number): Promise<void> {
  await clock.advance(ms);
  await settle();
}
