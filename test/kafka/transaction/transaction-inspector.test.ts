import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import * as platformatic from '@platformatic/kafka';
import { transactionInspector } from '../../../lib/kafka/transaction/transaction-inspector.js';
import { TRANSACTION_REQUESTS, type TransactionModule } from '../../../lib/kafka/transaction/transaction-module.js';
import { resolveKafkaOptions } from '../../../lib/sink/kafka/options.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { until } from '../../support/until.js';

const { ProtocolError, UnsupportedApiError } = platformatic;
const [FIRST, SECOND] = [
  { nodeId: 1, host: 'a', port: 1 },
  { nodeId: 2, host: 'b', port: 2 },
];
const COORDINATOR = { host: 'c', port: 3 };
/** What a broker has to understand: batches and numbers of producers, too. */
const NEEDED = [[0, 7], [22, 3], ...TRANSACTION_REQUESTS] as const;

describe('an inspector of transactions', () => {
  for (const refusal of ['INVALID_PRODUCER_ID_MAPPING', 'INVALID_PRODUCER_EPOCH'] as const) {
    it(`asks the coordinator of the id to end what nobody has begun: ${refusal}`, async () => {
      const { inspector, asked } = inspectorOf({ end: refusal });
      await inspector.tryId();
      assert.deepEqual(asked, [
        ['metadata', { topics: [] }],
        ['first of', [FIRST, SECOND]],
        ['apis'],
        ['find', [FIRST, SECOND], 1, ['trades']],
        ['connect', COORDINATOR],
        ['end', COORDINATOR, 'trades', -1n, -1, false],
      ]);
    });
  }

  it('is content with a coordinator that ends nothing without a word', async () => {
    await inspectorOf({}).inspector.tryId();
  });

  it('tells who may not use the id', async () => {
    const { inspector } = inspectorOf({ end: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED' });
    await assert.rejects(inspector.tryId(), (error) => {
      return error instanceof ProtocolError && error.apiId === 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED';
    });
  });

  it('asks the controller whether the topic of positions could be made, and makes none', async () => {
    const { inspector, asked } = inspectorOf({});
    await inspector.tryTopic();
    const [metadata, connect, apis, created] = asked;
    assert.deepEqual(
      [metadata, connect, apis],
      [['metadata', { topics: [], forceUpdate: true }], ['connect', SECOND], ['apis']],
    );
    const [name, broker, topics, , isTrial] = created as [string, object, readonly Topic[], number, boolean];
    assert.deepEqual([name, broker, isTrial], ['create', SECOND, true]);
    assert.deepEqual(
      topics.map((topic) => [topic.name, topic.numPartitions]),
      [['positions', 48]],
    );
  });

  for (const [key, version] of NEEDED) {
    it(`fails where brokers do not understand request ${key} of version ${version}`, async () => {
      const others = NEEDED.filter(([other]) => other !== key);
      const range = (apiKey: number, minVersion: number, maxVersion: number) => ({ apiKey, minVersion, maxVersion });
      const known = others.map(([other, at]) => range(other, at, at));
      for (const apis of [known, [...known, range(key, 0, version - 1)], [...known, range(key, version + 1, 99)]]) {
        await assert.rejects(
          inspectorOf({ apis }).inspector.tryTopic(),
          (error) => error instanceof UnsupportedApiError,
        );
      }
      await inspectorOf({ apis: [...known, range(key, version, version)] }).inspector.tryTopic();
    });
  }

  it('gives up waiting when it is closed', async () => {
    const { inspector, asked } = inspectorOf({ end: 'COORDINATOR_NOT_AVAILABLE' });
    const trying = assert.rejects(inspector.tryId());
    await until(() => asked.some(([name]) => name === 'end'));
    await inspector.close();
    await trying;
    assert.deepEqual(asked.at(-1), ['close', true]);
  });
});

interface Topic {
  readonly name: string;
  readonly numPartitions: number;
}

interface Script {
  /** With what the end of a transaction is refused. */
  readonly end?: string;
  /** What brokers understand. @default all that is needed */
  readonly apis?: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[];
}

/** An inspector over a client whose brokers answer as a script says; a connection is the broker that it leads to. */
function inspectorOf({ end, apis }: Script) {
  const asked: unknown[][] = [];
  const ask = (name: string, answer: (...given: unknown[]) => unknown = () => ({})) => ({
    api: {
      async: async (...given: unknown[]) => {
        asked.push([name, ...given]);
        return answer(...given);
      },
    },
  });
  class Producer {
    readonly connections = Object.assign(new EventEmitter(), {
      async get(broker: unknown) {
        asked.push(['connect', broker]);
        return broker;
      },
      async getFirstAvailable(brokers: unknown) {
        asked.push(['first of', brokers]);
        return brokers;
      },
    });
    async metadata(given: unknown) {
      asked.push(['metadata', given]);
      const brokers = new Map([FIRST, SECOND].map((broker) => [broker.nodeId, broker]));
      return { brokers, controllerId: 2, topics: new Map() };
    }
    async listApis() {
      asked.push(['apis']);
      return apis ?? NEEDED.map(([apiKey, version]) => ({ apiKey, minVersion: 0, maxVersion: version }));
    }
    async close(given: unknown) {
      asked.push(['close', given]);
    }
  }
  const module = {
    ...platformatic,
    Producer,
    findCoordinatorV4: ask('find', () => ({ coordinators: [COORDINATOR] })),
    endTxnV3: ask('end', () => {
      if (end !== undefined) throw new ProtocolError(end as never);
    }),
    createTopicsV7: ask('create'),
  } as unknown as TransactionModule;
  const options = resolveKafkaOptions({
    ...{ brokers: '127.0.0.1:1', topic: 'trades', transactionalId: 'trades', positionTopic: 'positions' },
    clock: createFakeClock(),
  });
  return { asked, inspector: transactionInspector(module, options, 'trades') };
}
