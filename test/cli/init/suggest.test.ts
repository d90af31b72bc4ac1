import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fieldsOf } from '../../../lib/cli/init/fields.js';
import { suggest } from '../../../lib/cli/init/suggest.js';

type Given = string | Buffer;

for (const [what, frames, expected, note] of [
  [
    'records as JSON',
    ['{"a":1}', '[1]'],
    { messageFormat: 'json' },
    /^It sent 2 frames within 1\.0 s: text, 5 B on average\.$/,
  ],
  [
    'JSON and something else',
    ['{"a":1}', 'hello', '{}'],
    { messageFormat: 'json', onParseError: 'skip' },
    /^1 of them are no JSON, and are dropped\.$/,
  ],
  [
    'arrays of objects',
    ['[{"a":1}]', '[{"a":2},{"a":3}]'],
    { messageFormat: 'json', recordsPath: '' },
    /^Each frame holds an array of objects: each of them becomes a record\.$/,
  ],
  [
    'objects with an array of objects',
    ['{"n":1,"data":[{"a":1}]}'],
    { messageFormat: 'json', recordsPath: 'data' },
    /array of/,
  ],
  ['arrays that are empty', ['[]', '[{"a":1}]'], { messageFormat: 'json' }, /^It sent 2/],
  ['arrays of numbers', ['[1]', '[2]'], { messageFormat: 'json' }, /^It sent 2/],
  [
    'an array below a key that one of them lacks',
    ['{"data":[{"a":1}]}', '{"x":1}'],
    { messageFormat: 'json' },
    /^It sent 2/,
  ],
  [
    'an array below a key that no path is good for',
    ['{"a b":[{"a":1}]}'],
    { messageFormat: 'json' },
    /^It sent 1 frame/,
  ],
  [
    'an array of objects beside what is no JSON',
    ['[{"a":1}]', 'x'],
    { messageFormat: 'json', onParseError: 'skip' },
    /1 of/,
  ],
  [
    'several JSON texts, each on its line',
    ['{"a":1}\n{"a":2}\n', '{"a":3}\n{"a":4}'],
    { messageFormat: 'json', split: 'lines' },
    /^Each frame holds .*: each of them becomes a record\.$/,
  ],
  ['text', ['hello', 'you there'], { messageFormat: 'raw_string' }, /^They are no JSON: they are stored as text\.$/],
  [
    'bytes',
    [Buffer.from([0xff, 0, 0xfe]), Buffer.from([0xff, 1])],
    { messageFormat: 'binary' },
    /^They are no text.*base64\.$/,
  ],
  [
    'compressed JSON',
    [gzipSync('{"a":1}'), gzipSync('{"a":2}')],
    { messageFormat: 'json', decompress: 'gzip' },
    /^Its binary frames are compressed: `decompress: gzip`\.$/,
  ],
  [
    'frames of both kinds',
    ['{"a":1}', Buffer.from('{"a":2}')],
    { messageFormat: 'json' },
    /: 1 of them binary, 7 B on/,
  ],
  ['binary JSON', [Buffer.from('{"a":2}')], { messageFormat: 'json' }, /: binary, 7 B on average\.$/],
] as const satisfies readonly (readonly [string, readonly Given[], object, RegExp])[]) {
  test(`for a feed of ${what} it suggests ${JSON.stringify(expected)}`, () => {
    const found = suggest(observed(frames))!;
    const { notes, fields: _, ...settings } = found;
    const none = { decompress: undefined, onParseError: undefined, split: undefined, recordsPath: undefined };
    assert.deepEqual(settings, { ...none, ...expected });
    assert.ok(
      notes.some((one) => note.test(one)),
      notes.join('\n'),
    );
  });
}

test('nothing is suggested for a feed that says nothing', () => {
  assert.equal(suggest(observed([])), undefined);
});

test('fields are those of the records, wherever these stand', () => {
  for (const frames of [
    ['{"a":1}', '{"a":2}'],
    ['[{"a":1},{"a":2}]'],
    ['{"d":[{"a":1}]}', '{"d":[{"a":2}]}'],
    ['{"a":1}\n{"a":2}'],
  ]) {
    assert.deepEqual(
      suggest(observed(frames))!.fields.map(({ path, type, example }) => [path, type, example]),
      [['a', 'number', '1']],
    );
  }
});

test('a field is told by its path, its types and an example, two levels deep', () => {
  const records = [
    { a: { b: 1, c: { d: 1 } }, 'no path': 1, e: null },
    { a: { b: 'x' }, e: [1], f: true },
  ];
  assert.deepEqual(fieldsOf(records), [
    { path: 'a.b', type: 'number or string', example: '1', use: undefined },
    { path: 'a.c', type: 'object', example: '{"d":1}', use: undefined },
    { path: 'e', type: 'null or array', example: 'null', use: undefined },
    { path: 'f', type: 'boolean', example: 'true', use: undefined },
  ]);
  assert.deepEqual(fieldsOf(['text', null, [1]]), []);
});

test('an example is clipped, fields are no more than twenty, and long keys are none', () => {
  const example = fieldsOf([{ a: 'x'.repeat(100) }])[0]?.example;
  assert.equal(example, `"${'x'.repeat(39)}…`);
  assert.equal(fieldsOf([{ a: 'x'.repeat(38) }])[0]!.example, `"${'x'.repeat(38)}"`);
  const wide = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, n]));
  const fields = fieldsOf([wide, wide]);
  assert.deepEqual([fields.length, fields.at(-1)?.path], [20, 'k19']);
  assert.deepEqual(fieldsOf([{ [`k${'x'.repeat(61)}`]: 1, [`k${'x'.repeat(60)}`]: 1 }]).length, 1);
});

for (const [what, values, key, use] of [
  ['numbers that count up', [5, 6, 7], 'seq', 'counts up'],
  ['two numbers, which say little', [5, 6], 'seq', undefined],
  ['numbers with a hole', [5, 6, 8], 'seq', undefined],
  ['numbers that are not whole', [0.5, 1.5, 2.5], 'seq', undefined],
  ['names', ['A', 'B', 'A'], 'symbol', 'names a thing'],
  ['names below another key', ['A', 'B', 'A'], 'data.product_id', 'names a thing'],
  ['texts of any other key', ['A', 'B', 'A'], 'text', undefined],
  ['numbers of a key that names', [5, 5, 5], 'symbol', undefined],
  ['names that one record lacks', ['A', 'B', undefined, 'A'], 's', undefined],
] as const) {
  test(`${what} are good for ${use ?? 'nothing that is known'}`, () => {
    const keys = key.split('.');
    const records = values.map((value) =>
      value === undefined ? {} : keys.reduceRight<unknown>((inner, one) => ({ [one]: inner }), value),
    );
    assert.equal(fieldsOf(records).find(({ path }) => path === key)?.use, use);
  });
}

function observed(frames: readonly Given[]) {
  const data = frames.map((frame) => ({ data: Buffer.from(frame), isBinary: typeof frame !== 'string' }));
  return { frames: data, tookMs: 1_000 } as never;
}
