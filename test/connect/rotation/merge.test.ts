import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../lib/connect/connection/connection.js';
import { Merge } from '../../../lib/connect/rotation/merge.js';

const old = { number: 1 } as Connection;
const heir = { number: 2 } as Connection;

test('what the new connection brings waits, and comes without what the old one had brought', () => {
  const { handover, bring } = set();
  assert.deepEqual(bring(old, 'a', 'b', 'c'), ['a', 'b', 'c']);
  assert.deepEqual(bring(heir, 'b', 'c', 'd'), []);
  assert.deepEqual(handover.withheld, { frames: 3, bytes: 3 });
  assert.deepEqual(texts(handover.release()), ['d']);
  assert.deepEqual([handover.duplicates, handover.isOver, handover.hasMet], [2, true, true]);
  assert.deepEqual(handover.withheld, { frames: 0, bytes: 0 });
  assert.deepEqual(handover.release(), []);
});

test('after the old one has ended, frames are compared until the new one has brought all that it is to bring', () => {
  const { handover, bring } = set();
  handover.confirm();
  bring(old, 'a', 'b', 'c');
  bring(heir, 'snapshot');
  assert.deepEqual(texts(handover.release()), ['snapshot']);
  assert.equal(handover.isOver, false);
  assert.deepEqual(bring(heir, 'a', 'b', 'x', 'c'), ['x']);
  assert.equal(handover.isOver, true);
});

test('it is over a minute after the end of the old one in any case, of time in which the sockets are read', () => {
  const { handover, bring, read } = set();
  handover.confirm();
  bring(old, 'a', 'b');
  handover.release();
  read(60_000);
  assert.equal(handover.isOver, false);
  read(1);
  assert.equal(handover.isOver, true);
});

test('it is over soon when the new one is not known to be behind, or has brought the newest frame', () => {
  const early = set();
  early.bring(old, 'a');
  early.handover.release();
  early.read(2_000);
  assert.equal(early.handover.isOver, false);
  early.read(1);
  assert.equal(early.handover.isOver, true);

  const sharded = set();
  sharded.handover.confirm();
  sharded.bring(old, 'a', 'b');
  sharded.handover.release();
  sharded.bring(heir, 'b');
  sharded.read(2_000);
  assert.equal(sharded.handover.isOver, false);
  assert.deepEqual(sharded.bring(heir, 'a'), []);
  assert.equal(sharded.handover.isOver, true);
});

test('it is over two seconds after the newest frame has come again, whatever else comes meanwhile', () => {
  const { handover, bring, read } = set();
  handover.confirm();
  bring(old, 'a', 'b', 'c');
  handover.release();
  assert.deepEqual(bring(heir, 'c'), []);
  read(1_500);
  assert.deepEqual(bring(heir, 'a'), []);
  read(500);
  assert.equal(handover.isOver, false);
  read(1);
  assert.equal(handover.isOver, true);
});

test('it is over at once when the old one brought nothing', () => {
  const { handover } = set();
  handover.release();
  assert.equal(handover.isOver, true);
});

test('what is kept is bounded: more that waits than may is told, and so is what is forgotten', () => {
  // Each is taken for 200 bytes more than its payload.
  const { handover, bring } = set(408);
  bring(old, 'aaaa', 'bbbb', 'cccc');
  assert.equal(handover.isIncomplete, false);
  bring(old, 'dddd');
  assert.equal(handover.isIncomplete, true);
  assert.deepEqual(bring(heir, 'aaaa', 'bbbb'), []);
  assert.equal(handover.isOverfull, false);
  bring(heir, 'dddd');
  assert.equal(handover.isOverfull, true);
  assert.deepEqual(texts(handover.release()), ['aaaa']);
});

test('without leaving out it keeps the order, and tells that the two have met', () => {
  const { handover, bring } = set(1_000, false);
  assert.deepEqual(bring(old, 'a'), ['a']);
  assert.deepEqual(bring(heir, 'a'), []);
  assert.deepEqual(texts(handover.release()), ['a']);
  assert.deepEqual([handover.hasMet, handover.duplicates], [true, 0]);
});

test('a message that is no data waits in its place, and is compared with nothing', () => {
  const { handover, bring } = set();
  bring(old, 'pong');
  bring(heir, 'a');
  assert.equal(handover.consumesControl(Buffer.from('pong'), false, 0, old), false);
  assert.equal(handover.consumesControl(Buffer.from('pong'), false, 0, heir), true);
  bring(heir, 'b');
  const frames = handover.release();
  assert.deepEqual(texts(frames), ['a', 'pong', 'b']);
  assert.deepEqual(
    frames.map(({ isControl }) => isControl),
    [false, true, false],
  );
  assert.equal(handover.consumesControl(Buffer.from('pong'), false, 0, heir), false);
});

test('an old connection is not needed any more once both bring the same, whichever is ahead', () => {
  const behind = set();
  behind.handover.confirm();
  const some = Array.from({ length: 10 }, (_, n) => `${n}`);
  behind.bring(old, ...some);
  behind.bring(heir, ...some.slice(0, 9));
  assert.equal(behind.handover.hasCaughtUp, false);
  behind.bring(heir, '9');
  assert.equal(behind.handover.hasCaughtUp, true);

  const { handover, bring } = set();
  const numbers = Array.from({ length: 20 }, (_, n) => `${n}`);
  bring(heir, ...numbers);
  bring(old, ...numbers.slice(0, 10));
  assert.deepEqual([handover.hasGoneOn, handover.hasCaughtUp], [false, false]);
  handover.confirm();
  bring(old, ...numbers.slice(0, 10));
  assert.deepEqual([handover.hasGoneOn, handover.hasCaughtUp], [true, false]);
  bring(old, ...numbers.slice(10, 19));
  assert.equal(handover.hasCaughtUp, false);
  bring(old, '19');
  assert.equal(handover.hasCaughtUp, true);
});

function set(maxBytes = 100_000, leavesOut = true) {
  let ms = 0;
  const handover = new Merge(heir, { maxBytes, leavesOut, readMs: () => ms });
  return {
    handover,
    /** Returns what is to be emitted at once. */
    bring: (connection: Connection, ...frames: string[]): string[] =>
      frames.filter((text) => !handover.consumes(Buffer.from(text), false, ms, connection)),
    /** The sockets are read for so long. */
    read: (readMs: number): void => {
      ms += readMs;
    },
  };
}

function texts(frames: readonly { readonly data: Buffer }[]): string[] {
  return frames.map(({ data }) => data.toString());
}
