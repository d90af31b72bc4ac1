import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../lib/errors.js';
import { pageText, wholeLines } from '../../lib/sink/page-text.js';
import { pagesOf } from './pages.js';

const TEXTS = ['{"a":[1,{}]}', '2', '{"gap":1}'];

test('a line is whole when its line feed is there, too', () => {
  for (const count of [1, 2, 3]) {
    const [page] = pagesOf(TEXTS.slice(0, count), 3);
    const text = pageText('x', page, false);
    for (let length = 0; length <= text.bytes.length; length++) {
      const expected = text.bytes.toString('latin1', 0, length).split('\n').length - 1;
      assert.equal(wholeLines(text, length), expected, `${length} bytes`);
    }
  }
});

test('indented, each record ends where its line feed stands, and gaps are no records', () => {
  const [page] = pagesOf(TEXTS, 3);
  const { bytes, ends, recordsAmong } = pageText('x', page, true);
  assert.equal(bytes.toString(), '{\n  "a": [\n    1,\n    {}\n  ]\n}\n2\n{\n  "gap": 1\n}\n');
  assert.deepEqual(
    ends.map((end, index) => JSON.parse(bytes.toString('latin1', index === 0 ? 0 : ends[index - 1]! + 1, end))),
    TEXTS.map((text) => JSON.parse(text)),
  );
  assert.ok(ends.every((end) => bytes[end] === 0x0a));
  assert.deepEqual([recordsAmong(), recordsAmong(2)], [2, 2]);
});

test('what is no page is refused in the name of who was given it', () => {
  assert.throws(
    () => pageText('jsonlFile', 'text', false),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /^jsonlFile: Expected pages/);
      return true;
    },
  );
});
