import assert from 'node:assert/strict';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import { ConfigError } from '../../lib/index.js';
import { pagesOf } from '../sink/pages.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';
import { clients, kafkaJs, recordClients } from './clients.js';

const NUMBERS = { all: -1, leader: 1, none: 0 } as const;

for (const client of [...clients, ...recordClients]) {
  describe(`with ${client.name}, over the protocol,`, () => {
    for (const acks of ['all', 'leader', 'none'] as const) {
      test(`acks: ${acks} is what the broker is asked for, by the default name or another`, async (t) => {
        const broker = await fakeBroker(t, { topics: { trades: 1 } });
        const options = { brokers: broker.address, topic: 'trades', idempotent: acks === 'all', acks };
        const sink = client.open({ ...options, ...(acks === 'leader' ? { clientId: 'desk-7' } : {}) });
        await pipeline(pagesOf(['1', '2']), sink);
        // With `none` nobody waits for the broker.
        await broker.whenAttempts(1);
        assert.deepEqual(new Set(broker.attempts.map((attempt) => attempt.acks)), new Set([NUMBERS[acks]]));
        assert.deepEqual([...broker.clientIds], [acks === 'leader' ? 'desk-7' : 'spillway']);
        assert.equal(sink.stats.records, 2);
        assert.deepEqual(broker.errors, []);
      });
    }

    test('of several brokers one that answers is enough', async (t) => {
      const broker = await fakeBroker(t, { topics: { trades: 1 } });
      // Nothing listens on port 1.
      const sink = client.open({ brokers: `127.0.0.1:1, ${broker.address}`, topic: 'trades' });
      await pipeline(pagesOf(['1']), sink);
      assert.deepEqual(broker.values('trades'), ['1']);
    });

    test('a request that is not answered within its time is tried again, and its batch stored once', async (t) => {
      const broker = await fakeBroker(t, {
        topics: { trades: 1 },
        onProduce: ({ attempt }) => (attempt === 1 ? 'say nothing' : 'store'),
      });
      const sink = client.open({ brokers: broker.address, topic: 'trades', requestTimeoutMs: 500 });
      await pipeline(pagesOf(['1']), sink);
      assert.deepEqual(broker.values('trades'), ['1']);
      assert.equal(broker.duplicates('trades'), 1);
    });

    test('a batch whose answer is lost is stored twice where it is not `idempotent`, and counts once', async (t) => {
      const broker = await fakeBroker(t, {
        topics: { trades: 1 },
        onProduce: ({ attempt }) => (attempt === 1 ? 'lose the answer' : 'store'),
      });
      const sink = client.open({ brokers: broker.address, topic: 'trades', idempotent: false });
      await pipeline(pagesOf(['1']), sink);
      assert.deepEqual(broker.values('trades'), ['1', '1']);
      assert.equal(sink.stats.records, 1);
    });

    test('no more than `maxInFlight` requests are under way, and one alone where the client cannot number more', async (t) => {
      const broker = await fakeBroker(t, {
        topics: { trades: 6 },
        nodes: 6,
        onProduce: () => new Promise((resolve) => setImmediate(resolve, 'store')),
      });
      const texts = Array.from({ length: 60 }, (_, n) => `{"p":${n % 6}}`);
      const options = { topic: 'trades', partitionPath: 'p', batchSize: 2, lingerMs: 0, maxInFlight: 2 };
      await pipeline(pagesOf(texts, 12), client.open({ brokers: broker.address, ...options }));
      assert.equal(broker.values('trades').length, 60);
      assert.ok(broker.mostInFlight <= (client === recordClients[0] ? 1 : 2), String(broker.mostInFlight));
    });
  });
}

for (const compression of ['snappy', 'lz4'] as const) {
  test(`kafkajs has no ${compression}, and says what has`, async () => {
    const sink = kafkaJs.open({ brokers: '127.0.0.1:1', topic: 'trades', compression });
    await assert.rejects(pipeline(pagesOf(['1']), sink), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /kafkajs has gzip alone, and not \w+\. Use gzip, or `client: 'platformatic'`\./);
      return true;
    });
  });
}
