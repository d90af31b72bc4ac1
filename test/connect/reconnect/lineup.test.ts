import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../lib/connect/connection/connection.js';
import { Lineup } from '../../../lib/connect/reconnect/lineup.js';
import { createFakeClock } from '../../../lib/testing/index.js';

test('a successor that takes over feeds the run, and the connection before it drains and is sent no subscriptions', () => {
  const { lineup, enter } = set();
  const old = enter('feeding');
  const heir = enter('successor');
  assert.deepEqual([lineup.feeding, lineup.successor, lineup.draining], [old, heir, undefined]);
  assert.deepEqual([...lineup.talking()], [old, heir]);
  lineup.takeOver();
  assert.deepEqual([lineup.feeding, lineup.successor, lineup.draining], [heir, undefined, old]);
  assert.deepEqual([...lineup.talking()], [heir]);
  assert.deepEqual(old.calls, ['drain']);
});

test('a connection leaves as what it was, is closed, and is cut when the next one leaves', () => {
  const { lineup, enter } = set();
  const old = enter('feeding');
  const failed = enter('successor');
  assert.equal(lineup.leave(failed), 'successor');
  assert.equal(lineup.successor, undefined);
  const heir = enter('successor');
  lineup.takeOver();
  assert.deepEqual(failed.calls, ['close']);
  assert.equal(lineup.leave(old), 'draining');
  assert.deepEqual(
    [failed.calls, old.calls],
    [
      ['close', 'cut'],
      ['drain', 'close'],
    ],
  );
  assert.equal(lineup.draining, undefined);
  assert.equal(lineup.leave(heir), 'feeding');
  // What the one before it has left may come first.
  assert.equal(lineup.feeding, heir);
  lineup.lose();
  assert.equal(lineup.promote(), undefined);
});

test('the successor of a connection that is lost feeds the run in its place', () => {
  const { lineup, enter } = set();
  const old = enter('feeding');
  const heir = enter('successor');
  assert.equal(lineup.leave(old), 'feeding');
  lineup.lose();
  assert.deepEqual([lineup.feeding, lineup.successor], [undefined, heir]);
  assert.equal(lineup.promote(), heir);
  assert.deepEqual([lineup.feeding, lineup.successor, lineup.draining], [heir, undefined, undefined]);
});

test('a successor that is not wanted any more is closed, and the connection that feeds the run goes on', () => {
  const { lineup, enter } = set();
  const old = enter('feeding');
  const heir = enter('successor');
  lineup.abandon();
  assert.deepEqual([lineup.feeding, lineup.successor], [old, undefined]);
  assert.deepEqual([old.calls, heir.calls], [[], ['close']]);
});

test('while a slow consumer holds them, a new connection is held from the start, and the time is counted', async () => {
  const { clock, lineup, enter } = set();
  const old = enter('feeding');
  lineup.pause();
  const heir = enter('successor');
  assert.deepEqual([old.calls, heir.calls, lineup.isPaused], [['pause'], ['pause'], true]);
  await clock.advance(20);
  assert.equal(lineup.pausedMs, 20);
  lineup.endPause();
  lineup.resume();
  await clock.advance(20);
  assert.deepEqual([old.calls, lineup.isPaused, lineup.pausedMs], [['pause', 'resume'], false, 20]);
});

test('a connection that is held for the one before it is read again when that has ended, and not when a consumer catches up', () => {
  const { lineup, enter } = set();
  const old = enter('feeding');
  const heir = enter('successor');
  lineup.takeOver();
  lineup.pauseFeeding();
  lineup.pauseFeeding();
  assert.deepEqual(heir.calls, ['pause']);
  lineup.pause();
  lineup.endPause();
  lineup.resume();
  assert.deepEqual(
    [old.calls, heir.calls],
    [
      ['drain', 'pause', 'resume'],
      ['pause', 'pause'],
    ],
  );
  lineup.leave(old);
  lineup.pause();
  lineup.resumeFeeding();
  assert.deepEqual(heir.calls, ['pause', 'pause', 'pause']);
  lineup.endPause();
  lineup.resume();
  assert.equal(heir.calls.at(-1), 'resume');
});

test('frames wait only while a slow consumer holds a connection that has some', () => {
  const { lineup, enter } = set();
  const connection = enter('feeding');
  connection.isWaiting = true;
  assert.equal(lineup.areWaiting, false);
  lineup.pause();
  assert.equal(lineup.areWaiting, true);
  connection.isWaiting = false;
  assert.equal(lineup.areWaiting, false);
});

test('it is released when the last socket is', () => {
  const { lineup, enter } = set();
  let released = 0;
  lineup.whenReleased(() => (released += 1));
  assert.equal(released, 1);
  const old = enter('feeding');
  const heir = enter('successor');
  lineup.closeAll();
  lineup.whenReleased(() => (released += 1));
  old.release();
  assert.equal(released, 1);
  heir.release();
  assert.equal(released, 2);
});

function set() {
  const clock = createFakeClock();
  const lineup = new Lineup(clock);
  const enter = (role: 'feeding' | 'successor') => {
    const connection = new Recorder() as Recorder & Connection;
    lineup.enter(connection, role);
    return connection;
  };
  return { clock, lineup, enter };
}

/** Notes what is done to a connection. */
class Recorder {
  readonly calls: string[] = [];
  isWaiting = false;
  release = (): void => {};

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  drain(): void {
    this.calls.push('drain');
  }

  cut(): void {
    this.calls.push('cut');
  }

  close(onReleased: () => void): void {
    this.calls.push('close');
    this.release = onReleased;
  }
}
