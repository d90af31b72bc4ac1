import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { type KafkaAuth, resolveAuth } from '../../lib/kafka/auth.js';
import type { ClientOptions } from '../../lib/kafka/client-options.js';
import { type KafkaJsModule, kafkaJsProducer } from '../../lib/kafka/kafkajs.js';
import { type PlatformaticModule, platformaticProducer, toConnectionOptions } from '../../lib/kafka/platformatic.js';
import type { KafkaRecord } from '../../lib/kafka/producer.js';
import { resolveKafkaOptions } from '../../lib/sink/kafka/options.js';

const LOGIN = { username: 'u', password: 'p' };
const BROKERS = 'a.example.com:9092, 127.0.0.1:9093';

/** How somebody logs in, and what each client is told of it. */
const LOGINS: readonly (readonly [auth: KafkaAuth, platformatic: object, kafkajs: object])[] = [
  [{ type: 'none' }, {}, {}],
  [
    { type: 'sasl_plain', config: LOGIN },
    { sasl: { mechanism: 'PLAIN', ...LOGIN } },
    { sasl: { mechanism: 'plain', ...LOGIN } },
  ],
  [
    { type: 'sasl_scram', config: { ...LOGIN, mechanism: 'sha256' } },
    { sasl: { mechanism: 'SCRAM-SHA-256', ...LOGIN } },
    { sasl: { mechanism: 'scram-sha-256', ...LOGIN } },
  ],
  [
    { type: 'sasl_scram', config: { ...LOGIN, mechanism: 'sha512' } },
    { sasl: { mechanism: 'SCRAM-SHA-512', ...LOGIN } },
    { sasl: { mechanism: 'scram-sha-512', ...LOGIN } },
  ],
  [{ type: 'ssl' }, { tls: {}, tlsServerName: true }, { ssl: {} }],
  [
    {
      type: 'sasl_ssl',
      config: { sasl: { type: 'sasl_plain', config: LOGIN }, ssl: { type: 'ssl', config: { server_name: 's' } } },
    },
    { tls: { servername: 's' }, tlsServerName: 's', sasl: { mechanism: 'PLAIN', ...LOGIN } },
    { ssl: { servername: 's' }, sasl: { mechanism: 'plain', ...LOGIN } },
  ],
];

describe('what a client is told', () => {
  for (const [auth, platformatic, kafkajs] of LOGINS) {
    it(`of a login by ${JSON.stringify(auth)}`, () => {
      const options = optionsOf({ auth: resolveAuth(auth) });
      const common = { requestTimeout: 30_000, connectTimeout: 5_000 };
      assert.deepEqual(toConnectionOptions(options), { ...common, ...platformatic });
      const { config } = kafkaJs(options);
      const { socketFactory, ...told } = config;
      assert.equal(typeof socketFactory, 'function');
      assert.deepEqual(told, {
        ...{ clientId: 'spillway', brokers: ['a.example.com:9092', '127.0.0.1:9093'], logLevel: 0 },
        ...{ connectionTimeout: 5_000, requestTimeout: 30_000 },
        ...{ retry: { retries: 1, initialRetryTime: 20, maxRetryTime: 2_000 }, ...kafkajs },
      });
    });
  }

  it('of a token, which is asked for at each login', async () => {
    const options = optionsOf({ auth: { type: 'sasl_oauthbearer', config: { token: 'x' } } });
    const { mechanism, token } = toConnectionOptions(options).sasl as { mechanism: string; token: () => string };
    assert.deepEqual([mechanism, token()], ['OAUTHBEARER', 'x']);
    const { mechanism: name, oauthBearerProvider } = kafkaJs(options).config['sasl'] as {
      mechanism: string;
      oauthBearerProvider: () => Promise<object>;
    };
    assert.deepEqual([name, await oauthBearerProvider()], ['oauthbearer', { value: 'x' }]);
  });

  it('of brokers by address alone, of which TLS checks no name, and of a time-out that is short', () => {
    const options = optionsOf({ brokers: ['127.0.0.1:1', '[::1]:2'], auth: { type: 'ssl' }, requestTimeoutMs: 900 });
    const told = { requestTimeout: 900, connectTimeout: 900, tls: {}, tlsServerName: false };
    assert.deepEqual(toConnectionOptions(options), told);
    assert.equal(kafkaJs(options).config['connectionTimeout'], 900);
  });

  for (const [version, idempotent, retries, maxInflights, maxInFlight] of [
    ['2.1.0', true, Number.MAX_SAFE_INTEGER, 1, undefined],
    ['2.1.0', false, 2, 7, undefined],
    ['1.35.0', true, 2, 1, 1],
    ['1.35.0', false, 2, 7, undefined],
  ] as const) {
    it(`of how to send, in version ${version} of @platformatic/kafka, ${idempotent ? 'with' : 'without'} numbers`, async () => {
      const options = optionsOf({ idempotent, maxInFlight: 7, compression: 'gzip', requestTimeoutMs: 1_001 });
      const { producer, config, asked } = platformatic(version, options);
      const { retryDelay, ...told } = config as { retryDelay: (...given: unknown[]) => number };
      assert.deepEqual(told, {
        ...{ requestTimeout: 1_001, connectTimeout: 1_001, clientId: 'spillway', autocreateTopics: true },
        ...{ bootstrapBrokers: ['a.example.com:9092', '127.0.0.1:9093'], idempotent, compression: 'gzip' },
        ...{ retries, timeout: 901, maxInflights },
      });
      const failure = new Error('refused');
      const delays = [1, 2, 3, 5, 6, 100].map((attempt) => retryDelay(undefined, 'produce', attempt, 9, failure));
      assert.deepEqual(delays, [100, 200, 400, 1_600, 2_000, 2_000]);
      assert.equal(producer.lastFailure!(), failure);
      assert.equal(producer.maxInFlight, maxInFlight);
      await producer.send([RECORD]);
      assert.equal(producer.lastFailure!(), undefined);
      assert.equal(await producer.partitions('trades'), 3);
      await producer.close();
      assert.deepEqual(asked, [
        ['send', { messages: [RECORD], acks: idempotent ? -1 : 1 }],
        ['metadata', { topics: ['trades'], autocreateTopics: true, forceUpdate: true }],
        ['close', true],
      ]);
    });
  }

  it('of how to send, by kafkajs', async () => {
    const options = optionsOf({ idempotent: false, compression: 'gzip', requestTimeoutMs: 1_001 });
    const { producer, asked } = kafkaJs(options);
    const name = Buffer.from('h');
    const bare = { ...RECORD, key: undefined, value: undefined, headers: new Map([[name, Buffer.from('x')]]) };
    await producer.send([RECORD, bare]);
    const message = { key: Buffer.from('k'), value: Buffer.from('v'), partition: 2, timestamp: '1700000000000' };
    const sentBare = {
      key: null,
      value: null,
      partition: 2,
      timestamp: '1700000000000',
      headers: { h: Buffer.from('x') },
    };
    assert.deepEqual(asked, [
      ['producer', { idempotent: false, allowAutoTopicCreation: true }],
      ['connect'],
      ['send', { topic: 'trades', acks: 1, timeout: 901, compression: 1, messages: [message, sentBare] }],
    ]);
  });
});

const RECORD: KafkaRecord = {
  ...{ topic: 'trades', partition: 2, timestamp: 1_700_000_000_000n },
  ...{ key: Buffer.from('k'), value: Buffer.from('v'), headers: undefined },
};

function optionsOf({ idempotent = true, ...more }: Partial<ClientOptions>): ClientOptions {
  const resolved = resolveKafkaOptions({ brokers: BROKERS, topic: 'trades', autoCreateTopics: true });
  return { ...resolved, idempotent, acks: idempotent ? 'all' : 'leader', ...more } as ClientOptions;
}

/** A producer over a client that answers all, what that was made with, and what it was asked for. */
function platformatic(clientSoftwareVersion: string, options: ClientOptions) {
  const asked: unknown[][] = [];
  const configs: object[] = [];
  class Producer extends EventEmitter {
    readonly connections = new EventEmitter();
    constructor(config: object) {
      super();
      configs.push(config);
    }
    async send(given: unknown) {
      asked.push(['send', given]);
    }
    async metadata(given: unknown) {
      asked.push(['metadata', given]);
      return { topics: new Map([['trades', { partitionsCount: 3 }]]) };
    }
    async close(given: unknown) {
      asked.push(['close', given]);
    }
  }
  const module = { Producer, clientSoftwareVersion } as unknown as PlatformaticModule;
  const producer = platformaticProducer(module, options);
  return { producer, asked, config: configs[0]! };
}

/** The same of `kafkajs`. */
function kafkaJs(options: ClientOptions) {
  const asked: unknown[][] = [];
  const configs: Record<string, unknown>[] = [];
  class Kafka {
    constructor(config: Record<string, unknown>) {
      configs.push(config);
    }
    producer({ createPartitioner, ...given }: { createPartitioner: unknown }) {
      assert.equal(typeof createPartitioner, 'function');
      asked.push(['producer', given]);
      return {
        connect: async () => void asked.push(['connect']),
        async send(sent: unknown) {
          asked.push(['send', sent]);
          return [{ partition: 2 }];
        },
      };
    }
    admin() {
      return {};
    }
  }
  const producer = kafkaJsProducer({ Kafka } as unknown as KafkaJsModule, options);
  return { producer, asked, config: configs[0]! };
}
