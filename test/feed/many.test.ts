// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the placeholders of pipeline files.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../../lib/errors.js';
import {
  loadPipelines,
  type PipelineOptions,
  parsePipelines,
  parsePipelineText,
} from '../../lib/feed/pipeline-file.js';
import { tempFolder } from '../support/temp-folder.js';

const $ = (inside: string) => `$\{${inside}}`;
const SOURCE = 'source: { type: websocket, config: { url: "ws://x/{s}", unbounded: true } }';
const SINK = (path: string) => `sink: { type: jsonl, config: { path: "${path}" } }`;
const file = (top: string, ...pipeline: string[]) =>
  `version: 1\n${top}\npipeline:\n${pipeline.map((line) => `  ${line}\n`).join('')}`;

/** Name, address and path of each feed. */
function planned(text: string, options: PipelineOptions = {}): [string | undefined, string, unknown][] {
  const { feeds } = parsePipelines(text, { env: {}, ...options });
  return feeds.map(({ name, source, sink }) => [name, source.url, (sink as { readonly path?: unknown }).path]);
}

function problems(text: string, options: PipelineOptions = {}): string[] {
  try {
    parsePipelines(text, { env: {}, ...options });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.split('\n');
  }
}

test('each makes a feed for each value, which fills its address and any other value', () => {
  const text = file('each: { s: [btc, eth] }', SOURCE, SINK(`${$('each.s')}.jsonl`));
  assert.deepEqual(planned(text), [
    ['btc', 'ws://x/btc', 'btc.jsonl'],
    ['eth', 'ws://x/eth', 'eth.jsonl'],
  ]);
  assert.deepEqual(planned(`name: trades\n${text}`, { context: { s: 'of --set' } }), [
    ['trades-btc', 'ws://x/btc', 'btc.jsonl'],
    ['trades-eth', 'ws://x/eth', 'eth.jsonl'],
  ]);
  assert.equal(parsePipelines(text, {}).isMany, true);
});

test('a value of each keeps its type where its placeholder is all that stands there', () => {
  const sized = `source: { type: websocket, config: { url: "ws://x", unbounded: true, batch_size: "${$('each.n')}" } }`;
  const { feeds } = parsePipelines(file('each: { n: [5, 6] }', sized, 'sink: { type: stdout }'));
  assert.deepEqual(
    feeds.map(({ source }) => source.batchSize),
    [5, 6],
  );
});

test('values come out of a file beside the pipeline file', async (t) => {
  const folder = await tempFolder(t);
  await writeFile(join(folder, 'symbols.txt'), 'btc\neth\n');
  await writeFile(join(folder, 'feeds.yaml'), file('each: { s: symbols.txt }', SOURCE, SINK(`${$('each.s')}.jsonl`)));
  const { feeds } = await loadPipelines(join(folder, 'feeds.yaml'));
  assert.deepEqual(
    feeds.map(({ name }) => name),
    ['btc', 'eth'],
  );
});

test('a row is merged onto the pipeline deeply: lists and values take the place of what was there, null leaves a key out', () => {
  const text = `${file(
    'name: n\nvars: { d: 20, e: 1 }',
    `source: { type: websocket, config: { url: "ws://x?d=${$('vars.d')}&e=${$('vars.e')}", unbounded: true, max_messages: 7, subscribe_messages: [a, b] } }`,
    SINK(`${$('row.id')}.jsonl`),
    'state: s',
  )}matrix:
  - id: a
  - id: 2
    vars: { d: 5 }
    state: { path: t }
    source: { config: { subscribe_messages: [c], max_messages: null, protocols: ["${$('row.sink.config.path')}"] } }
    sink: { config: { path: other, append: true } }
`;
  const { feeds } = parsePipelines(text);
  assert.deepEqual(
    feeds.map(({ name, source, sink, state }) => [
      ...[name, source.url, source.subscribeMessages, source.maxMessages, state?.path, source.protocols],
      ...[(sink as { append?: unknown }).append, (sink as { path?: unknown }).path],
    ]),
    [
      ['n-a', 'ws://x?d=20&e=1', ['a', 'b'], 7, 's', [], false, 'a.jsonl'],
      ['n-2', 'ws://x?d=5&e=1', ['c'], undefined, 't', ['other'], true, 'other'],
    ],
  );
});

test('rows and values make every combination, and a name with a placeholder of them is the whole name', () => {
  const top = `name: "${$('each.s')} of ${$('row.id')}"\neach: { s: [btc, eth] }\nmatrix: [{ id: one }, { id: two }]`;
  assert.deepEqual(
    planned(file(top, SOURCE, SINK(`${$('row.id')}/${$('each.s')}`))).map(([name]) => name),
    ['btc of one', 'eth of one', 'btc of two', 'eth of two'],
  );
});

test('a source or sink begins with the template that ref names, which a placeholder may do', () => {
  const text = file(
    'each: { x: [one, two] }\nmatrix: [{ id: a }, { id: b, source: { ref: three, config: { batch_size: 7 } } }]',
    'sources:',
    '  one: { type: websocket, config: { url: "ws://one", unbounded: true, batch_size: 1 } }',
    `  two: { type: websocket, config: { url: "${$('sources.one.config.url')}/two", max_messages: 5 } }`,
    '  three: { type: websocket, config: { url: "ws://three", unbounded: true } }',
    `source: { ref: "${$('each.x')}", config: { batch_size: 9 } }`,
    `sinks: { lines: { type: jsonl, config: { path: "${$('row.id')}-${$('each.x')}" } } }`,
    'sink: { ref: lines }',
  );
  const { feeds } = parsePipelines(text);
  assert.deepEqual(
    feeds.map(({ name, source, sink }) => [name, source.url, source.batchSize, (sink as { path?: unknown }).path]),
    [
      ['a-one', 'ws://one', 9, 'a-one'],
      ['a-two', 'ws://one/two', 9, 'a-two'],
      ['b-one', 'ws://three', 7, 'b-one'],
      ['b-two', 'ws://three', 7, 'b-two'],
    ],
  );
});

test('a file of one feed may use templates, too, and is none of many', () => {
  const text = file(
    'name: n',
    'sources: { one: { type: websocket, config: { url: "ws://one", unbounded: true } } }',
    'source: { ref: one }',
    'sink: { type: stdout }',
  );
  const { feeds, isMany } = parsePipelines(text);
  assert.deepEqual([feeds.map(({ name, source }) => [name, source.url]), isMany], [[['n', 'ws://one']], false]);
});

test('the names of feeds make the transactions of exactly_once', () => {
  const kafka = 'sink: { type: kafka, config: { brokers: "localhost:9092", topic: { type: fixed, name: t } } }';
  const { feeds } = parsePipelines(file('name: n\ndelivery: exactly_once\neach: { s: [a, b] }', SOURCE, kafka));
  assert.deepEqual(
    feeds.map(({ sink }) => (sink as { transactionalId?: unknown }).transactionalId),
    ['n-a', 'n-b'],
  );
});

for (const [what, text, ...expected] of [
  [
    'in every feed once, and in one by its name',
    `${file('each: { s: [a, b, c] }', SOURCE.replace('unbounded', 'unbonded'), SINK(`${$('each.s')}`))}`,
    '4:30: pipeline.source.config: In every feed: Nothing says when the run ends. Set `max_messages`, `idle_timeout`, `max_duration`, `max_bytes` or `stop_when`, or `unbounded: true` if it is meant to go on for ever.',
    '4:59: pipeline.source.config.unbonded: In every feed: There is no such key. Did you mean `unbounded`?',
  ],
  [
    'in a row, where it stands there',
    `${file('', SOURCE, SINK($('row.id')))}matrix:\n  - { id: a }\n  - { id: b, source: { config: { batch_size: -1 } } }\n`,
    '8:46: pipeline.source.config.batch_size: In the feed `b`: Expected a whole number from 0 to 1000000, but found -1.',
  ],
  [
    'in keys of rows, and in ids',
    `${file('', SOURCE, SINK('x'))}matrix: [{ id: a, sorce: 1 }, { id: "${$('vars.x')}" }, { vars: 3, id: b, parent: a }, 5]\n`,
    '6:19: matrix[0].sorce: There is no such key. Did you mean `source`?',
    '6:37: matrix[1].id: Expected text or a number, without placeholders, but found an empty list.',
    '6:60: matrix[2].vars: Expected an object, but found 3.',
    '6:70: matrix[2].parent: `parent` of faucet is not part of spillway: a live feed has no records that others begin with: write a row for each feed.',
    '6:83: matrix[3]: Expected an object, but found 5.',
  ],
  [
    'in each and execution',
    file(`each: { s: [[a]], t: 5 }\nexecution: { max_concurrent: 0, on_error: halt }`, SOURCE, SINK('x')),
    '2:13: each.s[0]: Expected text, a number, `true` or `false`, but found a list of 1.',
    '2:22: each.t: Expected a list of values, or the path of a file with a value a line, but found 5.',
    '3:30: execution.max_concurrent: Expected a whole number of at least 1, but found 0.',
    '3:43: execution.on_error: Expected one of `continue`, `stop`, but found the text "halt".',
  ],
  [
    'when two rows have one id',
    `${file('', SOURCE, SINK('x'))}matrix: [{ id: a }, { id: b }, { id: "a" }]\n`,
    '6:38: matrix[2].id: Two rows have the id `a`. Give each one of its own.',
  ],
  [
    'when there is no such template',
    `${file('', 'sources: { one: {} }', 'source: { ref: ine }', SINK('x'))}matrix: [{ id: a }]\n`,
    '5:18: pipeline.source.ref: `pipeline.sources` has no template of this name. Did you mean `one`? It has `one`.',
  ],
  [
    'when a value of each, a row or a template is asked for that there is not',
    `${file('each: { s: [a] }', SOURCE, SINK(`${$('each.t')}${$('row.id')}${$('sinks.x')}`))}`,
    '5:41: pipeline.sink.config.path: There is no such key in `each`. Did you mean `s`? Define it there, or write the value out.',
    '5:50: pipeline.sink.config.path: `${row.…}` stands for the row of `matrix`, and there is none here. Write the value out, or use `${vars.NAME}` or `${param.NAME}`.',
    '5:59: pipeline.sink.config.path: `${sinks.…}` stands for a template of `pipeline.sinks`, and there is none here. Write the value out, or use `${vars.NAME}` or `${param.NAME}`.',
  ],
  [
    'when a row leads to itself',
    `${file('', SOURCE, SINK('x'))}matrix: [{ id: a, sink: { config: { path: "${$('row.sink.config.path')}" } } }]\n`,
    '6:44: row.sink.config.path: This goes in a circle: `row.sink` → `row.sink`. Write one of them out.',
  ],
  [
    'when feeds would have a file, a state and a spool in common',
    file('each: { s: [a, b, c] }', SOURCE, SINK('x'), 'state: y', `spool: "${$('each.s')}"`).replace(
      `"${$('each.s')}"`,
      'z',
    ),
    '5:40: pipeline.sink.config.path: In the feeds `b`, `c`: The feed `a` writes to this very file. Give each feed one of its own, with `${row.id}` or `${each.NAME}` in it.',
    '6:10: pipeline.state: In the feeds `b`, `c`: The feed `a` keeps its state in this folder, or one is within the other. Give each feed one of its own, with `${row.id}` or `${each.NAME}` in it.',
    '7:10: pipeline.spool: In the feeds `b`, `c`: The feed `a` has its spool in this folder, or one is within the other. Give each feed one of its own, with `${row.id}` or `${each.NAME}` in it.',
  ],
  [
    'when two feeds have one name',
    `${file(`name: "x${$('each.s')}"`, SOURCE, SINK($('row.id')))}each: { s: [a] }\nmatrix: [{ id: b }, { id: c }]\n`,
    '2:7: name: In the feed `xa`: Two feeds are called `xa`. Give each a name of its own.',
  ],
] as const) {
  test(`what is wrong is told ${what}`, () => {
    assert.deepEqual(problems(text), expected);
  });
}

test('a state within that of another feed, and a folder of finished files for two, are refused; {feed} in a folder parts them', () => {
  const nested = file('', SOURCE, SINK($('row.id')));
  const rows = (a: string, b: string) => `${nested}matrix: [{ id: a, state: ${a} }, { id: b, state: ${b} }]\n`;
  assert.match(problems(rows('s/t', 's'))[0] ?? '', /keeps its state in this folder, or one is within the other/);
  assert.deepEqual(problems(rows('s/t', 's/tu')), []);
  const rolled = (path: string) => file('each: { s: [a, b] }', SOURCE, SINK(path));
  assert.match(problems(rolled(`out/${$('each.s')}-%Y.jsonl`))[0] ?? '', /finishes files in this folder/);
  assert.deepEqual(problems(rolled('out/{feed}/%Y.jsonl')), []);
});

test('feeds share a file of dead letters, which is not the file of records of another', () => {
  const text = (dlq: string) => file('each: { s: [a, b] }', SOURCE, SINK($('each.s')), `dlq: ${dlq}`);
  assert.deepEqual(problems(text('refused.jsonl')), []);
  assert.match(problems(text(`"${$('each.s')}.dlq"`)).join(), /^$/);
  assert.match(
    problems(text('b')).join(),
    /The (feed `b` writes to this very file|sink writes its records to this very file)/,
  );
  assert.match(problems(text('"dead/%Y.jsonl"')).join(), /finishes files in this folder/);
});

test('a file has at most 10,000 feeds', () => {
  const values = Array.from({ length: 101 }, (_, n) => n).join(', ');
  const text = file(`each: { a: [${values}], b: [${values}] }`, SOURCE, SINK('x'));
  assert.deepEqual(problems(text), [
    '2:7: each: This makes 10201 feeds, and a file has at most 10000. Divide it into several files.',
  ]);
});

test('where one feed is taken, it is named, or is the only one', () => {
  const text = file('each: { s: [a, b] }', SOURCE, SINK($('each.s')));
  assert.equal(parsePipelineText(text, { feed: 'b' }).name, 'b');
  assert.throws(
    () => parsePipelineText(text),
    /^.*This file describes 2 feeds, and one is taken here\. Name it by `--feed`: `a`, `b`\./,
  );
  assert.throws(() => parsePipelineText(text, { feed: 'c' }), /The file describes no feed `c`\. It has `a`, `b`\./);
  assert.equal(parsePipelineText(file('each: { s: [a] }', SOURCE, SINK('x'))).name, 'a');
});

test('what has no effect is told once, however many feeds there are', () => {
  const text = file('each: { s: [a, b] }\nobservability: { tracing: {} }', SOURCE, SINK($('each.s')));
  assert.deepEqual(
    parsePipelines(text).notes.map(({ line, path, message }) => [line, path, message.slice(0, 25)]),
    [[3, 'observability.tracing', 'In every feed: `tracing` ']],
  );
});

test('secrets that values of each came out of are hidden as those of the feed are', () => {
  const text = file(`each: { s: ["${$('secret:KEY')}"] }`, SOURCE, SINK('x'));
  assert.ok(parsePipelines(text, { env: { KEY: 'S3CR3T' } }).feeds[0]!.secrets.includes('S3CR3T'));
});
