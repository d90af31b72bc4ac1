import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SourceConfig, TransformError } from '../../lib/index.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed, sends } from '../support/feed.js';

type Transforms = NonNullable<SourceConfig['transforms']>;

const TRADE = '{"type":"trade","p":1.10,"items":[{"n":1.0},{"n":12345678901234567890}]}';
const QUOTE = '{"type":"quote","p":2}';
const ONLY_TRADES: Transforms[number] = { type: 'filter', config: { path: 'type', op: 'eq', value: 'trade' } };
const EXPLODE: Transforms[number] = { type: 'explode', config: { path: 'items' } };

const ALL: Transforms = [
  ONLY_TRADES,
  EXPLODE,
  { type: 'rename_field', config: { fields: { p: 'price' } } },
  { type: 'filter', config: { path: 'items_n', op: 'ne', value: 1 } },
  { type: 'set', config: { values: { venue: 'x', big: 9007199254740993n } } },
  { type: 'drop', config: { fields: ['type'] } },
  { type: 'select', config: { fields: ['venue', 'price', 'items_n', 'big'] } },
];
const PLAIN = '{"price":1,"venue":"x","big":9007199254740993}';
const ALL_OF_TRADE = '{"price":1.10,"items_n":12345678901234567890,"venue":"x","big":9007199254740993}';

for (const arrangement of ARRANGEMENTS) {
  const runWith = async (t: Parameters<typeof feed>[0], config: object, ...frames: string[]) => {
    const server = await feed(t, sends(...frames));
    return run(arrangement, { url: server.url, unbounded: true, ...config } as SourceConfig);
  };

  test(`transforms: each is done in its order, and every text is exact (${arrangement})`, async (t) => {
    const { texts, stats, error } = await runWith(t, { transforms: ALL }, TRADE, QUOTE, TRADE);
    assert.deepEqual([texts, error], [[ALL_OF_TRADE, ALL_OF_TRADE], undefined]);
    assert.deepEqual([stats.frames, stats.records, stats.filtered, stats.skipped], [3, 2, 3, 0]);
  });

  test(`transforms: no value is built for them (${arrangement})`, async (t) => {
    const parse = t.mock.method(JSON, 'parse');
    const parses: number[] = [];
    for (const records of [1, 50]) {
      const before = parse.mock.callCount();
      const { texts } = await runWith(
        t,
        { transforms: ALL, idle_timeout: 60 },
        ...Array<string>(records).fill(TRADE),
        QUOTE,
      );
      assert.equal(texts.length, records);
      parses.push(parse.mock.callCount() - before);
    }
    assert.equal(parses[1], parses[0], 'what is parsed belongs to the run, not to its records');
  });

  for (const [name, config, frames] of [
    ['lines', { split: 'lines' }, [`${TRADE}\n${QUOTE}\n${TRADE}\n`]],
    ['records_path', { records_path: 'data' }, [`{"data":[${TRADE},${QUOTE},${TRADE}]}`]],
    ['records_path of the whole', { records_path: '$' }, [`[${TRADE},${QUOTE}]`, `[${TRADE}]`]],
    ['record_schema', { record_schema: { type: 'object' } }, [TRADE, QUOTE, TRADE]],
    [
      'sequence and dedupe',
      { sequence: { path: 'p' }, dedupe: { by: 'content', window: '1m' } },
      [TRADE, QUOTE, TRADE],
    ],
  ] as const) {
    test(`transforms: they work with ${name} (${arrangement})`, async (t) => {
      const { texts, stats } = await runWith(t, { transforms: ALL, ...config }, ...frames);
      assert.deepEqual([texts, stats.filtered], [[ALL_OF_TRADE, ALL_OF_TRADE], 3]);
    });
  }

  test(`transforms: they come after select and envelope, whose record they see (${arrangement})`, async (t) => {
    const transforms: Transforms = [
      { type: 'filter', config: { path: 'data.type', op: 'eq', value: 'trade' } },
      { type: 'drop', config: { fields: ['received_at', 'url'] } },
    ];
    const config = { select: ['type', 'p'], envelope: true, transforms };
    const { texts, stats } = await runWith(t, config, TRADE, QUOTE);
    assert.deepEqual([texts, stats.filtered], [['{"data":{"type":"trade","p":1.10}}'], 1]);
  });

  test(`transforms: max_messages counts the records that are stored (${arrangement})`, async (t) => {
    const config = { transforms: [ONLY_TRADES, EXPLODE], unbounded: undefined, max_messages: 3 };
    const { texts, stats } = await runWith(t, config, QUOTE, TRADE, QUOTE, TRADE, TRADE);
    assert.deepEqual([texts.length, stats.records, stats.filtered], [3, 3, 2]);
  });

  test(`transforms: gaps keep their place, and are not transformed (${arrangement})`, async (t) => {
    const config = { transforms: ALL, sequence: { path: 'n' }, gaps: 'records' };
    const { texts, stats } = await runWith(
      t,
      config,
      ...[1, 2, 5].map((n) => `{"n":${n},"type":"trade","p":1,"items":[${n}]}`),
    );
    assert.deepEqual(
      texts.map((text) => (text.startsWith('{"gap":{"cause":"sequence"') ? 'gap' : text)),
      [PLAIN, PLAIN, 'gap', PLAIN],
    );
    assert.equal(stats.records, 3);
  });

  test(`transforms: line breaks between tokens stay out of what is stored (${arrangement})`, async (t) => {
    const transforms: Transforms = [{ type: 'drop', config: { fields: ['b'] } }];
    const { texts } = await runWith(t, { transforms }, '{\n"a":\r\n[1,\n2],\n"b":0}');
    assert.deepEqual(texts, ['{"a":  [1, 2]}']);
  });

  const RENAME: Transforms = [EXPLODE, { type: 'rename_field', config: { fields: { a: 'b' } } }];
  const BAD = '{"a":1,"b":2}';

  test(`transforms: an error of a record fails the run after what came before (${arrangement})`, async (t) => {
    const { texts, error } = await runWith(t, { transforms: RENAME }, '{"a":1}', BAD, '{"a":3}');
    assert.ok(error instanceof TransformError);
    assert.deepEqual(
      [error.code, error.transform, error.sequence, error.connection],
      ['ERR_TRANSFORM', 'rename_field', 1, 1],
    );
    assert.match(
      error.message,
      /^The transform `rename_field` cannot be applied to a record of frame 1 of connection 1: it has a key "b" already/,
    );
    assert.deepEqual(texts, ['{"b":1}']);
  });

  test(`transforms: with on_parse_error: skip it is counted and dropped (${arrangement})`, async (t) => {
    const config = { transforms: RENAME, on_parse_error: 'skip' };
    const { texts, stats, error } = await runWith(t, config, '{"a":1}', BAD, 'no JSON', '{"a":3}');
    assert.deepEqual([texts, stats.skipped, error], [['{"b":1}', '{"b":3}'], 2, undefined]);
  });
}
