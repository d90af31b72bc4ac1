import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { integerAt } from '../../lib/json/integer.js';

function read(text: string): number | bigint | undefined {
  const bytes = Buffer.from(`,${text},`);
  return integerAt(bytes, 1, bytes.length - 1);
}

test('whole numbers are read exactly, as a bigint only where a number would be rounded', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.boolean(), (exact, isQuoted) => {
      const isSafe = BigInt(Number.MIN_SAFE_INTEGER) <= exact && exact <= BigInt(Number.MAX_SAFE_INTEGER);
      assert.equal(read(isQuoted ? `"${exact}"` : `${exact}`), isSafe ? Number(exact) : exact);
    }),
  );
  for (const edge of [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 10n ** 15n, -(2n ** 53n)]) {
    const value = read(`${edge}`);
    assert.equal(BigInt(value!), edge);
    assert.equal(typeof value, Number.isSafeInteger(Number(edge)) ? 'number' : 'bigint');
  }
});

test('anything else is no whole number', () => {
  for (const text of ['', '-', '"', '""', '1.5', '1e3', 'true', 'null', '"a1"', '" 1"', '[1]', '1'.repeat(41)]) {
    assert.equal(read(text), undefined, text);
  }
});
