import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameFactsList } from '../../lib/batch/frame-facts-list.js';

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
