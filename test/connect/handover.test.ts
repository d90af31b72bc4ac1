import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../lib/connect/connection.js';
import { Handover } from '../../lib/connect/handover.js';
import { createFakeClock } from '../../lib/testing/index.js';

const old = { number: 1 } as Connection;
const heir = { number: 2 } as Connection;

test('what the new connection brings waits, and comes without what the old one had brought, as often as it had', () => {
  const { handover, bring } = set();
  assert.deepEqual(bring(old, 'a', 'b', 'b'), ['a', 'b', 'b']);
  assert.deepEqual(bring(heir, 'b', 'b', 'b', 'c'), []);
  assert.deepEqual(texts(handover.release()), ['b', 'c']);
  assert.deepEqual([handover.duplicates, handover.isOver], [2, true]);
});

test('after the old one has ended, frames are compared until its newest has come again', () => {
  const { handover, bring } = set();
  bring(old, 'a', 'b', 'c');
  bring(heir, 'snapshot');
  assert.deepEqual(texts(handover.release()), ['snapshot']);
  assert.equal(handover.isOver, false);
  assert.deepEqual(bring(heir, 'b', 'x', 'c'), ['x']);
  assert.equal(handover.isOver, true);
  assert.deepEqual(bring(heir, 'a'), ['a']);
});

test('it is over after a minute in any case, and at once when the old one brought nothing', async () => {
  const { clock, handover, bring } = set();
  bring(old, 'a');
  handover.release();
  await clock.advance(60_000);
  assert.equal(handover.isOver, false);
  await clock.advance(1);
  assert.equal(handover.isOver, true);
  const silent = set().handover;
  silent.release();
  assert.equal(silent.isOver, true);
});

test('what is kept is bounded: the oldest is forgotten, and more that waits than may is told', () => {
  // Each is taken for 100 bytes more than its payload.
  const { handover, bring } = set(208);
  bring(old, 'aaaa', 'bbbb', 'cccc');
  assert.deepEqual(bring(heir, 'aaaa', 'bbbb'), []);
  assert.equal(handover.isOverfull, false);
  bring(heir, 'cccc');
  assert.equal(handover.isOverfull, true);
  assert.deepEqual(texts(handover.release()), ['aaaa']);
});

test('without comparing it keeps the order, and leaves nothing out', () => {
  const handover = new Handover(createFakeClock(), heir, 1_000, false);
  assert.equal(handover.takes(Buffer.from('a'), false, 0, old), false);
  assert.equal(handover.takes(Buffer.from('a'), false, 0, heir), true);
  assert.deepEqual(texts(handover.release()), ['a']);
  assert.equal(handover.isOver, true);
});

function set(maxBytes = 1_000) {
  const clock = createFakeClock();
  const handover = new Handover(clock, heir, maxBytes, true);
  /** Returns what is to be emitted at once. */
  const bring = (connection: Connection, ...frames: string[]): string[] =>
    frames.filter((text) => !handover.takes(Buffer.from(text), false, 0, connection));
  return { clock, handover, bring };
}

function texts(frames: readonly { readonly data: Buffer }[]): string[] {
  return frames.map(({ data }) => data.toString());
}
