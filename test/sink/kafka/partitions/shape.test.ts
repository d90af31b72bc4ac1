import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, SinkError } from '../../../../lib/errors.js';
import { type KafkaOptions, kafka } from '../../../../lib/sink/kafka/index.js';
import { run } from '../run.js';

const gap = '{"gap":{"cause":"disconnected"}}';

for (const [field, isTombstone] of [
  ['true', true],
  ['1', true],
  ['"2026-03-08"', true],
  ['{}', true],
  ['[]', true],
  ['false', false],
  ['null', false],
  ['0', false],
  ['-0.0', false],
  ['""', false],
] as const) {
  test(`a record with ${field} at \`tombstonePath\` is ${isTombstone ? 'a' : 'no'} tombstone`, async () => {
    const text = `{"k":"a","gone":${field}}`;
    const { cluster, sink } = await run([text], { keyPath: 'k', tombstonePath: 'gone' });
    const [record] = cluster.stored('trades');
    assert.equal(String(record!.key), 'a');
    assert.equal(record!.value?.toString(), isTombstone ? undefined : text);
    assert.deepEqual([sink.stats.records, sink.stats.bytes], [1, isTombstone ? 0 : text.length]);
  });
}

test('a record that is `null` has no value, with whatever is asked for', async () => {
  for (const options of [
    {},
    { valueFormat: { type: 'bytes' } },
    { partitionPath: 'p', onKeyError: 'null_key' },
  ] as const) {
    const { cluster, error } = await run(['null'], options);
    assert.equal(error, undefined);
    assert.deepEqual(
      cluster.stored('trades').map(({ value }) => value),
      [undefined],
    );
  }
});

test('a tombstone keeps its headers and its time', async () => {
  const options = { keyPath: 'k', tombstonePath: 'gone', headersPath: 'h', timestampPath: 't' };
  const { cluster } = await run(['{"k":"a","gone":true,"h":{"x":"y"},"t":5}'], options);
  const [record] = cluster.stored('trades');
  assert.deepEqual(
    [...record!.headers!].map(([name, value]) => [String(name), String(value)]),
    [['x', 'y']],
  );
  assert.equal(record!.timestamp, 5n);
});

test('`tombstonePath` without `keyPath` is refused', () => {
  assert.throws(
    () => kafka({ brokers: 'b', topic: 't', tombstonePath: 'gone' }),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(
        error.message,
        /kafka\.tombstonePath: A tombstone deletes what has its key, so it needs `keyPath`\./,
      );
      return true;
    },
  );
});

test("a record's own time is that of its Kafka record", async () => {
  const options: KafkaOptions = { timestampPath: 't', timestampUnit: 'iso8601' };
  const { cluster } = await run(['{"t":"2026-03-08T14:05:09Z"}', '{"t":"2026-03-08T14:05:10Z"}'], options);
  assert.deepEqual(
    cluster.stored('trades').map(({ timestamp }) => timestamp),
    [1_772_978_709_000n, 1_772_978_710_000n],
  );
});

test('a record without its time ends the run, is dropped, or has the time of its arrival, by `onKeyError`', async () => {
  const texts = ['{"t":1}', '{"t":"soon"}', '{"t":3}'];
  const failed = await run(texts, { timestampPath: 't' });
  assert.ok(failed.error instanceof SinkError);
  assert.match(failed.error.message, /has no time \(milliseconds of the epoch\) where `timestampPath` looks for one/);
  assert.equal(failed.sink.stats.records, 1);
  const skipped = await run(texts, { timestampPath: 't', onKeyError: 'skip' });
  assert.deepEqual(skipped.cluster.texts('trades'), [texts[0], texts[2]]);
  const sent = await run(texts, { timestampPath: 't', onKeyError: 'null_key' });
  assert.deepEqual(
    sent.cluster.stored('trades').map(({ timestamp }) => timestamp),
    [1n, ARRIVAL, 3n],
  );
});

for (const [valueFormat, text, expected] of [
  [{ type: 'json' }, '{"a": 1.10}', '{"a": 1.10}'],
  [{ type: 'json', field: 'd' }, '{"d":"a\\n\\u00e9"}', '"a\\n\\u00e9"'],
  [{ type: 'raw_string' }, '"a\\n\\u00e9"', 'a\né'],
  [{ type: 'raw_string' }, '{"a":1.10}', '{"a":1.10}'],
  [{ type: 'raw_string', field: 'd' }, '{"d":"plain"}', 'plain'],
  [{ type: 'raw_string', field: 'd' }, '{"d":""}', ''],
  [{ type: 'raw_string', field: 'd' }, '{"d":[1,2.50]}', '[1,2.50]'],
  [{ type: 'bytes', field: 'd' }, '{"d":"aGVsbG8="}', 'hello'],
  [{ type: 'bytes' }, '"aGVs\\u0062G8="', 'hello'],
] as const) {
  test(`${text} as ${JSON.stringify(valueFormat)} is ${JSON.stringify(expected)}`, async () => {
    const { cluster, error } = await run([text], { valueFormat });
    assert.equal(error, undefined);
    assert.deepEqual(cluster.texts('trades'), [expected]);
  });
}

test('bytes that are no text are written as they are', async () => {
  const bytes = Buffer.from([0xde, 0xad, 0x00, 0xff]);
  const { cluster } = await run([JSON.stringify(bytes.toString('base64'))], { valueFormat: { type: 'bytes' } });
  assert.deepEqual(cluster.stored('trades')[0]!.value, bytes);
});

for (const [text, reason] of [
  ['{}', /has no value where `valueFormat\.field` looks for one/],
  ['{"d":5}', /has no text in base64 where `valueFormat\.field` looks for one/],
  ['{"d":"aGVsbG8"}', /has no text in base64/],
  ['{"d":"a-_b"}', /has no text in base64/],
  ['{"d":"aGVsbG9="}', /has no text in base64/],
] as const) {
  test(`${text} has no bytes at \`valueFormat.field\`: it is refused, or dropped`, async () => {
    const valueFormat = { type: 'bytes', field: 'd' } as const;
    const { error } = await run([text], { valueFormat });
    assert.match(String(error), reason);
    for (const onKeyError of ['skip', 'null_key'] as const) {
      const { cluster, sink, error: none } = await run([text, '{"d":"aGk="}'], { valueFormat, onKeyError });
      assert.equal(none, undefined);
      assert.deepEqual([cluster.texts('trades'), sink.stats.skipped], [['hi'], 1]);
    }
  });
}

test('a gap goes as it stands, whatever is asked of the values and times of records', async () => {
  const options = {
    valueFormat: { type: 'bytes', field: 'd' },
    timestampPath: 't',
    keyPath: 'k',
    tombstonePath: 'x',
  } as const;
  const { cluster, error } = await run(['{"k":1,"d":"aGk=","t":1}', gap], options);
  assert.equal(error, undefined);
  assert.deepEqual(cluster.texts('trades').toSorted(), ['hi', gap]);
  assert.ok(cluster.stored('trades').some(({ timestamp }) => timestamp === ARRIVAL));
});

for (const [type, text, expected] of [
  ['json', '"a"', '"a"'],
  ['json', '{"x": 1}', '{"x": 1}'],
  ['raw_string', '"a\\"b"', 'a"b'],
  ['raw_string', '[1,2]', '[1,2]'],
  ['raw_string', '1.10', '1.10'],
  ['bytes', '"aGVsbG8="', 'hello'],
] as const) {
  test(`the key ${text} as ${type} is ${expected}, and chooses the partition as its bytes do`, async () => {
    const { cluster } = await run([`{"k":${text}}`], { keyPath: 'k', keyFormat: { type } });
    const [record] = cluster.stored('trades');
    assert.equal(String(record!.key), expected);
    const plain = await run([`{"k":${JSON.stringify(expected)}}`], { keyPath: 'k' });
    assert.equal(record!.partition, plain.cluster.stored('trades')[0]!.partition);
  });
}

for (const [type, text] of [
  ['json', 'null'],
  ['raw_string', 'null'],
  ['bytes', '"no base64"'],
  ['bytes', '{}'],
] as const) {
  test(`${text} is no key as ${type}`, async () => {
    const { error } = await run([`{"k":${text}}`], { keyPath: 'k', keyFormat: { type } });
    assert.match(String(error), /has no key \((any value but `null`|a text in base64)\) where `keyPath` looks for one/);
  });
}

test('with `replace`, characters that no topic has are replaced', async () => {
  const texts = ['{"c":"BTC/USD"}', '{"c":"\\u20bf/$&"}', '{"c":"plain"}'];
  const { cluster } = await run(texts, { topic: { fromPath: 'c', replace: '_' } });
  assert.deepEqual(cluster.texts('BTC_USD'), [texts[0]]);
  assert.deepEqual(cluster.texts('____'), [texts[1]]);
  assert.deepEqual(cluster.texts('plain'), [texts[2]]);
  const { cluster: closer } = await run(['{"c":"BTC/USD"}'], { topic: { fromPath: 'c', replace: '' } });
  assert.equal(closer.texts('BTCUSD').length, 1);
});

test('what stays no topic with `replace` is refused', async () => {
  for (const text of ['""', '"//"', `"${'x'.repeat(250)}"`]) {
    const { error } = await run([`{"c":${text}}`], { topic: { fromPath: 'c', replace: '.' } });
    assert.match(String(error), /has no valid name of a topic/);
  }
});

test('a topic that is none is named, clipped and without what steers a terminal, and how it would be one', async () => {
  const named = await run(['{"c":"BTC/USD"}'], { topic: { fromPath: 'c' } });
  assert.match(
    String(named.error),
    /, but "BTC\/USD": a name has 1 to 249 letters.*; with `topic\.replace: "_"` it would be BTC_USD/,
  );
  const odd = await run([`{"c":"\u202e\u009b${'x'.repeat(5_000)}"}`], { topic: { fromPath: 'c' } });
  assert.match(String(odd.error), /, but "\\u202e\\u009bx{60,80}…: a name has/);
  assert.ok(String(odd.error).length < 1_000);
  const missing = await run(['{}'], { topic: { fromPath: 'c' } });
  assert.match(String(missing.error), /looks for one: there is nothing/);
});

for (const replace of ['/', 'a b', 5] as const) {
  test(`${JSON.stringify(replace)} cannot replace anything in the name of a topic`, () => {
    const topic = { fromPath: 'c', replace: replace as string };
    assert.throws(() => kafka({ brokers: 'b', topic }), /kafka\.topic\.replace: Expected letters, digits/);
  });
}

test('with `batchSize: 0`, a batch has as many records as its bytes allow', async () => {
  const texts = Array.from({ length: 3_000 }, (_, n) => `${n}`);
  const { cluster } = await run(texts, { batchSize: 0, lingerMs: 50, topic: 'trades' }, 3_000);
  assert.equal(cluster.sends.length, 1);
});

/** When the pages of these tests say that their frames arrived. */
const ARRIVAL = 1_700_000_000_000n;
