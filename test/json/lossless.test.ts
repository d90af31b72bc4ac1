import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadLossless } from '../../lib/json/lossless.js';
import { loadLossless as loadBundledLossless } from '../../lib/json/lossless-bundled.js';

test('what bundlers take does what Node.js loads when it is used', () => {
  const text = '{"n":9007199254740993,"a":[1.10]}';
  const [found, bundled] = [loadLossless, loadBundledLossless].map((load) => load().stringify(load().parse(text)));
  assert.deepEqual([found, bundled], [text, text]);
});
