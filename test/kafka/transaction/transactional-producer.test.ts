import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import * as platformatic from '@platformatic/kafka';
import type { BatchEncoder } from '../../../lib/kafka/batch/batch-encoder.js';
import type { OutgoingBatch } from '../../../lib/kafka/produce/batch-producer.js';
import { TRANSACTION_REQUESTS, type TransactionModule } from '../../../lib/kafka/transaction/transaction-module.js';
import { transactionalProducer } from '../../../lib/kafka/transaction/transactional-producer.js';
import { resolveKafkaOptions } from '../../../lib/sink/kafka/options.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { fakeBroker } from '../../support/kafka/fake-broker.js';
import { recorder } from '../../support/messages.js';
import { within } from '../../support/until.js';

describe('a transactional producer', () => {
  it('takes the id over, and finds nothing of a feed that was never stored', async (t) => {
    const { producer, asked, logger } = await producing(t);
    assert.equal(await producer.begin(), undefined);
    assert.deepEqual([producer.epoch, producer.isUncertain], [3, false]);
    assert.deepEqual(asked, [['init', 'trades', 160_000, -1n, -1]]);
    assert.deepEqual(logger.entries, []);
    assert.equal(await producer.partitions('trades'), 2);
    assert.equal(producer.maxPerPartition, 5);
  });

  it('commits batches together with the position, each partition added before its first batch', async (t) => {
    const { producer, asked, broker, clock } = await producing(t);
    await producer.begin();
    asked.length = 0;
    assert.equal(await send(producer, 'a', 1), 0);
    await producer.note(Buffer.from('here'));
    const transaction = { transactionalId: 'trades', producerId: 7n, producerEpoch: 3, verifyOnly: false };
    const added = (name: string, partition: number) => [
      'add',
      [{ ...transaction, topics: [{ name, partitions: [partition] }] }],
    ];
    assert.deepEqual(asked, [added('trades', 1), added('positions', 2)]);
    await producer.commit();
    assert.deepEqual(asked.splice(0).slice(2), [['end', 'trades', 7n, 3, true]]);
    const [stored] = broker.records('positions', 2);
    assert.deepEqual([String(stored!.key), String(stored!.value), stored!.timestamp], ['trades', 'here', clock.now()]);
    assert.deepEqual(broker.values('trades'), ['a']);
    for (const { batch, acks } of broker.attempts)
      assert.deepEqual([batch.attributes & 0x10, batch.producerId, batch.producerEpoch, acks], [0x10, 7n, 3, -1]);
    assert.equal(await send(producer, 'b', 1), 1);
    await producer.abort();
    assert.deepEqual(asked, [added('trades', 1), ['end', 'trades', 7n, 3, false]]);
    assert.deepEqual(broker.errors, []);
  });

  it('numbers what comes behind a batch that it was told to forget in its place', async (t) => {
    let refusals = 1;
    const { producer, broker } = await producing(t, () => refusals-- > 0);
    await producer.begin();
    const lost = batchOf(0);
    await assert.rejects(producer.send(lost, writing('lost')));
    producer.forget(lost);
    await send(producer, 'kept', 0);
    assert.deepEqual(
      broker.attempts.map(({ batch }) => batch.firstSequence),
      [0, 0],
    );
    assert.deepEqual(broker.values('trades'), ['kept']);
  });
});

/** A producer whose batches go to a broker in this process, and whose transactions are a script's. */
async function producing(t: TestContext, isRefused: () => boolean = () => false) {
  const broker = await fakeBroker(t, {
    topics: { trades: 2, positions: 3 },
    onProduce: ({ topic }) => (topic === 'trades' && isRefused() ? { refuse: 'MESSAGE_TOO_LARGE' } : 'store'),
  });
  const asked: unknown[][] = [];
  const ask = (name: string, answer: unknown = {}) => ({
    api: {
      async: async (_connection: unknown, ...given: unknown[]) => {
        asked.push([name, ...given]);
        return answer;
      },
    },
  });
  class Producer extends platformatic.Producer<Buffer, Buffer, Buffer, Buffer> {
    override listApis(): Promise<never> {
      const apis = [[0, 7] as const, [22, 3] as const, ...TRANSACTION_REQUESTS];
      return Promise.resolve(apis.map(([apiKey, maxVersion]) => ({ apiKey, minVersion: 0, maxVersion })) as never);
    }
  }
  const [host, port] = broker.address.split(':');
  const nothing = { topics: [{ partitions: [{ offset: 0n }] }] };
  const module = {
    ...platformatic,
    Producer,
    initProducerIdV3: ask('init', { producerId: 7n, producerEpoch: 3 }),
    findCoordinatorV4: { api: { async: async () => ({ coordinators: [{ host, port: Number(port) }] }) } },
    addPartitionsToTxnV3: ask('add'),
    endTxnV3: ask('end'),
    listOffsetsV7: { api: { async: async () => nothing } },
  } as unknown as TransactionModule;
  const [clock, logger] = [createFakeClock(), recorder()];
  const options = resolveKafkaOptions({
    ...{ brokers: broker.address, topic: 'trades', transactionalId: 'trades', positionTopic: 'positions' },
    ...{ messageTimeoutMs: 120_000, commitIntervalMs: 10_000, requestTimeoutMs: 30_000, clock },
  });
  const producer = transactionalProducer(module, { ...options, transactionalId: 'trades', logger }, () => {});
  t.after(() => within(() => 'the producer to close', producer.close()));
  return { asked, broker, clock, logger, producer };
}

type Sender = Pick<ReturnType<typeof transactionalProducer>, 'send'>;

function send(producer: Sender, text: string, partition: number): Promise<number | undefined> {
  return producer.send(batchOf(partition), writing(text));
}

function batchOf(partition: number): OutgoingBatch {
  return { topic: 'trades', partition, length: 1, maxBytes: 200, number: undefined };
}

function writing(text: string): (encoder: BatchEncoder) => void {
  const value = Buffer.from(text);
  return (encoder) => encoder.record(5, value, -1, -1, value, 0, value.length);
}
