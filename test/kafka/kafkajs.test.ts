import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../lib/internal/clock.js';
import { type KafkaJsModule, kafkaJsProducer } from '../../lib/kafka/kafkajs.js';

test('a topic that is not there is created where that is wanted, and counted then', async () => {
  const { topics, producer } = start({ autoCreateTopics: true, refusal: 'UNKNOWN_TOPIC_OR_PARTITION' });
  assert.equal(await producer.partitions('trades'), 3);
  assert.deepEqual(topics, ['trades']);
});

test('a topic that is not there is not created where that is not wanted, nor one that may not be seen', async () => {
  for (const [autoCreateTopics, refusal] of [
    [false, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [true, 'TOPIC_AUTHORIZATION_FAILED'],
  ] as const) {
    const { topics, producer } = start({ autoCreateTopics, refusal });
    await assert.rejects(async () => producer.partitions('trades'), { type: refusal });
    assert.deepEqual(topics, []);
  }
});

/** A producer over a client whose cluster tells of no topic before it is created. */
function start({ autoCreateTopics, refusal }: { autoCreateTopics: boolean; refusal: string }) {
  const topics: string[] = [];
  const admin = {
    connect: async () => {},
    fetchTopicMetadata: async () => {
      if (topics.length === 0) throw Object.assign(new Error('refused'), { type: refusal });
      return { topics: [{ partitions: [{ leader: 1 }, { leader: 1 }, { leader: 2 }] }] };
    },
    createTopics: async ({ topics: [created] }: { topics: { topic: string }[] }) => void topics.push(created!.topic),
  };
  class Kafka {
    readonly producer = () => ({});
    readonly admin = () => admin;
  }
  const producer = kafkaJsProducer({ Kafka } as unknown as KafkaJsModule, {
    client: 'kafkajs',
    producer: undefined,
    brokers: ['localhost:9092'],
    auth: { type: 'none' },
    clientId: 'spillway',
    acks: 'all',
    idempotent: false,
    compression: 'none',
    maxInFlight: 1,
    requestTimeoutMs: 1_000,
    messageTimeoutMs: 1_000,
    transactionalId: undefined,
    commitIntervalMs: 250,
    positionTopic: 'spillway.feeds',
    autoCreateTopics,
    clock: systemClock,
  });
  return { topics, producer };
}
