import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameNumber } from '../../lib/json/decimal.js';

test('numbers are the same however they are written', () => {
  for (const [a, b] of [
    ['1', '1'],
    ['1', '1.0'],
    ['10', '1e1'],
    ['12300', '1.23e+4'],
    ['0', '-0'],
    ['0', '0.00e5'],
    ['0.5', '5e-1'],
    ['-20', '-2E1'],
    ['9007199254740993', '9007199254740993.0'],
    ['1e400', '10e399'],
  ] as const) {
    assert.equal(isSameNumber(a, b), true, `${a} ${b}`);
    assert.equal(isSameNumber(b, a), true, `${b} ${a}`);
  }
});

test('numbers that are not the same are not, also past 2^53', () => {
  for (const [a, b] of [
    ['1', '-1'],
    ['1', '10'],
    ['0', '1'],
    ['0.5', '0.50001'],
    ['9007199254740993', '9007199254740992'],
    ['1e400', '1e401'],
    ['1', '1.5'],
  ] as const) {
    assert.equal(isSameNumber(a, b), false, `${a} ${b}`);
    assert.equal(isSameNumber(b, a), false, `${b} ${a}`);
  }
});
