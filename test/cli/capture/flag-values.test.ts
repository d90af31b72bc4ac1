import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { asFlags, textOrFile, valuesOf } from '../../../lib/cli/capture/flag-values.js';
import type { Flag, FlagSchema } from '../../../lib/cli/capture/flags.js';
import { givenOf } from '../../../lib/cli/preview/feed-config.js';
import { targetKind } from '../../../lib/cli/preview/target.js';
import { ConfigError } from '../../../lib/errors.js';
import { pipelineFileSchema } from '../../../lib/feed/pipeline-schema.js';
import { temporaryFolder } from '../../sink/files.js';

/** A flag with this key, as commander names what it was given. */
function flag(key: string, schema: FlagSchema, split?: Flag['split']): Flag {
  const attributeName = (): string => key.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
  return { key, schema, split, option: { attributeName } } as unknown as Flag;
}

for (const [what, schema, text, value] of [
  ['a text', { type: 'string' }, '5', '5'],
  ['a text that looks like a file is none', { type: 'string' }, '@x', '@x'],
  ['a number', { type: 'integer' }, '5', 5],
  ['a number as text, where it is none', { type: 'integer' }, 'x', 'x'],
  ['a number or a word', { anyOf: [{ type: 'integer' }, { type: 'string' }] }, '5s', '5s'],
  ['an object', { type: 'object' }, '{"a":1}', { a: 1 }],
  ['an array', { type: 'array' }, '[1]', [1]],
  ['null, where that is taken', { anyOf: [{ type: 'object' }, { type: 'null' }] }, 'null', null],
  ['an object or a word', { anyOf: [{ type: 'object' }, { type: 'string' }] }, 'word', 'word'],
  ['a flag without a value', { type: 'boolean' }, true, true],
  ['texts', { type: 'array', items: { type: 'string' } }, ['a', '5'], ['a', '5']],
  ['texts of which one is to begin with @', { type: 'array', items: { type: 'string' } }, ['@@a', '@'], ['@a', '@']],
  [
    'objects, one or a whole list at a time',
    { type: 'array', items: { type: 'object' } },
    ['{"a":1}', '[{"b":2},{}]'],
    [{ a: 1 }, { b: 2 }, {}],
  ],
] as const satisfies readonly (readonly [string, FlagSchema, unknown, unknown])[]) {
  test(`a flag is read as its key takes it: ${what}`, async () => {
    const flags = [flag('some_key', schema), flag('other', { type: 'string' })];
    assert.deepEqual(await valuesOf(flags, { someKey: text }), { some_key: value });
  });
}

test('a list that is written in one text is split', async () => {
  const flags = [flag('keys', { type: 'array' }, (text) => text.split('+'))];
  assert.deepEqual(await valuesOf(flags, { keys: ['a+b', 'c'] }), { keys: ['a', 'b', 'c'] });
});

test('what is no JSON where that is expected is refused, with an example where there is one', async () => {
  for (const [schema, message] of [
    [{ type: 'object' }, '--some-key: Expected JSON, or @file for a file that holds it.'],
    [
      { type: 'object', examples: [{ a: 1 }] },
      '--some-key: Expected JSON, such as \'{"a":1}\', or @file for a file that holds it.',
    ],
  ] as const) {
    for (const text of ['x', '[1]', '5']) {
      await assert.rejects(valuesOf([flag('some_key', schema)], { someKey: text }), { message });
    }
  }
});

test('a file is what it holds, without its last line break, up to a mebibyte', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'f');
  for (const [content, text] of [
    ['a\n', 'a'],
    ['a\r\n', 'a'],
    ['a\n\n', 'a\n'],
    ['x'.repeat(1024 * 1024), 'x'.repeat(1024 * 1024)],
  ] as const) {
    writeFileSync(path, content);
    assert.equal(await textOrFile(`@${path}`, '--x'), text);
  }
  writeFileSync(path, 'x'.repeat(1024 * 1024 + 1));
  await assert.rejects(textOrFile(`@${path}`, '--x'), { message: `--x: The file ${path} is larger than 1 MiB.` });
  await assert.rejects(textOrFile(`@${folder}/none`, '--x'), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /^--x: The file .*none cannot be read: ENOENT/);
    return true;
  });
});

test('problems of the configuration are told by the flags', () => {
  const error = new ConfigError(
    ['batch_size', 'headers.X', 'url', 'urls[1]', 'other'].map((path) => ({ path, message: 'Wrong.' })),
  );
  const flags = [flag('batch_size', {}), flag('headers', {})];
  assert.deepEqual(
    asFlags(error, flags).problems.map(({ path }) => path),
    ['--batch-size', '--headers.X', 'URL', 'URL', 'other'],
  );
});

test('a preview wants at least one record, and a path that can be read', async () => {
  const flags = [flag('max_messages', { type: 'integer' }), flag('records_path', { type: 'string' })];
  assert.deepEqual(await givenOf('address', flags, { maxMessages: '1', recordsPath: 'a.b' }), {
    maxMessages: 1,
    idleTimeout: undefined,
    recordsPath: 'a.b',
  });
  for (const maxMessages of ['0', '-1', '1.5', 'x']) {
    await assert.rejects(givenOf('address', flags, { maxMessages }), {
      message: '--max-messages: Expected a whole number of at least 1.',
    });
  }
  await assert.rejects(givenOf('address', flags, { recordsPath: 'a..b' }), { message: /^--records-path: / });
});

test('flags are refused where they have no meaning', async () => {
  const flags = [flag('records_path', { type: 'string' }), flag('idle_timeout', { type: 'string' })];
  const file = 'With a pipeline file this stands in the file: write it there.';
  const recording = 'It is for feeds, and this is a recorded file. Leave it out.';
  for (const [kind, options, message] of [
    ['pipeline', { recordsPath: 'a' }, `--records-path: ${file}`],
    ['pipeline', { header: ['a'] }, `--header: ${file}`],
    ['pipeline', { splitOn: ',' }, `--split-on: ${file}`],
    ['pipeline', { filter: 'a' }, `--filter: ${file}`],
    ['recording', { idleTimeout: '5s' }, `--idle-timeout: ${recording}`],
  ] as const) {
    await assert.rejects(givenOf(kind, flags, options), { message });
  }
  assert.equal((await givenOf('recording', flags, { recordsPath: 'a' })).recordsPath, 'a');
  assert.equal((await givenOf('pipeline', flags, { idleTimeout: '5s' })).idleTimeout, '5s');
});

test('what is named is an address, a pipeline file or a recorded one, by its name and what it holds', async (t) => {
  const folder = temporaryFolder(t);
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  for (const [target, kind] of [
    ['wss://x/feed.yaml', 'address'],
    ['-', 'pipeline'],
    ['feed.yaml', 'pipeline'],
    ['feed.YML', 'pipeline'],
    ['example.com', 'address'],
    ['none.jsonl', 'recording'],
    ['./none', 'recording'],
    [file('plain', 'x'), 'recording'],
    [file('a.json', ' {"version":1,"pipeline":{"source":{}}}'), 'pipeline'],
    ...[...Object.keys(pipelineFileSchema.properties), 'x-of-ours'].map(
      (key) => [file(`${key}.json`, JSON.stringify({ [key]: {}, pipeline: { source: {} } })), 'pipeline'] as const,
    ),
    [file('b.json', '{"price":1}'), 'recording'],
    [file('d.json', '{"state":"open","price":1}'), 'recording'],
    [file('c.jsonl', '{"version":1,"pipeline":{"source":{}}}'), 'recording'],
  ] as const) {
    assert.equal(await targetKind(target), kind, target);
  }
});
