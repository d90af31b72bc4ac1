import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Admin, Connection, NumericMap, Producer, produceV7, ResponseError } from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { type FakeBroker, type FakeBrokerOptions, fakeBroker } from '../support/kafka/fake-broker.js';
import { brokerAddress, noKafka } from '../support/kafka/gate.js';

// What the tests of the sink stand on: the fake is tried with the real clients, and a real broker keeps the same rules.

const skip = await noKafka();

test('@platformatic/kafka stores records in the fake broker, with keys, headers and timestamps', async (t) => {
  const { broker, producer } = await platformatic(t, { topics: { trades: 2 } });
  await producer.send({
    messages: [
      { topic: 'trades', partition: 1, value: Buffer.from('a'), key: Buffer.from('k'), timestamp: 1_700_000_000_000n },
      {
        topic: 'trades',
        partition: 1,
        value: Buffer.from('b'),
        headers: new Map([[Buffer.from('h'), Buffer.from('1')]]),
      },
    ],
  });
  const [first, second] = broker.records('trades', 1);
  assert.deepEqual([String(first?.key), String(first?.value), first?.timestamp], ['k', 'a', 1_700_000_000_000]);
  assert.deepEqual([String(second?.value), second?.headers], ['b', [['h', '1']]]);
  assert.deepEqual(broker.records('trades', 0), []);
});

test('kafkajs stores records in the fake broker, with keys, headers and timestamps', async (t) => {
  const broker = await fake(t, { topics: { trades: 2 } });
  const producer = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).producer({ idempotent: true });
  await producer.connect();
  t.after(() => producer.disconnect());
  await producer.send({
    topic: 'trades',
    messages: [{ partition: 1, key: 'k', value: 'a', timestamp: '1700000000000', headers: { h: '1' } }],
  });
  const [record] = broker.records('trades', 1);
  assert.deepEqual([String(record?.key), String(record?.value), record?.timestamp], ['k', 'a', 1_700_000_000_000]);
  assert.deepEqual(record?.headers, [['h', '1']]);
});

test('a batch whose answer is lost comes again, and is stored once', async (t) => {
  const { broker, producer } = await platformatic(t, {
    topics: { trades: 1 },
    onProduce: ({ attempt }) => (attempt === 2 ? 'lose the answer' : 'store'),
  });
  for (const value of ['a', 'b', 'c']) await producer.send({ messages: [message(value)] });
  assert.deepEqual(broker.values('trades'), ['a', 'b', 'c']);
  assert.equal(broker.attempts.length, 4);
  assert.equal(broker.duplicates('trades'), 1);
});

test('a batch that is refused for now comes again in its place', async (t) => {
  const { broker, producer } = await platformatic(t, {
    topics: { trades: 1 },
    onProduce: ({ attempt }) => (attempt <= 2 ? { refuse: 'NOT_ENOUGH_REPLICAS' } : 'store'),
  });
  for (const value of ['a', 'b']) await producer.send({ messages: [message(value)] });
  assert.deepEqual(broker.values('trades'), ['a', 'b']);
  assert.equal(broker.attempts.length, 4);
});

test('a client follows a partition to its new leader', async (t) => {
  const { broker, producer } = await platformatic(t, { topics: { trades: 1 }, nodes: 2 });
  await producer.send({ messages: [message('a')] });
  broker.lead('trades', 0, 2);
  await producer.send({ messages: [message('b')] });
  assert.deepEqual(broker.values('trades'), ['a', 'b']);
  assert.deepEqual(
    broker.attempts.map(({ node }) => node),
    [1, 1, 2],
  );
});

describe('a login', () => {
  const login = { username: 'alice', password: 'secret' };

  test('is let in with the right password', async (t) => {
    const { broker, producer } = await platformatic(
      t,
      { topics: { trades: 1 }, login },
      { mechanism: 'PLAIN', ...login },
    );
    await producer.send({ messages: [message('a')] });
    assert.deepEqual(broker.values('trades'), ['a']);
  });

  test('is refused with a wrong one', async (t) => {
    const wrong = { mechanism: 'PLAIN', username: 'alice', password: 'wrong' } as const;
    const { broker, producer } = await platformatic(t, { topics: { trades: 1 }, login }, wrong);
    await assert.rejects(producer.send({ messages: [message('a')] }));
    assert.deepEqual(broker.values('trades'), []);
  });
});

describe('the rules for the numbers of batches', () => {
  /** Batches of one producer in their order: the first number, how many records, and what the broker says. */
  const steps = [
    { first: 0, count: 3, epoch: 0, says: 'stored at 0' },
    { first: 3, count: 1, epoch: 0, says: 'stored at 3' },
    { first: 0, count: 3, epoch: 0, says: 'stored at 0' },
    { first: 3, count: 1, epoch: 0, says: 'stored at 3' },
    { first: 5, count: 1, epoch: 0, says: 'OUT_OF_ORDER_SEQUENCE_NUMBER' },
    { first: 3, count: 2, epoch: 0, says: 'OUT_OF_ORDER_SEQUENCE_NUMBER' },
    { first: 4, count: 2, epoch: 0, says: 'stored at 4' },
    { first: 6, count: 1, epoch: 0, says: 'stored at 6' },
    { first: 7, count: 1, epoch: 0, says: 'stored at 7' },
    { first: 8, count: 1, epoch: 0, says: 'stored at 8' },
    { first: 9, count: 1, epoch: 0, says: 'stored at 9' },
    // No longer one of the latest five.
    { first: 3, count: 1, epoch: 0, says: 'OUT_OF_ORDER_SEQUENCE_NUMBER' },
    { first: 10, count: 1, epoch: 1, says: 'OUT_OF_ORDER_SEQUENCE_NUMBER' },
    { first: 0, count: 1, epoch: 1, says: 'stored at 10' },
    { first: 10, count: 1, epoch: 0, says: 'INVALID_PRODUCER_EPOCH' },
  ];

  test('are kept by the fake broker', async (t) => {
    const broker = await fake(t, { topics: { rules: 1 } });
    assert.deepEqual(
      await sayings(t, broker.address, 'rules', steps),
      steps.map(({ says }) => says),
    );
  });

  test('are those of a real broker', { skip }, async (t) => {
    const address = await brokerAddress(t);
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [address] });
    t.after(() => admin.close());
    const topic = `rules-${process.pid}-${Date.now()}`;
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    assert.deepEqual(
      await sayings(t, address, topic, steps),
      steps.map(({ says }) => says),
    );
  });
});

/** What a broker says to each batch. */
async function sayings(
  t: TestContext,
  address: string,
  topic: string,
  steps: readonly { readonly first: number; readonly count: number; readonly epoch: number }[],
): Promise<string[]> {
  const connection = new Connection('test');
  const [host = '', port = ''] = address.split(':');
  await connection.connect(host, Number(port));
  t.after(() => connection.close());
  // A broker that has just started asks to come again for a number.
  const producer = producerFor(t, address, undefined, 5_000);
  const { producerId } = await producer.initIdempotentProducer({});
  const said: string[] = [];
  for (const { first, count, epoch } of steps) {
    const messages = Array.from({ length: count }, (_, n) => ({
      topic,
      partition: 0,
      value: Buffer.from(`${first + n}`),
    }));
    const sequences = new NumericMap([[`${topic}:0`, first]]);
    const options = { producerId, producerEpoch: epoch, sequences };
    try {
      const answer = await produceV7.api.async(connection, -1, 5_000, messages, options);
      assert.ok(typeof answer === 'object');
      said.push(`stored at ${answer.responses[0]?.partitionResponses[0]?.baseOffset}`);
    } catch (error) {
      assert.ok(error instanceof ResponseError, String(error));
      said.push(...error.errors.map((one) => String((one as { apiId?: string }).apiId)));
    }
  }
  return said;
}

async function fake(t: TestContext, options: FakeBrokerOptions): Promise<FakeBroker> {
  const broker = await fakeBroker(t, options);
  t.after(() => assert.deepEqual(broker.errors, []));
  return broker;
}

async function platformatic(t: TestContext, options: FakeBrokerOptions, sasl?: SASL) {
  const broker = await fake(t, options);
  return { broker, producer: producerFor(t, broker.address, sasl) };
}

function producerFor(t: TestContext, address: string, sasl?: SASL, retries = 5): Producer {
  const producer = new Producer({
    clientId: 'test',
    bootstrapBrokers: [address],
    idempotent: true,
    retries,
    retryDelay: 5,
    ...(sasl === undefined ? {} : { sasl }),
  });
  t.after(() => producer.close());
  return producer;
}

function message(value: string) {
  return { topic: 'trades', partition: 0, value: Buffer.from(value) };
}

type SASL = { readonly mechanism: 'PLAIN'; readonly username: string; readonly password: string };
