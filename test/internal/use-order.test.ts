import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Ordered, UseOrder } from '../../lib/internal/use-order.js';

interface One extends Ordered<One> {
  readonly id: number;
}

test('a UseOrder has the order of an array to whose end goes what is added or renewed', () => {
  const step = fc.record({ do: fc.constantFrom('add', 'remove', 'renew'), which: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const order = new UseOrder<One>();
      let model: One[] = [];
      for (const [id, { do: what, which }] of steps.entries()) {
        const one = what === 'add' ? { id, older: undefined, newer: undefined } : model[which % model.length];
        if (one === undefined) continue;
        if (what === 'add') order.add(one);
        else if (what === 'renew') order.renew(one);
        else order.remove(one);
        model = [...model.filter((other) => other !== one), ...(what === 'remove' ? [] : [one])];
        const seen: number[] = [];
        for (let at = order.oldest; at !== undefined; at = at.newer) seen.push(at.id);
        assert.deepEqual(
          seen,
          model.map((other) => other.id),
        );
        assert.equal(order.newest, model.at(-1));
      }
    }),
  );
});
