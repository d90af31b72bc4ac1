import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createSource, type SourceConfig } from '../../lib/index.js';
import type { KafkaDeadLetter, KafkaOptions } from '../../lib/sink/kafka/index.js';
import { feed } from '../support/feed.js';
import { noKafka, sharedBroker } from '../support/kafka/gate.js';
import { newTopic, type ReadRecord, readTopic, removeTopic } from '../support/kafka/topics.js';
import { command } from '../support/program.js';
import { clients, type TestClient } from './clients.js';
import { marketRecords } from './feeds.js';

const skip = await noKafka();

describe('a feed into a real broker', { skip }, () => {
  if (skip !== false) return;
  const kafka = sharedBroker();

  test('is carried there by the command, from a pipeline file', async (t) => {
    const topic = await newTopic(t, kafka.address, { partitions: 3 });
    const records = marketRecords(2_000);
    const server = await feed(t, async (connection) => {
      await connection.sendMany(records);
      await connection.close(1000);
    });
    const folder = mkdtempSync(join(tmpdir(), 'spillway-kafka-run-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'pipeline.json');
    const source = { type: 'websocket', config: { url: server.url, unbounded: true } };
    const config = { brokers: kafka.address, topic: { type: 'fixed', name: topic }, key_path: 'symbol', linger: '5ms' };
    writeFileSync(file, JSON.stringify({ version: 1, pipeline: { source, sink: { type: 'kafka', config } } }));
    const { stderr } = await promisify(execFile)(process.execPath, [...command(), 'run', file]);
    assert.match(stderr, /Delivery: 2,000 acknowledged/);
    assertArrived(await readTopic(kafka.address, topic), records);
  });

  for (const client of clients) {
    for (const compression of client.codecs) {
      test(`arrives once, in order per key, byte for byte (${client.name}, ${compression})`, async (t) => {
        const topic = await newTopic(t, kafka.address, { partitions: 3 });
        const records = marketRecords(3_000);
        const options = { brokers: kafka.address, topic, keyPath: 'symbol', compression };
        const startedAt = Date.now();
        const stats = await send(t, client, records, options);
        const endedAt = Date.now();
        const stored = await readTopic(kafka.address, topic);
        assertArrived(stored, records);
        assert.equal(stats.records, records.length);
        assert.ok(stored.every(({ timestamp }) => timestamp >= startedAt && timestamp <= endedAt));
        assert.ok(stored.every(({ codec }) => codec === CODECS.indexOf(compression)));
      });
    }

    test(`goes to the partition, with the key and the headers, that its records name (${client.name})`, async (t) => {
      const topic = await newTopic(t, kafka.address, { partitions: 3 });
      const records = ['a', 'b', 'c', 'd'].map((id, n) =>
        Buffer.from(`{"key":{"id":"${id}"},"shard":${n % 3},"meta":{"trace":"${id}-1","level":${n}}}`),
      );
      await send(t, client, records, {
        brokers: kafka.address,
        topic,
        keyPath: 'key.id',
        partitionPath: 'shard',
        headersPath: 'meta',
        frameHeaders: true,
        feed: 'market',
      });
      const stored = await readTopic(kafka.address, topic);
      const seen = stored.map(({ partition, key, headers }) => ({
        partition,
        key,
        headers: Object.fromEntries(headers),
      }));
      const expected = (id: string, n: number) => ({
        partition: n % 3,
        key: id,
        headers: {
          trace: `${id}-1`,
          level: `${n}`,
          'spillway.feed': 'market',
          'spillway.connection': '1',
          'spillway.sequence': `${n}`,
        },
      });
      assert.deepEqual(seen, [expected('a', 0), expected('d', 3), expected('b', 1), expected('c', 2)]);
    });

    test(`goes to the topics that its records name (${client.name})`, async (t) => {
      const topics = [await newTopic(t, kafka.address), await newTopic(t, kafka.address, { partitions: 2 })];
      const records = Array.from({ length: 200 }, (_, n) => Buffer.from(`{"to":"${topics[n % 2]}","n":${n}}`));
      await send(t, client, records, { brokers: kafka.address, topic: { fromPath: 'to' } });
      for (const [index, topic] of topics.entries()) {
        const stored = (await readTopic(kafka.address, topic)).map(({ value }) => String(value));
        assert.deepEqual(
          stored.toSorted(),
          records
            .map(String)
            .filter((_, n) => n % 2 === index)
            .toSorted(),
        );
      }
    });

    test(`makes the topic that is missing, with autoCreateTopics (${client.name})`, async (t) => {
      const topic = `made-${process.pid}-${client.name.replaceAll(/\W/g, '-')}`;
      t.after(() => removeTopic(kafka.address, topic).catch(() => {}));
      await send(t, client, [Buffer.from('1')], { brokers: kafka.address, topic, autoCreateTopics: true });
      assert.deepEqual(
        (await readTopic(kafka.address, topic)).map(({ value }) => String(value)),
        ['1'],
      );
    });

    test(`leaves a record that is too large to the dead letter, and nothing else (${client.name})`, async (t) => {
      const topic = await newTopic(t, kafka.address, { configs: { 'max.message.bytes': '20000' } });
      const records = Array.from({ length: 300 }, (_, n) =>
        Buffer.from(`{"n":${n},"pad":"${'x'.repeat(n === 150 ? 30_000 : 20)}"}`),
      );
      const deadLetter = new PassThrough({ objectMode: true, highWaterMark: 10 });
      await send(t, client, records, { brokers: kafka.address, topic, deadLetter });
      const letters = deadLetter.end().toArray() as Promise<KafkaDeadLetter[]>;
      assert.deepEqual(
        (await letters).map(({ sequence, data }) => [sequence, String(data)]),
        [[150, String(records[150])]],
      );
      const stored = (await readTopic(kafka.address, topic)).map(({ value }) => String(value));
      assert.deepEqual(stored, records.map(String).toSpliced(150, 1));
    });
  }
});

/** Sends records from a socket through a source into a topic; resolves to what the sink counted. */
async function send(t: TestContext, client: TestClient, records: readonly Buffer[], options: KafkaOptions) {
  const server = await feed(t, async (connection) => {
    await connection.sendMany(records);
    await connection.close(1000);
  });
  const config: SourceConfig = { url: server.url, unbounded: true, batch_size: 200 };
  const sink = client.open(options);
  await pipeline(createSource(config).pages(), sink);
  return sink.stats;
}

function assertArrived(stored: readonly ReadRecord[], sent: readonly Buffer[]): void {
  const keys = new Map<string, { readonly texts: string[]; readonly partitions: Set<number> }>();
  for (const { key = '', value, partition } of stored) {
    const one = keys.get(key) ?? { texts: [], partitions: new Set() };
    keys.set(key, one);
    one.texts.push(String(value));
    one.partitions.add(partition);
  }
  const expected = new Map<string, string[]>();
  for (const record of sent) {
    const { symbol } = JSON.parse(String(record)) as { symbol: string };
    expected.set(symbol, [...(expected.get(symbol) ?? []), String(record)]);
  }
  assert.deepEqual([...keys.keys()].toSorted(), [...expected.keys()].toSorted());
  for (const [key, texts] of expected) {
    const one = keys.get(key);
    assert.equal(one?.partitions.size, 1, `${key} is in several partitions`);
    assert.equal(one?.texts.length, texts.length);
    const differs = texts.findIndex((text, n) => text !== one?.texts[n]);
    assert.equal(differs, -1, `record ${differs} of ${key} is ${one?.texts[differs]?.slice(0, 200)}`);
  }
}

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
