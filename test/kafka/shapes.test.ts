import assert from 'node:assert/strict';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import { pagesOf } from '../sink/pages.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';
import { noKafka, sharedBroker } from '../support/kafka/gate.js';
import { newTopic, readTopic } from '../support/kafka/topics.js';
import { clients } from './clients.js';

const TEXTS = ['{"k":"a","t":1772978709123456,"d":"aGk="}', '{"k":"a","t":1772978710000000,"gone":true}'];
const OPTIONS = {
  keyPath: 'k',
  tombstonePath: 'gone',
  timestampPath: 't',
  timestampUnit: 'us',
  valueFormat: { type: 'bytes', field: 'd' },
} as const;

for (const client of clients) {
  test(`a tombstone, a time and bytes of a record arrive as such, with ${client.name}`, async (t) => {
    const broker = await fakeBroker(t, { topics: { trades: 1 } });
    await pipeline(pagesOf([...TEXTS]), client.open({ brokers: broker.address, topic: 'trades', ...OPTIONS }));
    const seen = broker.records('trades', 0).map(({ key, value, timestamp }) => [String(key), value, timestamp]);
    assert.deepEqual(seen, [
      ['a', Buffer.from('hi'), 1_772_978_709_123],
      ['a', null, 1_772_978_710_000],
    ]);
    assert.deepEqual(broker.errors, []);
  });
}

for (const client of clients) {
  test(`a record of \`null\` arrives without a value, and the topic BTC/USD as BTC_USD, with ${client.name}`, async (t) => {
    const broker = await fakeBroker(t, { topics: { trades: 1, BTC_USD: 1 } });
    await pipeline(pagesOf(['null']), client.open({ brokers: broker.address, topic: 'trades' }));
    const topic = { fromPath: 's', replace: '_' };
    await pipeline(pagesOf(['{"s":"BTC/USD"}']), client.open({ brokers: broker.address, topic }));
    assert.deepEqual(
      ['trades', 'BTC_USD'].map((name) => broker.records(name, 0).map(({ value }) => value)),
      [[null], [Buffer.from('{"s":"BTC/USD"}')]],
    );
  });
}

const skip = await noKafka();

describe('a compacted topic of a real broker', { skip }, () => {
  if (skip !== false) return;
  const kafka = sharedBroker();

  for (const client of clients) {
    test(`takes tombstones, with ${client.name}`, async (t) => {
      const topic = await newTopic(t, kafka.address, { configs: { 'cleanup.policy': 'compact' } });
      await pipeline(pagesOf([...TEXTS]), client.open({ brokers: kafka.address, topic, ...OPTIONS }));
      const stored = await readTopic(kafka.address, topic);
      assert.deepEqual(
        stored.map(({ key, value, timestamp }) => [key, String(value), timestamp]),
        [
          ['a', 'hi', 1_772_978_709_123],
          ['a', '', 1_772_978_710_000],
        ],
      );
    });
  }
});
