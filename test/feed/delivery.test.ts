import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePipelineText } from '../../lib/feed/pipeline-file.js';

const KAFKA = { type: 'kafka', config: { brokers: 'localhost', topic: { type: 'fixed', name: 'trades' } } };
const JSONL = { type: 'jsonl', config: { path: 'out.jsonl' } };

test('`delivery: exactly_once` has the name of the file for its transactional id, and gaps between the records', () => {
  const { sink, source } = parse({ delivery: 'exactly_once', name: 'trades' }, KAFKA);
  assert.deepEqual([transactionalId(sink), source.intake.gaps], ['trades', 'records']);
});

test('what the sink says of it goes first, and turns it on by itself', () => {
  const sink = { ...KAFKA, config: { ...KAFKA.config, transactional_id: 'mine' } };
  for (const top of [{ delivery: 'exactly_once', name: 'trades' }, { delivery: 'exactly_once' }, {}]) {
    assert.equal(transactionalId(parse(top, sink).sink), 'mine');
  }
});

test('without it there is none', () => {
  for (const top of [{ name: 'trades' }, { delivery: 'at_least_once', name: 'trades' }]) {
    const { sink, source } = parse(top, KAFKA);
    assert.deepEqual([transactionalId(sink), source.intake.gaps], [undefined, 'events']);
  }
});

for (const [what, top, sink, pipeline, message] of [
  ['a sink of files', { name: 'trades' }, JSONL, {}, /delivery: `exactly_once` takes a sink of type `kafka`\./],
  [
    'a feed without a name',
    {},
    KAFKA,
    {},
    /delivery: `exactly_once` knows the feed by its name.*Give the file a `name`\./m,
  ],
  [
    'a spool alone',
    { name: 'a' },
    KAFKA,
    { spool: './spool' },
    /delivery: `exactly_once` with a `spool` takes a `state` beside it\./m,
  ],
] as const) {
  test(`\`delivery: exactly_once\` refuses ${what} in a sentence`, () => {
    assert.throws(() => parse({ delivery: 'exactly_once', ...top }, sink, pipeline), message);
  });
}

test('it takes a spool beside a state', () => {
  const beside = { spool: './spool', state: './state' };
  assert.equal(transactionalId(parse({ delivery: 'exactly_once', name: 'a' }, KAFKA, beside).sink), 'a');
});

function parse(top: object, sink: object, pipeline: object = {}) {
  const source = { type: 'websocket', config: { url: 'ws://127.0.0.1/', unbounded: true } };
  return parsePipelineText(JSON.stringify({ version: 1, ...top, pipeline: { source, sink, ...pipeline } }));
}

function transactionalId(sink: object): unknown {
  return (sink as { readonly transactionalId?: string }).transactionalId;
}
