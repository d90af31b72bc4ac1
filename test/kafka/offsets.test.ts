import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { SinkPosition } from '../../lib/index.js';
import { KafkaWritable } from '../../lib/sink/kafka/index.js';
import { pagesOf } from '../sink/pages.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';
import { clients, kafkaJs } from './clients.js';

const TEXTS = Array.from({ length: 40 }, (_, n) => `{"n":${n},"key":${n % 7}}`);

for (const client of clients) {
  const tells = client === kafkaJs ? 'tells nothing' : 'tells of each partition the offset of its last record';
  test(`a page that is acknowledged ${tells}, with ${client.name}`, async (t) => {
    const broker = await fakeBroker(t, { topics: { trades: 3 } });
    const sink = client.open({ brokers: broker.address, topic: 'trades', keyPath: 'key', lingerMs: 1, batchSize: 4 });
    assert.ok(sink instanceof KafkaWritable);
    const told: SinkPosition[] = [];
    for (const page of pagesOf(TEXTS, 10)) {
      page.whenAcknowledged((position) => void told.push(position));
      sink.write(page);
    }
    sink.end();
    await once(sink, 'close');
    assert.equal(told.length, 4);
    for (const [number, { partitions }] of told.entries()) {
      const texts = TEXTS.slice(number * 10, number * 10 + 10);
      const expected = [0, 1, 2].flatMap((partition) => {
        const lying = broker.records('trades', partition).findLastIndex(({ value }) => texts.includes(String(value)));
        return lying === -1 ? [] : [{ topic: 'trades', partition, offset: lying }];
      });
      const byPartition = partitions?.toSorted((a, b) => a.partition - b.partition);
      assert.deepEqual(byPartition, client === kafkaJs ? undefined : expected);
    }
  });
}
