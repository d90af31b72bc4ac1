import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyReader, type PartitionKey } from '../../../lib/sink/many/partition-key.js';
import { pagesOf } from '../pages.js';

const KEYS = ['"a"', '"a"', '"ab"', '"\\u0061"', '1.0', '1', 'true', 'null', '{}', '[1]', '"1"'];
const [page] = pagesOf([...KEYS.map((key) => `{"k":${key}}`), '{"x":1}'], 20);

function keysBy(key: PartitionKey): unknown[] {
  const read = keyReader(key)(page!);
  return page!.ends.map((_, index) => read(index));
}

test('keys are read as they are written, also where neighbours are alike, or nearly', () => {
  const none = undefined;
  assert.deepEqual(keysBy('k'), ['a', 'a', 'ab', 'a', '1.0', '1', 'true', none, none, none, '1', none]);
});

test('a function gives a text, or what is written as one; nothing where there is no key', () => {
  const given = ['a', 5, 5n, true, null, undefined, '', 0, false, 'b', 'b', 'c'];
  let next = 0;
  assert.deepEqual(
    keysBy(() => given[next++]),
    ['a', '5', '5', 'true', undefined, undefined, '', '0', 'false', 'b', 'b', 'c'],
  );
});
