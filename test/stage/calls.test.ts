import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Calls } from '../../lib/stage/calls.js';
import { createFakeClock } from '../../lib/testing/index.js';

function begin(timeoutMs?: number) {
  const clock = createFakeClock();
  const late: string[] = [];
  const limit = timeoutMs === undefined ? undefined : { timeoutMs, clock, late: () => new Error('late') };
  const calls = new Calls<string>(limit, (those) => void late.push(`${clock.monotonic()}: ${those.join()}`));
  return { clock, calls, late };
}

describe('Calls', () => {
  it('are late when their time is over, each by its own begin, with one timer for all', async () => {
    const { clock, calls, late } = begin(100);
    calls.begin('a');
    await clock.advance(30);
    calls.begin('b');
    calls.begin('c');
    calls.begin('d');
    assert.equal(clock.pending, 1);
    assert.equal(calls.settle('c'), true);
    await clock.advance(200);
    assert.deepEqual(late, ['100: a', '130: b,d']);
    assert.deepEqual([calls.settle('a'), calls.count, clock.pending], [false, 0, 0]);
  });

  it('arm no timer for each of many that answer in time', async () => {
    const { clock, calls, late } = begin(100);
    let armed = 0;
    const { setTimeout } = clock;
    clock.setTimeout = (...args) => {
      armed += 1;
      return setTimeout.apply(clock, args);
    };
    for (let n = 0; n < 1000; n++) {
      calls.begin(`${n}`);
      await clock.advance(1);
      calls.settle(`${n}`);
    }
    assert.ok(armed <= 11, `${armed} timers`);
    await clock.advance(100);
    assert.deepEqual([late, clock.pending], [[], 0]);
  });

  it('wait for ever without a limit', async () => {
    const { clock, calls, late } = begin();
    calls.begin('a');
    await clock.advance(1e9);
    assert.deepEqual([late, clock.pending, calls.count, calls.settle('a')], [[], 0, 1, true]);
  });

  it('are told of no more once they are closed', async () => {
    const { clock, calls, late } = begin(100);
    calls.begin('a');
    calls.close();
    assert.deepEqual([clock.pending, calls.settle('a')], [0, false]);
    await clock.advance(1000);
    assert.deepEqual(late, []);
  });
});
