import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { ConfigError } from '../../lib/errors.js';
import { parsePipelineText } from '../../lib/feed/pipeline-file.js';
import { temporaryFolder } from '../sink/files.js';

const FEED = { url: 'ws://a', unbounded: true } as const;

test('with dead_letter a source refuses nothing for good, and `~/` is the home folder', () => {
  const { onParseError, onInvalidRecord, deadLetter } = resolveSourceConfig({ ...FEED, dead_letter: '~/a.jsonl' });
  assert.deepEqual([onParseError, onInvalidRecord, deadLetter], ['skip', 'skip', { path: join(homedir(), 'a.jsonl') }]);
});

test('dead_letter: null and undefined mean none', () => {
  for (const none of [null, undefined]) {
    const { onParseError, deadLetter } = resolveSourceConfig({ ...FEED, dead_letter: none });
    assert.deepEqual([onParseError, deadLetter], ['fail', undefined]);
  }
});

test('on_parse_error and on_invalid_record may be `skip` beside dead_letter, and not `fail`', () => {
  resolveSourceConfig({ ...FEED, dead_letter: 'a', on_parse_error: 'skip', on_invalid_record: 'skip' });
  for (const key of ['on_parse_error', 'on_invalid_record']) {
    assert.deepEqual(problemsOf({ dead_letter: 'a', [key]: 'fail' }), [
      [key, `\`${key}: fail\` ends the run by what \`dead_letter\` is there to keep. Leave out one of them.`],
    ]);
  }
});

for (const [path, message] of [
  ['', /at least 1|empty text/],
  ['~', /This is your home folder/],
  ['~bob/a.jsonl', /those of others are not looked up/],
  ['refused-%S.jsonl', /Nobody fills `%S` in here/],
  ['refused-{symbol}.jsonl', /Nobody fills `\{symbol\}` in here/],
  ['refused.jsonl.gz', /Dead letters are written as plain lines, not compressed: leave out `\.gz`/],
  ['refused.ZST', /leave out `\.ZST`/],
] as const) {
  test(`dead_letter does not take ${JSON.stringify(path)}, and neither does that of Kafka`, () => {
    const [[key, said] = []] = problemsOf({ dead_letter: path });
    assert.equal(key, 'dead_letter');
    assert.match(String(said), message);
    const kafka = {
      type: 'kafka',
      config: { brokers: ['a:1'], topic: { type: 'fixed', name: 'a' }, dead_letter: path },
    };
    assert.throws(
      () => parsePipelineText(pipelineText(FEED, kafka)),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  });
}

test('dead_letter is not the file of the sink, however that is written; placeholders count as what they stand for', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'a'));
  symlinkSync(join(folder, 'a'), join(folder, 'b'));
  for (const [letters, path] of [
    [join(folder, 'a', 'x.jsonl'), join(folder, 'a', 'x.jsonl')],
    [`${folder}/a/../a/x.jsonl`, join(folder, 'a', 'x.jsonl')],
    [join(folder, 'b', 'x.jsonl'), join(folder, 'a', 'x.jsonl')],
    ['./x.jsonl', 'x.jsonl'],
    ['~/x.jsonl', join(homedir(), 'x.jsonl')],
    [`$\{env:OUT}.jsonl`, 'x.jsonl'],
  ] as const) {
    const text = pipelineText({ ...FEED, dead_letter: letters }, { type: 'jsonl', config: { path } });
    assert.throws(
      () => parsePipelineText(text, { env: { OUT: 'x' } }),
      (error) =>
        error instanceof ConfigError &&
        error.problems[0]?.path === 'pipeline.source.config.dead_letter' &&
        error.problems[0].message === 'The sink writes its records to this very file. Give another one.',
      letters,
    );
  }
  parsePipelineText(pipelineText({ ...FEED, dead_letter: 'x.jsonl' }, { type: 'jsonl', config: { path: 'y.jsonl' } }));
});

test('dead_letter with a time in it goes to files that are finished one after another, and so does that of Kafka', () => {
  const { deadLetter } = resolveSourceConfig({ ...FEED, dead_letter: '~/dead/%Y.jsonl.gz' });
  assert.deepEqual(deadLetter, { path: join(homedir(), 'dead/%Y.jsonl.gz') });
  const roll = { every: '1h', bytes: '1kB' };
  const { deadLetter: given } = resolveSourceConfig({ ...FEED, dead_letter: { path: '~/a.jsonl', roll } });
  assert.deepEqual(given, { path: join(homedir(), 'a.jsonl'), roll: { everyMs: 3_600_000, bytes: 1_000 } });
  const ofKafka = (dead_letter: unknown) => {
    const kafka = { brokers: ['a:1'], topic: { type: 'fixed', name: 'a' }, dead_letter };
    return parsePipelineText(pipelineText(FEED, { type: 'kafka', config: kafka }));
  };
  assert.doesNotThrow(() => ofKafka('~/dead/%Y.jsonl.gz'));
  assert.doesNotThrow(() => ofKafka({ path: '~/a.jsonl', roll }));
  assert.throws(() => ofKafka({ path: '~/a.jsonl', roll: { every: 'often' } }), /dead_letter\.roll\.every: /);
});

function problemsOf(config: object): (readonly [string, string])[] {
  try {
    resolveSourceConfig({ ...FEED, ...config });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path, message }) => [path, message]);
    throw error;
  }
  return [];
}

function pipelineText(config: object, sink: object): string {
  return JSON.stringify({ version: 1, pipeline: { source: { type: 'websocket', config }, sink } });
}
