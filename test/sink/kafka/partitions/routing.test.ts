import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SinkError } from '../../../../lib/errors.js';
import { brokerError, FakeKafka } from '../fake-producer.js';
import { run } from '../run.js';

test('a string, a number and a boolean are keys, by their text', async () => {
  const { cluster } = await run(['{"k":"a"}', '{"k":1.10}', '{"k":true}', '{"k":""}'], { keyPath: 'k' });
  assert.deepEqual(keysOf(cluster), ['', '1.10', 'a', 'true']);
});

test('a record that is its own key goes where its key belongs, wherever it begins', async () => {
  const texts = ['7', '"7"', '8', '9', '-1.5', 'true', '"a"', '"b"', '10', '11'];
  const options = { keyPath: '', topic: 'trades' } as const;
  const alone = await run(texts, options);
  const within = await run(
    texts.map((text) => `{"k":${text}}`),
    { ...options, keyPath: 'k' },
  );
  const places = ({ cluster }: typeof alone): string[] =>
    cluster
      .stored('trades')
      .map(({ key, partition }) => `${key} in ${partition}`)
      .toSorted();
  assert.deepEqual(places(alone), places(within));
  assert.ok(new Set(places(alone).map((place) => place.at(-1))).size > 1);
});

for (const text of ['{"k":null}', '{"k":{}}', '{"k":["a"]}', '{"x":1}', '5']) {
  test(`${text} has no key: the run fails by default, after what came before`, async () => {
    const { cluster, error, sink } = await run(['{"k":"a"}', '{"k":"b"}', text, '{"k":"c"}'], { keyPath: 'k' });
    assert.ok(error instanceof SinkError);
    assert.match(
      error.message,
      /^The record of frame 2 cannot be sent: it has no key .* where `keyPath` looks for one\./,
    );
    assert.match(error.message, /Acknowledged: 2 records\. Undelivered: 2, of frames 2 to 3\./);
    assert.deepEqual(keysOf(cluster), ['a', 'b']);
    assert.equal(sink.stats.records, 2);
  });
}

test('with `skip`, a record without a key is counted, told to the logger and dropped', async () => {
  const warnings: object[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (facts: object) => warnings.push(facts) };
  const { cluster, sink } = await run(['{"k":"a"}', '{}', '{}', '{"k":"b"}'], {
    keyPath: 'k',
    onKeyError: 'skip',
    logger,
  });
  assert.deepEqual(keysOf(cluster), ['a', 'b']);
  assert.deepEqual([sink.stats.records, sink.stats.skipped, sink.stats.waiting, sink.stats.pages], [2, 2, 0, 1]);
  assert.deepEqual(warnings, [
    { sequence: 1, reason: 'has no key (a string, a number or a boolean) where `key_path` looks for one', count: 2 },
  ]);
});

test('with `null_key`, a record without a key goes without one', async () => {
  const { cluster } = await run(['{"k":"a"}', '{"k":null}'], { keyPath: 'k', onKeyError: 'null_key' });
  assert.deepEqual(
    cluster
      .stored('trades')
      .map(({ key, value }) => [key?.toString(), String(value)])
      .toSorted(),
    [
      [undefined, '{"k":null}'],
      ['a', '{"k":"a"}'],
    ],
  );
});

test('a gap goes without a key and without headers, whatever is asked of records', async () => {
  const texts = ['{"k":"a","p":1,"h":{}}', '{"gap":{"cause":"disconnected"}}', '{"k":"b","p":2,"h":{}}'];
  const options = { keyPath: 'k', partitionPath: 'p', headersPath: 'h' };
  const { cluster, error, sink } = await run(texts, options);
  assert.equal(error, undefined);
  assert.deepEqual(
    cluster
      .stored('trades')
      .map(({ key, value }) => [key?.toString(), String(value)])
      .toSorted(),
    [
      [undefined, texts[1]],
      ['a', texts[0]],
      ['b', texts[2]],
    ].toSorted(),
  );
  assert.equal(sink.stats.skipped, 0);
});

test('a gap that names no topic is dropped, counts as no record, and ends no run', async () => {
  const texts = ['{"t":"x"}', '{"gap":{"cause":"disconnected"}}', '{"t":"x","n":2}'];
  const { cluster, error, sink } = await run(texts, { topic: { fromPath: 't' } });
  assert.equal(error, undefined);
  assert.equal(cluster.stored('x').length, 2);
  const { records, skipped, waiting } = sink.stats;
  assert.deepEqual({ records, skipped, waiting }, { records: 2, skipped: 0, waiting: 0 });
});

test('a record goes to the partition that it names, whatever its key', async () => {
  const texts = ['{"k":"a","p":2}', '{"k":"a","p":0}', '{"k":"a","p":1}'];
  const { cluster } = await run(texts, { keyPath: 'k', partitionPath: 'p' });
  assert.deepEqual(
    [2, 0, 1].map((partition) => String(cluster.log('trades', partition)[0]?.value)),
    texts,
  );
});

for (const partition of ['3', '-1', '1.5', '"1"', 'null']) {
  test(`the partition ${partition} of a topic with three is refused`, async () => {
    const { error } = await run([`{"p":${partition}}`], { partitionPath: 'p' });
    assert.match(
      String(error),
      /it has no number from 0 to 2, a partition of trades, where `partitionPath` looks for one/,
    );
  });
}

test('a record whose headers are no object is refused', async () => {
  const { error } = await run(['{"h":[]}'], { headersPath: 'h' });
  assert.match(String(error), /it has no object where `headersPath` looks for one/);
});

test('records go to the topics that they name, in order', async () => {
  const texts = ['{"c":"one","n":1}', '{"c":"two","n":2}', '{"c":"one","n":3}'];
  const { cluster } = await run(texts, { topic: { fromPath: 'c' }, keyPath: 'c' });
  assert.deepEqual(cluster.texts('one'), [texts[0], texts[2]]);
  assert.deepEqual(cluster.texts('two'), [texts[1]]);
});

test('at most 10,000 different topics are written to: one more ends the run, after what came before', async () => {
  const texts = Array.from({ length: 10_001 }, (_, n) => `{"c":"t${n}"}`);
  const producer = new FakeKafka({ partitions: () => 1 });
  const { cluster, error } = await run(texts, { topic: { fromPath: 'c' }, producer }, 1_000);
  assert.match(String(error), /`topic\.path` gave more than 10000 different topics.*Acknowledged: 10000 records\./);
  assert.equal(cluster.sends.length, 10_000);
});

for (const name of ['5', '""', '"a b"', '".."', `"${'x'.repeat(250)}"`]) {
  test(`the topic ${name.slice(0, 20)} is refused`, async () => {
    const { error } = await run([`{"c":${name}}`], { topic: { fromPath: 'c' } });
    assert.match(String(error), /it has no valid name of a topic where `topic\.path` looks for one/);
  });
}

test('a topic that is not there yet is asked for again, for a few seconds', async () => {
  let asked = 0;
  const cluster = new FakeKafka({
    partitions: () => {
      asked += 1;
      if (asked < 4) throw brokerError('UNKNOWN_TOPIC_OR_PARTITION');
      return 1;
    },
  });
  const { error } = await run(['1'], { producer: cluster });
  assert.equal(error, undefined);
  assert.equal(asked, 4);
  assert.deepEqual(cluster.texts('trades'), ['1']);
});

test('a topic that stays away ends the run, with what to do', async () => {
  const cluster = new FakeKafka({
    partitions: () => {
      throw brokerError('UNKNOWN_TOPIC_OR_PARTITION');
    },
  });
  const { error } = await run(['1', '2'], { producer: cluster });
  assert.match(
    String(error),
    /^SinkError: Cannot write to trades: there is no such topic.*Undelivered: 2, of frames 0 to 1\..* Create the topic/,
  );
});

test('a broker that never tells of the topic ends the run at the delivery time-out', async () => {
  const cluster = new FakeKafka({ partitions: () => new Promise(() => {}) });
  const { error } = await run(['1'], { producer: cluster, messageTimeoutMs: 2_000 });
  assert.match(String(error), /no broker told of the topic within `messageTimeoutMs`/);
});

test('records without a key fill a batch for one partition, and then for the next', async () => {
  const texts = Array.from({ length: 60 }, (_, n) => `${n}`);
  const { cluster } = await run(texts, { batchSize: 20 }, 10);
  assert.deepEqual(
    [0, 1, 2].map((partition) => cluster.log('trades', partition).length),
    [20, 20, 20],
  );
  assert.equal(cluster.sends.length, 3);
});

function keysOf(cluster: FakeKafka): string[] {
  return cluster
    .stored('trades')
    .map(({ key }) => key!.toString())
    .toSorted();
}
