import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SinkError } from '../../lib/index.js';
import type { KafkaDeadLetter, KafkaOptions } from '../../lib/sink/kafka/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { pagesOf } from '../sink/pages.js';
import { type FakeBroker, type FakeBrokerOptions, fakeBroker } from '../support/kafka/fake-broker.js';
import { clients, kafkaJs, recordClients } from './clients.js';

/** Records whose key and partition is their number modulo 3. */
const RECORDS = Array.from({ length: 60 }, (_, n) => `{"n":${n},"shard":${n % 3}}`);
const SHARDS = [0, 1, 2].map((shard) => RECORDS.filter((_, n) => n % 3 === shard));
const BY_SHARD: KafkaOptions = { topic: 'trades', partitionPath: 'shard', batchSize: 4, lingerMs: 0 };

for (const client of [...clients, ...recordClients]) {
  describe(`with ${client.name}, over the protocol,`, () => {
    test('refusals, lost answers and dropped connections on one partition leave every record there once', async (t) => {
      const faults = [
        { refuse: 'NOT_ENOUGH_REPLICAS' },
        'lose the answer',
        { refuse: 'NOT_LEADER_OR_FOLLOWER' },
        'drop',
      ] as const;
      const broker = await fake(t, {
        onProduce: ({ partition, attempt }) =>
          (partition === 1 && attempt % 2 === 0 && faults[attempt / 2 - 1]) || 'store',
      });
      const sink = client.open({ ...BY_SHARD, brokers: broker.address });
      await pipeline(pagesOf(RECORDS, 15), sink);
      assert.deepEqual(shards(broker), SHARDS);
      assert.equal(sink.stats.records, RECORDS.length);
      assert.equal(sink.report().undelivered, 0);
    });

    test('a slow partition holds up none but its own records, and counts nothing before it is told', async (t) => {
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      // A node each, since a connection's requests are answered one after another.
      const broker = await fake(t, {
        nodes: 3,
        onProduce: async ({ partition }) => {
          if (partition === 2) await held;
          return 'store' as const;
        },
      });
      const sink = client.open({ ...BY_SHARD, brokers: broker.address });
      const done = pipeline(pagesOf(RECORDS, 60), sink);
      await broker.whenAttempts(1);
      // Where one request alone may be on its way, nothing overtakes.
      while (client !== recordClients[0] && sink.stats.records < 40) await nextTurn();
      assert.equal(broker.records('trades', 2).length, 0);
      assert.ok(sink.stats.records <= 40);
      release();
      await done;
      assert.deepEqual(shards(broker), SHARDS);
    });

    test('a partition that moves to another node is followed', async (t) => {
      let moved = false;
      const broker: FakeBroker = await fake(t, {
        nodes: 2,
        onProduce: ({ partition, attempt }) => {
          if (partition === 0 && attempt === 2 && !moved) {
            moved = true;
            broker.lead('trades', 0, 2);
          }
          return 'store';
        },
      });
      await pipeline(pagesOf(RECORDS, 15), client.open({ ...BY_SHARD, brokers: broker.address }));
      assert.ok(moved);
      assert.deepEqual(shards(broker), SHARDS);
    });

    test('a record that is too large goes to the dead letter alone', async (t) => {
      const broker = await fake(t, { maxBatchBytes: 600 });
      const large = `{"n":30,"shard":0,"pad":"${'x'.repeat(700)}"}`;
      const deadLetter = new PassThrough({ objectMode: true, highWaterMark: 10 });
      const sink = client.open({ ...BY_SHARD, brokers: broker.address, deadLetter });
      await pipeline(pagesOf(RECORDS.with(30, large), 60), sink);
      const letters = (await deadLetter.end().toArray()) as KafkaDeadLetter[];
      assert.deepEqual(
        letters.map(({ data }) => String(data)),
        [large],
      );
      assert.deepEqual(shards(broker), [SHARDS[0]!.toSpliced(10, 1), SHARDS[1], SHARDS[2]]);
    });

    test('what is for a partition that is gone goes to another one, or is not called delivered', async (t) => {
      let isRemade = false;
      const broker: FakeBroker = await fake(t, {
        onProduce() {
          if (!isRemade) broker.createTopic('trades', 1);
          isRemade = true;
          return 'store';
        },
      });
      const sink = client.open({ ...BY_SHARD, brokers: broker.address, messageTimeoutMs: 1_000, drainTimeoutMs: 200 });
      const error = await pipeline(pagesOf(RECORDS, 60), sink).catch((reason: unknown) => reason);
      const { acknowledged, undelivered, uncertain } = sink.report();
      assert.equal(error instanceof SinkError, undelivered > 0, String(error));
      const stored = broker.records('trades', 0).length;
      assert.ok(
        acknowledged <= stored && stored <= acknowledged + uncertain,
        `${acknowledged}, ${stored}, ${uncertain}`,
      );
      assert.equal(acknowledged + undelivered, RECORDS.length);
    });

    test('what a broker forbids ends the run, and says which records are not delivered', async (t) => {
      const broker = await fake(t, {
        onProduce: ({ attempt }) => (attempt > 2 ? { refuse: 'TOPIC_AUTHORIZATION_FAILED' } : 'store'),
      });
      const sink = client.open({ ...BY_SHARD, brokers: broker.address });
      const error = await pipeline(pagesOf(RECORDS, 60), sink).catch((reason: unknown) => reason);
      assert.ok(error instanceof SinkError, String(error));
      const report = sink.report();
      assert.equal(report.acknowledged, shards(broker).flat().length);
      assert.equal(report.acknowledged + report.undelivered, RECORDS.length);
      assert.match(error.message, /TOPIC_AUTHORIZATION_FAILED/);
    });
  });
}

test('when the time is up, the error says what the client last failed with', async (t) => {
  const client = clients.findLast((each) => each !== kafkaJs)!;
  const clock = createFakeClock();
  const broker = await fake(t, { onProduce: () => ({ refuse: 'NOT_ENOUGH_REPLICAS' }) });
  const limits = { requestTimeoutMs: HOUR_MS, messageTimeoutMs: HOUR_MS, drainTimeoutMs: HOUR_MS };
  const sink = client.open({ ...BY_SHARD, brokers: broker.address, clock, ...limits });
  const done = pipeline(pagesOf(['{"shard":0}']), sink).catch((reason: unknown) => reason);
  // A second try tells that it is known how the first one ended.
  await broker.whenAttempts(1);
  while (broker.attempts.length < 2) await clock.advance(20);
  await clock.advance(HOUR_MS);
  const error = await done;
  assert.ok(error instanceof SinkError, String(error));
  assert.match(error.message, /NOT_ENOUGH_REPLICAS/);
});

const HOUR_MS = 3_600_000;

async function fake(t: TestContext, options: FakeBrokerOptions): Promise<FakeBroker> {
  const broker = await fakeBroker(t, { topics: { trades: 3 }, ...options });
  t.after(() => assert.deepEqual(broker.errors, []));
  return broker;
}

/** What lies in each partition. */
function shards(broker: FakeBroker): string[][] {
  return [0, 1, 2].map((partition) => broker.records('trades', partition).map(({ value }) => String(value)));
}
