import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Dedupe } from '../../../lib/connect/intake/dedupe.js';
import type { DedupeOptions } from '../../../lib/connect/options/intake-options.js';

/** Which of the frames are taken, each `connection:text`, at the second of its index. */
function taken(options: DedupeOptions, frames: readonly string[], maxEntries?: number): string[] {
  const dedupe = new Dedupe(options, maxEntries);
  return frames.filter((frame, index) => {
    const [connection, text] = [Number(frame[0]), frame.slice(2)];
    return !dedupe.isDuplicate(Buffer.from(text), connection, index * 1_000);
  });
}

test('by fields: of frames that agree in all of them the first is taken, over whichever connection', () => {
  const by = ['s', 'id'];
  const frames = ['1:{"s":"A","id":1,"x":1}', '1:{"s":"B","id":1}', '2:{"id":1,"s":"A"}', '1:{"s":"A","id":1,"x":2}'];
  assert.deepEqual(taken({ by, windowMs: 60_000 }, frames), frames.slice(0, 2));
});

test('by fields: a frame that lacks one of them is taken', () => {
  const frames = ['1:{"id":1}', '1:{"id":1}', '1:{"s":1}', '1:{"s":1}', '1:no', '1:no', '1:{"\\x":1}', '1:{"\\x":1}'];
  assert.deepEqual(taken({ by: ['s', 'id'], windowMs: 60_000 }, frames), frames);
});

test('by fields: long and many fields are told apart by all of their bytes', () => {
  const frame = (a: string, b: string): string => `1:{"a":${JSON.stringify(a)},"b":${JSON.stringify(b)}}`;
  const frames = [frame('x'.repeat(1_000), 'y'), frame(`${'x'.repeat(999)}z`, 'y'), frame('x', '"'), frame('x"', '')];
  assert.deepEqual(taken({ by: ['a', 'b'], windowMs: 60_000 }, [...frames, ...frames]), frames);
});

test('a frame is forgotten after the window', () => {
  const frames = ['1:{"id":1}', '1:{"id":2}', '1:{"id":1}', '1:{"id":1}', '1:{"id":1}'];
  assert.deepEqual(taken({ by: ['id'], windowMs: 2_000 }, frames), [frames[0], frames[1], frames[3]]);
});

test('at the largest number of entries the oldest is forgotten', () => {
  const frames = ['1:{"id":1}', '1:{"id":2}', '1:{"id":3}', '1:{"id":1}', '1:{"id":3}'];
  assert.deepEqual(taken({ by: ['id'], windowMs: 60_000 }, frames, 2), frames.slice(0, 4));
});

test('by content: what one connection says twice is taken twice, and what another said before is not', () => {
  const frames = ['1:a', '1:a', '2:a', '2:a', '2:a', '1:b', '1:a', '2:b'];
  assert.deepEqual(taken({ by: 'content', windowMs: 60_000 }, frames), ['1:a', '1:a', '2:a', '1:b']);
});

test('by content: content that is taken again is remembered from then on', () => {
  const frames = ['1:a', '1:b', '1:a', '1:c', '2:a'];
  assert.deepEqual(taken({ by: 'content', windowMs: 3_000 }, frames), frames.slice(0, 4));
});

test('by content: however long it is, little is kept of it', () => {
  const dedupe = new Dedupe({ by: 'content', windowMs: 60_000 });
  const data = Buffer.alloc(50_000, 'x');
  const before = process.memoryUsage().arrayBuffers;
  for (const isDuplicate of [false, true]) {
    for (let n = 0; n < 200; n++) {
      data.writeUInt32BE(n);
      assert.equal(dedupe.isDuplicate(data, Number(isDuplicate), 0), isDuplicate);
    }
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 2_000_000);
});

test('by content: two connections that tell the same, in any mix, give what one of them tells', () => {
  const text = fc.constantFrom('a', 'b', 'x'.repeat(100), 'y'.repeat(100));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), fc.array(fc.boolean()), (feed, mix) => {
      const dedupe = new Dedupe({ by: 'content', windowMs: 60_000 });
      const at = [0, 0];
      const out: string[] = [];
      const say = (connection: 0 | 1): void => {
        const next = feed[at[connection]!];
        at[connection]! += 1;
        if (next !== undefined && !dedupe.isDuplicate(Buffer.from(next), connection, 0)) out.push(next);
      };
      for (const isFirst of mix) say(isFirst ? 0 : 1);
      while (at[0]! < feed.length || at[1]! < feed.length) for (const connection of [0, 1] as const) say(connection);
      assert.deepEqual(out.toSorted(), feed.toSorted());
      assert.equal(dedupe.duplicates, feed.length);
    }),
  );
});

test('memory is bounded, however many frames come', () => {
  const dedupe = new Dedupe({ by: ['id'], windowMs: 1_000 }, 1_000);
  for (let n = 0; n < 20_000; n++) dedupe.isDuplicate(Buffer.from(`{"id":${n}}`), 1, n);
  assert.equal(dedupe.size, 1_000);
  dedupe.isDuplicate(Buffer.from('{}'), 1, 100_000);
  assert.equal(dedupe.size, 0);
});

test('whatever comes, whenever: what was taken within the window is not taken again, and nothing older is remembered', () => {
  const step = fc.record({
    waitMs: fc.constantFrom(0, 1, 400, 600, 999, 1_000, 1_001),
    connection: fc.integer({ min: 1, max: 3 }),
    id: fc.integer({ min: 0, max: 3 }),
    // Short ones are remembered as they are, long ones by a digest.
    isLong: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), fc.nat(10_000_000), (steps, isByContent, start) => {
      const windowMs = 1_000;
      const dedupe = new Dedupe({ by: isByContent ? 'content' : ['id'], windowMs });
      const known = new Map<string, { at: number; counts: Map<number, number> }>();
      let [now, duplicates] = [start, 0];
      for (const { waitMs, connection, id, isLong } of steps) {
        now += waitMs;
        const text = JSON.stringify({ id, ...(isLong ? { more: 'x'.repeat(80) } : {}) });
        for (const [key, { at }] of known) if (now - at > windowMs) known.delete(key);
        const key = isByContent ? text : String(id);
        const seen = known.get(key);
        const count = (seen?.counts.get(connection) ?? 0) + 1;
        // Of the same content, as many are taken as came over the connection that it came over most often.
        const isNew = seen === undefined || (isByContent && count > Math.max(...seen.counts.values()));
        if (seen === undefined) known.set(key, { at: now, counts: new Map([[connection, 1]]) });
        else seen.counts.set(connection, count);
        if (isNew && seen !== undefined) seen.at = now;
        if (!isNew) duplicates += 1;
        assert.equal(dedupe.isDuplicate(Buffer.from(text), connection, now), !isNew);
        assert.deepEqual([dedupe.size, dedupe.duplicates], [known.size, duplicates]);
      }
    }),
    { numRuns: 1_000 },
  );
});
