import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eachValues } from '../../lib/plan/each.js';
import { lineReader } from '../../lib/plan/read-lines.js';
import { tempFolder } from '../support/temp-folder.js';

const options = { readLines: () => [], max: 10 };

test('each of several keys gives every combination, the first key slowest', () => {
  assert.deepEqual(eachValues({ a: [1, 2], b: ['x', 'y'] }, options), {
    combinations: [
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ],
  });
  assert.deepEqual(eachValues({}, options), { combinations: [{}] });
});

for (const [what, each, path, message] of [
  ['a value twice', { a: ['x', 'y', 'x'] }, ['each', 'a', 2], /^The value `x` stands here twice\. Leave one/],
  ['a number and the same as text', { a: [1, '1'] }, ['each', 'a', 1], /`1` stands here twice/],
  ['no values', { a: [], b: ['x'] }, ['each', 'a'], /^There are no values here/],
  [
    'more feeds than there may be',
    { a: [1, 2, 3, 4], b: [1, 2, 3] },
    ['each'],
    /^This makes 12 feeds, .* at most 10\./,
  ],
] as const) {
  test(`each refuses ${what}, with its place`, () => {
    const found = eachValues(each, options);
    assert.ok('problems' in found);
    assert.deepEqual(found.problems[0]!.path, path);
    assert.match(found.problems[0]!.message, message);
  });
}

test('a file of values has one a line: what is around it, empty lines and comments are left out', async (t) => {
  const folder = await tempFolder(t);
  await writeFile(join(folder, 'symbols.txt'), '# of today\nbtc\r\n\n  eth  \n');
  assert.deepEqual(lineReader(folder)('symbols.txt'), ['btc', 'eth']);
  await writeFile(join(folder, 'bytes.txt'), Buffer.of(0xff, 0xfe, 0xfd));
  await writeFile(join(folder, 'large.txt'), Buffer.alloc(1024 * 1024 + 1, 'x'));
  for (const [name, message] of [
    ['none.txt', /^The file none\.txt cannot be read: there is no such file\. Check its path/],
    ['.', /cannot be read: it is a folder/],
    ['bytes.txt', /is not UTF-8 text\. Name a file/],
    ['large.txt', /is larger than 1 MiB/],
    ['/dev/null', /is a device or a pipe/],
  ] as const) {
    const found = lineReader(folder)(name);
    assert.ok('problem' in found, name);
    assert.match(found.problem, message);
  }
});
