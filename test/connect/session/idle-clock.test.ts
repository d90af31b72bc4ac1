import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { IdleClock } from '../../../lib/connect/session/idle-clock.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { settle } from '../../support/resources.js';
import { WATCHDOG } from '../../support/watchdog.js';

describe('IdleClock', () => {
  it('tells of silence once, after idleMs', async () => {
    const { clock, idle, ticks } = set(100);
    idle.start();
    await pass(clock, 99);
    assert.deepEqual(ticks, []);
    await pass(clock, 1);
    assert.deepEqual(ticks, [100]);
    await pass(clock, 1_000);
    assert.deepEqual(ticks, [100]);
    assert.equal(clock.pending, 0);
  });

  it('never does without idleMs, and arms no timer', async () => {
    const { clock, idle, ticks } = set(undefined);
    idle.start();
    assert.equal(clock.pending, 0);
    await pass(clock, 1_000_000);
    assert.deepEqual(ticks, []);
    idle.stop();
  });

  it('counts anew from each touch', async () => {
    const { clock, idle, ticks } = set(100);
    idle.start();
    await pass(clock, 80);
    idle.touch(clock.monotonic());
    await pass(clock, 99);
    assert.deepEqual(ticks, []);
    await pass(clock, 1);
    assert.deepEqual(ticks, [180]);
  });

  it('arms one timer, however often it is touched or started', async () => {
    const { clock, idle } = set(100);
    for (let n = 0; n < 10; n++) {
      idle.start();
      idle.touch(n);
    }
    assert.equal(clock.pending, 1);
    idle.stop();
    assert.equal(clock.pending, 0);
  });

  it('stands still after stop, and counts anew after start', async () => {
    const { clock, idle, ticks } = set(100);
    idle.start();
    await pass(clock, 90);
    idle.stop();
    await pass(clock, 500);
    idle.start();
    await pass(clock, 99);
    assert.deepEqual(ticks, []);
    await pass(clock, 1);
    assert.deepEqual(ticks, [690]);
  });

  it('lets a frame that waited in the socket come in first, when its timer is due', async () => {
    const { clock, idle, ticks } = set(100);
    clock.setTimeout(() => setImmediate(() => idle.touch(clock.monotonic())), 100);
    idle.start();
    await pass(clock, 100);
    assert.deepEqual(ticks, []);
    await pass(clock, 100);
    assert.deepEqual(ticks, [200]);
  });

  it('can be stopped between its timer and its look', async () => {
    const clock = createFakeClock();
    const onTimer = (callback: () => void) => () => {
      callback();
      idle.stop();
    };
    const stopping = {
      ...clock,
      setTimeout: (callback: () => void, ms: number) => clock.setTimeout(onTimer(callback), ms),
    };
    const idle = new IdleClock(stopping, 100, () => assert.fail('It was stopped.'));
    idle.start();
    await pass(clock, 200);
    assert.equal(clock.pending, 0);
  });

  it('has one timer where it is begun anew between its timer and its look', async () => {
    const clock = createFakeClock();
    let restarts = 0;
    const onTimer = (callback: () => void) => () => {
      callback();
      if (restarts++ > 0) return;
      idle.stop();
      idle.start();
    };
    const restarting = {
      ...clock,
      setTimeout: (callback: () => void, ms: number) => clock.setTimeout(onTimer(callback), ms),
    };
    const idle = new IdleClock(restarting, 100, () => {});
    idle.start();
    await pass(clock, 100);
    assert.equal(clock.pending, 1);
    await pass(clock, 100);
    assert.deepEqual([restarts, clock.pending], [2, 0]);
  });

  it('waits longer than a timer can hold', async () => {
    const month = 30 * 24 * 60 * 60 * 1_000;
    const { clock, idle, ticks } = set(month);
    idle.start();
    await pass(clock, month - 1);
    await pass(clock, 0);
    assert.deepEqual(ticks, []);
    await pass(clock, 1);
    assert.deepEqual(ticks, [month]);
  });

  it('agrees with a naive model, whatever happens when', async () => {
    const act = fc.record({ wait: fc.integer({ min: 1, max: 60 }), what: fc.constantFrom('touch', 'stop', 'start') });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const { clock, idle, ticks } = set(50);
        let isRunning = true;
        let since = 0;
        const expected: number[] = [];
        idle.start();
        for (const { wait, what } of [...acts, { wait: 200, what: 'stop' as const }]) {
          const dueAt = since + 50;
          if (isRunning && dueAt <= clock.monotonic() + wait) {
            expected.push(dueAt);
            isRunning = false;
          }
          // Step by step: a look that follows its timer must see the time of it.
          for (let step = 0; step < wait; step++) await pass(clock, 1, 2);
          idle[what](clock.monotonic());
          if (what === 'touch') since = clock.monotonic();
          else isRunning = what === 'start';
          if (what === 'start') since = clock.monotonic();
        }
        assert.deepEqual(ticks, expected);
        assert.equal(clock.pending, 0);
      }),
      { ...WATCHDOG, numRuns: 20 },
    );
  });
});

function set(idleMs: number | undefined) {
  const clock = createFakeClock();
  const ticks: number[] = [];
  return { clock, ticks, idle: new IdleClock(clock, idleMs, () => ticks.push(clock.monotonic())) };
}

/** Lets time pass, and what it sets off run. */
async function pass(clock: ReturnType<typeof createFakeClock>, ms: number, turns = 5): Promise<void> {
  await clock.advance(ms);
  if (turns === 5) await settle();
  else for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
