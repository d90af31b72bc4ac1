import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangesOf, rangesText, recordsOf } from '../../lib/sink/ranges.js';
import { pagesOf } from './pages.js';

const among = (sequences: readonly number[], count = Math.max(...sequences) + 1) => {
  const pages = pagesOf(
    Array.from({ length: count }, (_, n) => `${n}`),
    7,
  );
  return rangesOf(recordsOf(pages, (page, index) => !sequences.includes(page.frame(index).sequence)));
};

test('records whose frames follow each other are one range, in whatever order they come', () => {
  assert.deepEqual(among([0, 1, 2, 5, 9, 10]), [
    { first: 0, last: 2, records: 3 },
    { first: 5, last: 5, records: 1 },
    { first: 9, last: 10, records: 2 },
  ]);
  const [page] = pagesOf(['0', '1', '2'], 3);
  assert.deepEqual(rangesOf([2, 0, 1, 1].map((index) => [page!, index])), [{ first: 0, last: 2, records: 4 }]);
  assert.deepEqual(rangesOf([]), []);
});

test('gaps between records are none of them', () => {
  const pages = pagesOf(['0', '{"gap":1}', '2'], 3);
  assert.deepEqual(rangesOf(recordsOf(pages)), [
    { first: 0, last: 0, records: 1 },
    { first: 2, last: 2, records: 1 },
  ]);
});

test('of more than a hundred ranges the last takes in all that follow', () => {
  const even = Array.from({ length: 120 }, (_, n) => 2 * n);
  const ranges = among(even);
  assert.equal(ranges.length, 100);
  assert.deepEqual(ranges[98], { first: 196, last: 196, records: 1 });
  assert.deepEqual(ranges[99], { first: 198, last: 238, records: 21 });
});

for (const [sequences, text] of [
  [[3], 'frame 3'],
  [[3, 4], 'frames 3 to 4'],
  [[3, 4, 7], 'frames 3 to 4 and 7'],
  [[1, 3, 5, 7, 9], 'frames 1, 3, 5, 7 and 9'],
  [[1, 3, 5, 7, 9, 11], 'frames 1, 3, 5, 7, 9 and 1 more ranges up to 11'],
] as const) {
  test(`${sequences.join(', ')} are told as ${text}`, () => assert.equal(rangesText(among(sequences)), text));
}
