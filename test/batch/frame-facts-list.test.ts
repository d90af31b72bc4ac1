import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameFactsList } from '../../lib/batch/frame-facts-list.js';
import { heapInUse } from '../support/gc.js';

test('whatever frames came, every record keeps the facts of its own', () => {
  const step = fc.record({
    sequence: fc.constantFrom(0, 1, 1, 1, 2),
    receivedAt: fc.constantFrom(0, 0, 0, 1),
    connection: fc.constantFrom(0, 0, 0, 0, 1),
    isBinary: fc.boolean(),
    url: fc.constantFrom('ws://a', 'ws://a', 'ws://b'),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const list = new FrameFactsList();
      let [sequence, receivedAt, connection] = [0, 1_000, 1];
      const expected = steps.map((by) => {
        sequence += by.sequence;
        receivedAt += by.receivedAt;
        connection += by.connection;
        return { sequence, receivedAt, connection, isBinary: by.isBinary, url: by.url };
      });
      for (const facts of expected) list.add(facts);
      assert.deepEqual(
        expected.map((_, index) => list.at(index)),
        expected,
      );
    }),
    { numRuns: 2_000 },
  );
});

test('frames that are added many at once are those that are added one by one', () => {
  const run = fc.record({
    skipped: fc.constantFrom(0, 0, 1, 3),
    count: fc.constantFrom(0, 1, 1, 2, 5),
    repeats: fc.boolean(),
    receivedAt: fc.constantFrom(0, 0, 1),
  });
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 30 }), (runs) => {
      const list = new FrameFactsList();
      const expected: unknown[] = [];
      let [sequence, receivedAt] = [0, 1_000];
      for (const { skipped, count, repeats, receivedAt: later } of runs) {
        sequence += skipped;
        receivedAt += later;
        const facts = { sequence, receivedAt, connection: 1, isBinary: false, url: 'ws://a' };
        if (repeats) {
          list.add(facts);
          expected.push(facts);
        }
        if (count > 0) list.addRun({ ...facts, sequence: 7 }, sequence, count);
        for (let n = 0; n < count; n++) expected.push({ ...facts, sequence: sequence + n });
        sequence += count;
      }
      assert.deepEqual(
        expected.map((_, index) => list.at(index)),
        expected,
      );
    }),
    { numRuns: 2_000 },
  );
});

test('no frame is kept, and so none of the chunk that its bytes lie in', async () => {
  const list = new FrameFactsList();
  const add = (sequence: number): WeakRef<object> => {
    const frame = { sequence, receivedAt: 1, connection: 1, isBinary: false, url: 'ws://a', data: Buffer.alloc(9) };
    list.add(frame);
    return new WeakRef(frame);
  };
  const frames = [add(1), add(2), add(3)];
  await heapInUse();
  assert.deepEqual(
    frames.map((frame) => frame.deref()),
    [undefined, undefined, undefined],
  );
  assert.equal(list.at(2).sequence, 3);
});
