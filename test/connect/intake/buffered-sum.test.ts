import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BufferedSum } from '../../../lib/connect/intake/buffered-sum.js';

describe('BufferedSum', () => {
  it('is the sum over the items that wait, whatever is added and read', () => {
    const act = fc.oneof(
      fc.record({ add: fc.nat(1_000) }),
      fc.record({ read: fc.nat(6) }),
      fc.constant({ read: Number.POSITIVE_INFINITY }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const sum = new BufferedSum();
        let waiting: number[] = [];
        for (const one of acts) {
          if ('add' in one) {
            waiting.push(one.add);
            assert.equal(sum.added(one.add, waiting.length), total(waiting));
          } else waiting = waiting.slice(one.read);
          assert.equal(sum.of(waiting.length), total(waiting));
        }
      }),
    );
  });

  it('does not count an item that was read before it was added to the sum', () => {
    const sum = new BufferedSum();
    assert.equal(sum.added(5, 0), 0);
    assert.equal(sum.added(7, 1), 7);
    assert.equal(sum.of(0), 0);
  });

  it('stays right over far more items than ever wait', () => {
    const sum = new BufferedSum();
    let waiting: number[] = [];
    for (let n = 0; n < 20_000; n++) {
      waiting.push(n % 97);
      sum.added(n % 97, waiting.length);
      if (n % 1_500 === 0) waiting = waiting.slice(-3);
      if (n % 500 === 0) assert.equal(sum.of(waiting.length), total(waiting));
    }
    assert.equal(sum.of(waiting.length), total(waiting));
  });
});

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
