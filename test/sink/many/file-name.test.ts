import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileNameOf } from '../../../lib/sink/many/file-name.js';

for (const [key, name] of Object.entries({
  'BTC-USD': 'BTC-USD',
  'a_b.1': 'a_b.1',
  '': '%',
  '.': '%2E',
  '..': '%2E%2E',
  '../etc/passwd': '%2E.%2Fetc%2Fpasswd',
  'C:\\x': 'C%3A%5Cx',
  '-rf': '%2Drf',
  '100%': '100%25',
  'a\0b\n': 'a%00b%0A',
  'a ': 'a%20',
  'a.': 'a%2E',
  'ü€😀': '%C3%BC%E2%82%AC%F0%9F%98%80',
  '\ud800': '%ud800',
  CON: '%43ON',
  'nul.txt': '%6Eul.txt',
  com1: '%63om1',
  console: 'console',
})) {
  test(`the file name of ${JSON.stringify(key)} is ${name}`, () => assert.equal(fileNameOf(key), name));
}

test('a long key is cut, and keeps a name of its own', () => {
  const [one, other] = ['a', 'b'].map((end) => fileNameOf('x'.repeat(300) + end));
  assert.match(one!, /^x{134}%-[0-9a-f]{64}$/);
  assert.equal(one!.length, 200);
  assert.notEqual(one, other);
  assert.equal(fileNameOf('x'.repeat(200)), 'x'.repeat(200));
});

test('no two keys have the same file name, and none leads out of its folder', () => {
  const keys = fc.string({
    unit: fc.constantFrom('.', '-', '%', '/', '2', 'E', 'u', 'C', 'O', 'N', ' ', '\ud800', 'é'),
  });
  fc.assert(
    fc.property(keys, keys, (one, other) => {
      assert.match(fileNameOf(one), /^(?![.-])[\w.%-]+(?<!\.)$/);
      assert.equal(fileNameOf(one) === fileNameOf(other), one === other);
    }),
  );
});
