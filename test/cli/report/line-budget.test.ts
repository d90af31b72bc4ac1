import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineBudget } from '../../../lib/cli/report/line-budget.js';

describe('LineBudget', () => {
  it('grants fifty lines in ten seconds, and counts the others', () => {
    let now = 0;
    const budget = new LineBudget(() => now);
    const granted = Array.from({ length: 60 }, () => budget.take());
    assert.deepEqual(granted, [...Array(50).fill(0), ...Array(10).fill(undefined)]);
    now = 9_999;
    assert.equal(budget.take(), undefined);
    now = 10_000;
    assert.equal(budget.take(), 11);
    assert.equal(budget.take(), 0);
  });
});
