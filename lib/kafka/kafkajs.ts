import type { Admin, Kafka, KafkaConfig, SASLOptions } from 'kafkajs';
import { optionError } from '../errors.js';
import { type KafkaSasl, saslOf, tlsOf, tokenOf } from './auth.js';
import type { ClientOptions } from './client-options.js';
import { classify, isUnaware, isUnreadable } from './failures.js';
import { KafkaJsSockets } from './kafkajs-sockets.js';
import type { KafkaProducer } from './producer.js';

/** What is used of the package `kafkajs`. */
export interface KafkaJsModule {
  readonly Kafka: new (config: KafkaConfig) => Kafka;
}

/**
 * A producer over `kafkajs`, for who runs it already.
 *
 * @throws {ConfigError} when it lacks the compression
 */
export function kafkaJsProducer(module: KafkaJsModule, options: ClientOptions): KafkaProducer {
  const { compression, idempotent, requestTimeoutMs } = options;
  if (compression !== 'none' && compression !== 'gzip') {
    throw optionError(
      'kafka.compression',
      `kafkajs has gzip alone, and not ${compression}. Use gzip, or \`client: 'platformatic'\`.`,
    );
  }
  const sockets = new KafkaJsSockets(options);
  const kafka = kafkaJsClient(module, options, sockets);
  const producer = kafka.producer({ idempotent, allowAutoTopicCreation: options.autoCreateTopics, createPartitioner });
  const admin = kafka.admin();
  const connect = once(() => producer.connect());
  const connectAdmin = once(() => admin.connect());
  let underWay = 0;
  const whileUnderWay = async <T>(work: () => Promise<T>): Promise<T> => {
    underWay += 1;
    try {
      return await work();
    } catch (error) {
      if (isUnaware(error) || isUnreadable(error)) sockets.drop();
      throw sockets.addresses.explain(error);
    } finally {
      underWay -= 1;
    }
  };
  return {
    send: (records) =>
      whileUnderWay(async () => {
        await connect();
        const { topic, partition } = records[0]!;
        const answers = await producer.send({
          topic,
          acks: ACKS[options.acks],
          timeout: Math.ceil(requestTimeoutMs * 0.9),
          compression: compression === 'gzip' ? GZIP : NO_COMPRESSION,
          messages: records.map(({ key, value, headers, partition, timestamp }) => ({
            key: key ?? null,
            value: value ?? null,
            partition,
            timestamp: String(timestamp),
            ...(headers === undefined
              ? {}
              : { headers: Object.fromEntries([...headers].map(([name, text]) => [name.toString(), text])) }),
          })),
        });
        // It leaves out, without a word, what is for a partition that is not there any more.
        if (options.acks !== 'none' && !answers.some((answer) => answer.partition === partition)) throw noPartition();
      }),
    partitions: (topic) =>
      whileUnderWay(async () => {
        await connectAdmin();
        return countPartitions(admin, topic, options);
      }),
    async close() {
      if (underWay > 0) sockets.cut();
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    },
  };
}

/** The client, which nothing has been asked of yet. */
export function kafkaJsClient(module: KafkaJsModule, options: ClientOptions, sockets: KafkaJsSockets): Kafka {
  const { auth, brokers, clientId, requestTimeoutMs } = options;
  const tls = tlsOf(auth);
  const sasl = saslOf(auth);
  return new module.Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: Math.min(requestTimeoutMs, CONNECT_TIMEOUT_MS),
    requestTimeout: requestTimeoutMs,
    retry: { retries: RETRIES, initialRetryTime: FIRST_RETRY_MS, maxRetryTime: 2_000 },
    logLevel: LOG_NOTHING,
    socketFactory: sockets.factory,
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl: toSasl(sasl) }),
  });
}

async function countPartitions(admin: Admin, topic: string, options: ClientOptions): Promise<number> {
  try {
    return (await countPartitionLeaders(admin, topic, options)).partitions;
  } catch (error) {
    if (!options.autoCreateTopics || classify(error).name !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
    return (await countPartitionLeaders(admin, topic, options)).partitions;
  }
}

/** How many partitions a topic has, and how many of them have no leader. */
export async function countPartitionLeaders(
  admin: Admin,
  topic: string,
  options: Pick<ClientOptions, 'clock'>,
): Promise<{ partitions: number; leaderless: number }> {
  const { topics } = await askUntilOneAnswers(options, () => admin.fetchTopicMetadata({ topics: [topic] }));
  const { partitions } = topics[0]!;
  return { partitions: partitions.length, leaderless: partitions.filter(({ leader }) => leader < 0).length };
}

/** This client asks one of the brokers at random, and gives up when that is one that cannot be reached. */
export async function askUntilOneAnswers<T>(
  { clock }: Pick<ClientOptions, 'clock'>,
  ask: () => Promise<T>,
): Promise<T> {
  const startedAt = clock.monotonic();
  for (let left = BROKER_TRIES; ; left--) {
    try {
      return await ask();
    } catch (error) {
      const isLate = clock.monotonic() - startedAt > ASKING_MS;
      if (left === 1 || isLate || !isUnreachable(error)) throw error;
    }
  }
}

/** Whether nobody was reached, but for an address that cannot be looked up: resolvers may not answer who asks often. */
function isUnreachable(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one.name === 'KafkaJSConnectionError') return !/^(ENOTFOUND|EAI_AGAIN)$/.test(String(Reflect.get(one, 'code')));
  }
  return false;
}

/** Calls `work` when it is needed for the first time, and again after it failed. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}

function noPartition(): Error {
  return Object.assign(new Error('The topic has no such partition.'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
}

/** Every record has its partition. */
function createPartitioner(): (args: { message: { partition?: number } }) => number {
  return ({ message }) => message.partition ?? 0;
}

function toSasl(sasl: KafkaSasl): SASLOptions {
  switch (sasl.type) {
    case 'sasl_plain':
      return { mechanism: 'plain', ...sasl.config };
    case 'sasl_scram': {
      const { mechanism, username, password } = sasl.config;
      return { mechanism: mechanism === 'sha256' ? 'scram-sha-256' : 'scram-sha-512', username, password };
    }
    case 'sasl_oauthbearer': {
      const { config } = sasl;
      return { mechanism: 'oauthbearer', oauthBearerProvider: () => Promise.resolve({ value: tokenOf(config) }) };
    }
  }
}

const ACKS = { all: -1, leader: 1, none: 0 } as const;
/** The sink sends again by itself; with none at all, this client refuses to be idempotent. */
const RETRIES = 1;
/** Short, since the broker that is asked next is another one as a rule. */
const FIRST_RETRY_MS = 20;
const CONNECT_TIMEOUT_MS = 5_000;
/** Each is two tries of the client: with one of two brokers that is wrong, nobody is found in one time of four thousand. */
const BROKER_TRIES = 6;
/** After so long the next try is that of who asked. */
const ASKING_MS = 300;
/** `logLevel.NOTHING` */
const LOG_NOTHING = 0;
/** `CompressionTypes.None` and `CompressionTypes.GZIP` */
const NO_COMPRESSION = 0;
const GZIP = 1;
