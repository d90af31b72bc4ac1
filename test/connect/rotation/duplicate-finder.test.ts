import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentKey, DuplicateFinder, type Sighting } from '../../../lib/connect/rotation/duplicate-finder.js';

/** How far apart frames come, in milliseconds: more than two connections are taken to be. */
const STEP_MS = 100;

test('a feed that says anything, however often, is told once: the new connection in time with the old one, or behind it', () => {
  const feeds = fc.record({
    contents: fc.array(fc.constantFrom('up', 'up', 'down', 'a', 'b', 'c', 'd', 'e', 'f'), {
      minLength: 1,
      maxLength: 40,
    }),
    subscribed: fc.nat(40),
    ended: fc.nat(40),
    behind: fc.nat(10),
  });
  fc.assert(
    fc.property(feeds, ({ contents, subscribed, ended, behind }) => {
      const feed = contents.map((key, place) => ({ key, receivedAt: place * STEP_MS }));
      const start = Math.min(subscribed, feed.length);
      const end = Math.min(Math.max(ended, start), feed.length);
      const settled = Math.max(start, end - behind);
      assert.deepEqual(
        both(feed, { start, end, settled }),
        feed.map(({ key }) => key),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('frames that are all different are told once, whichever connection is ahead, in whatever order the new one has them', () => {
  const cases = fc.record({
    length: fc.integer({ min: 1, max: 40 }),
    start: fc.nat(40),
    end: fc.nat(40),
    ahead: fc.integer({ min: -5, max: 5 }),
    order: fc.infiniteStream(fc.nat()),
  });
  fc.assert(
    fc.property(cases, ({ length, start, end, ahead, order }) => {
      const overlap = new DuplicateFinder(1_000);
      // All within the time by which one may be ahead of the other.
      const feed = Array.from({ length }, (_, n) => ({ key: `${n}`, receivedAt: n }));
      const first = Math.min(start, length);
      const last = Math.min(Math.max(end, first), length);
      const told = new Set<string>();
      for (const frame of feed.slice(0, Math.max(0, Math.min(last, first + ahead))))
        tell(told, frame, overlap.add(frame));
      overlap.confirm([]);
      for (const frame of feed.slice(Math.max(0, Math.min(last, first + ahead)), last))
        tell(told, frame, overlap.add(frame));
      const shuffled = feed
        .slice(first)
        .map((frame) => ({ frame, place: order.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .map(({ frame }) => frame);
      const held = shuffled.slice(0, last - first);
      overlap.settle(held).forEach((isKnown, n) => {
        if (!isKnown) tell(told, held[n] as Sighting, true);
      });
      for (const frame of shuffled.slice(held.length)) if (!overlap.isKnown(frame)) tell(told, frame, true);
      assert.equal(told.size, length);
      assert.equal(overlap.hasMet, first < last);
    }),
    { numRuns: 2_000 },
  );
});

test('what the feed says again and again is not taken for what the old connection had before the new one was subscribed', () => {
  // Over the old one while the new one logs in; then over both.
  const login = ['up', 'up', 'up'].map(at(0));
  const both = ['up'].map(at(3));
  const { overlap, told } = brought(login, both);
  assert.deepEqual(told(...both), []);
  assert.deepEqual(told(...['up', 'up'].map(at(4))), ['up', 'up']);
  assert.ok(overlap.hasMet && overlap.isNewestMet && overlap.owed === 0);
});

test('of what is alike those are the same that come after the first frame that both have', () => {
  const login = ['up', 't1', 'up', 't2'].map(at(0));
  const meanwhile = ['up', 't3'].map(at(4));
  // Its first frame came over the old one just before it was confirmed.
  const { told } = brought(login, meanwhile);
  assert.deepEqual(told({ key: 't2', receivedAt: 3 * STEP_MS + 40 }, ...meanwhile, ...['up', 'up'].map(at(6))), [
    'up',
    'up',
  ]);
});

test('a server that repeats the latest frames for who is new: they come once', () => {
  const login = ['x', 'a', 'b', 'c'].map(at(0));
  const { told } = brought(login, []);
  assert.deepEqual(told(...['b', 'a', 'c', 'd'].map(at(20))), ['d']);
  // Fewer may be what the feed says from time to time.
  const few = brought(login, []);
  assert.deepEqual(few.told(...['b', 'c', 'd'].map(at(20))), ['b', 'c', 'd']);
});

test('a new connection that is not confirmed yet and far behind brings what the old one had long before: it comes once', () => {
  const overlap = new DuplicateFinder(1_000);
  for (let n = 0; n < 20; n += 1) overlap.add({ key: `${n}`, receivedAt: n * STEP_MS });
  const held = ['x', '4', '5', '6'].map(at(40));
  assert.deepEqual(overlap.settle(held), [false, true, true, true]);
  assert.equal(overlap.isKnown({ key: '19', receivedAt: 50 * STEP_MS }), true);
});

test('the same where it has forgotten the oldest', () => {
  for (const [held, isSame, owed] of [
    [['70', '71', '72'], true, 27],
    [['71', '72'], false, 0],
  ] as const) {
    const overlap = new DuplicateFinder(40);
    for (let n = 0; n < 100; n += 1) overlap.add({ key: `${n}`, receivedAt: n * STEP_MS });
    overlap.confirm([]);
    assert.ok(overlap.isIncomplete);
    const known = overlap.settle(held.map(at(140)));
    assert.ok(known.every((is) => is === isSame));
    assert.equal(overlap.owed, owed);
  }
});

test('nothing in common is no meeting', () => {
  const { overlap, told } = brought(['a'].map(at(0)), ['b'].map(at(1)));
  assert.deepEqual(told(...['c'].map(at(2))), ['c']);
  assert.deepEqual([overlap.hasMet, overlap.isNewestMet, overlap.owed], [false, false, 1]);
});

test('what is remembered is bounded: the oldest are forgotten', () => {
  const overlap = new DuplicateFinder(80);
  for (let n = 0; n < 1_000; n += 1) overlap.add({ key: `${n % 500}`, receivedAt: n });
  assert.ok(overlap.isIncomplete);
  overlap.settle([]);
  assert.equal(overlap.isKnown({ key: '400', receivedAt: 1_000 }), false);
  assert.equal(overlap.isKnown({ key: '499', receivedAt: 1_000 }), true);
});

test('a content is known by itself or, where that is longer, by its digest', () => {
  assert.equal(contentKey(Buffer.from('{"n":1}')), '{"n":1}');
  const long = (n: number): string => contentKey(Buffer.from(`{"n":${n},"p":"${'x'.repeat(1_000)}"}`));
  assert.equal(long(1).length, 44);
  assert.equal(long(1), long(1));
  assert.notEqual(long(1), long(2));
});

/**
 * What is told of a feed of which the old connection brings all until `end`, and the new one all from `start` on; of that it has
 * brought what comes before `settled` when the old one ends.
 */
function both(
  feed: readonly Sighting[],
  { start, end, settled }: Record<'start' | 'end' | 'settled', number>,
): string[] {
  const overlap = new DuplicateFinder(1_000);
  for (const frame of feed.slice(0, start)) overlap.add(frame);
  overlap.confirm([]);
  for (const frame of feed.slice(start, end)) overlap.add(frame);
  const held = feed.slice(start, settled);
  const known = overlap.settle(held);
  const late = feed.slice(settled).filter((frame) => !overlap.isKnown(frame));
  return [...feed.slice(0, end), ...held.filter((_, n) => !known[n]), ...late].map(({ key }) => key);
}

/** The old connection brings some frames before and some after the new one is confirmed. */
function brought(before: readonly Sighting[], after: readonly Sighting[]) {
  const overlap = new DuplicateFinder(1_000);
  for (const frame of before) overlap.add(frame);
  overlap.confirm([]);
  for (const frame of after) overlap.add(frame);
  let isSettled = false;
  return {
    overlap,
    /** What of these, which the new one brings, is told. */
    told: (...frames: Sighting[]): string[] => {
      const known = isSettled ? frames.map((frame) => overlap.isKnown(frame)) : overlap.settle(frames);
      isSettled = true;
      return frames.filter((_, n) => !known[n]).map(({ key }) => key);
    },
  };
}

/** A frame with this content, some steps after the start. */
function at(start: number): (key: string, place: number) => Sighting {
  return (key, place) => ({ key, receivedAt: (start + place) * STEP_MS });
}

function tell(told: Set<string>, { key }: Sighting, isNew: boolean): void {
  assert.ok(isNew && !told.has(key), `${key} twice`);
  told.add(key);
}
