import type { Writable } from 'node:stream';
import { type ConfigError, optionError } from '../../errors.js';
import { type Clock, systemClock } from '../../internal/clock.js';
import { type Logger, silentLogger } from '../../internal/logger.js';
import {
  describe,
  type Fields,
  field,
  flag,
  isTexts,
  milliseconds,
  objectWith,
  oneOf,
  resolveOptions,
  wholeNumber,
} from '../../internal/options.js';
import { compilePath, type Path } from '../../json/field.js';
import { type KafkaAuth, resolveAuth } from './auth.js';
import { type KafkaCompression, lacksCompression } from './compression.js';
import type { KafkaProducer } from './producer.js';

/** Where a field stands in a record: `data.symbol`, or an array of keys and indices. */
export type KafkaPath = string | readonly (string | number)[];

/** The options of `kafka()`. An explicit `undefined` means the default. */
export interface KafkaOptions {
  /** Where the cluster is: `host:port`, several of them with commas between or as an array. Required without `producer`. */
  readonly brokers?: string | readonly string[] | undefined;
  /** The topic's name, or where in each record its name stands. Required. */
  readonly topic?: string | { readonly fromPath: KafkaPath } | undefined;
  /**
   * Which client to use: `@platformatic/kafka` or `kafkajs`. It is loaded when the sink starts, and must be installed
   * beside spillway. @default 'platformatic'
   */
  readonly client?: 'platformatic' | 'kafkajs' | undefined;
  /** A producer of your own, in place of a client. It is closed with the sink. @default none */
  readonly producer?: KafkaProducer | undefined;
  /** How to log in, and by which certificates. @default { type: 'none' } */
  readonly auth?: KafkaAuth | undefined;
  /** What this client is called in the broker's logs and quotas. @default 'spillway' */
  readonly clientId?: string | undefined;
  /** Where in a record its key stands: a string, a number or a boolean. @default none: records have no key */
  readonly keyPath?: KafkaPath | undefined;
  /** Where in a record the number of its partition stands. @default none: by key, or in turn */
  readonly partitionPath?: KafkaPath | undefined;
  /** Where in a record an object stands whose members become headers. @default none */
  readonly headersPath?: KafkaPath | undefined;
  /**
   * What to do with a record whose key, partition, headers or topic cannot be had: end the run with an error after all
   * that came before is delivered; count, warn and drop it; or send it without a key, to any partition (which a topic by
   * path cannot do: there it counts as `'skip'`). @default 'fail'
   */
  readonly onKeyError?: 'fail' | 'skip' | 'null_key' | undefined;
  /** Adds the headers `spillway.feed`, `spillway.connection` and `spillway.sequence`. @default false */
  readonly frameHeaders?: boolean | undefined;
  /** What `spillway.feed` says. @default none: there is no such header */
  readonly feed?: string | undefined;
  /** Who must have a batch before it counts: all replicas in sync, the leader, or nobody. @default 'all' */
  readonly acks?: 'all' | 'leader' | 'none' | undefined;
  /** Has the broker drop what it gets twice because of a retry. Needs `acks: 'all'`. @default true */
  readonly idempotent?: boolean | undefined;
  /** Compresses batches. `'zstd'` needs Node 22.15, 23.8 or later. @default 'none' */
  readonly compression?: KafkaCompression | undefined;
  /** Records a batch, at most. @default 1000 */
  readonly batchSize?: number | undefined;
  /** Bytes a batch, at most, but for a single record that is larger. @default 1_000_000: what a topic takes by default */
  readonly batchBytes?: number | undefined;
  /** How long a batch that is not full waits for more. @default 5 */
  readonly lingerMs?: number | undefined;
  /** Batches that may be on their way at once, each of them to another partition. @default 5 */
  readonly maxInFlight?: number | undefined;
  /** The sink takes no further page while records of this many bytes wait to be acknowledged. @default 8 MiB */
  readonly maxBufferedBytes?: number | undefined;
  /** The run fails when a batch is not acknowledged, with all its retries, within this time. @default 120_000 */
  readonly messageTimeoutMs?: number | undefined;
  /** How long one request may take, before it is tried again. @default 30_000 */
  readonly requestTimeoutMs?: number | undefined;
  /** How long the end of a run, good or bad, may wait for acknowledgements. @default 30_000 */
  readonly drainTimeoutMs?: number | undefined;
  /** Asks the broker to create a topic that does not exist. @default false */
  readonly autoCreateTopics?: boolean | undefined;
  /**
   * Where a record goes that is too large for its topic: a {@link KafkaDeadLetter}. It is never ended here. Without one
   * the run fails after everything else is delivered. @default none
   */
  readonly deadLetter?: Writable | undefined;
  /** Told of retries and of what is dropped. @default none */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface ResolvedKafkaOptions
  extends Readonly<Omit<Given, 'brokers' | 'topic' | 'keyPath' | 'partitionPath' | 'headersPath'>> {
  readonly brokers: readonly string[];
  readonly topic: { readonly name: string } | { readonly path: Path };
  readonly keyPath: Path | undefined;
  readonly partitionPath: Path | undefined;
  readonly headersPath: Path | undefined;
}

/**
 * @throws {ConfigError} when an option is missing or unknown, or its value is not accepted, or this Node lacks the
 * compression
 */
export function resolveKafkaOptions(options: KafkaOptions): ResolvedKafkaOptions {
  const given = resolveOptions<Given>('kafka', options, FIELDS);
  const { producer, acks, idempotent, compression } = given;
  const brokers = toBrokers(given.brokers);
  if (brokers.length === 0 && producer === undefined) {
    throw problem('brokers', 'Expected where the cluster is, such as "127.0.0.1:9092", or a `producer` of your own.');
  }
  if (idempotent && acks !== 'all') {
    throw problem(
      'acks',
      `Idempotence needs \`acks: 'all'\`, got '${acks}'. Set \`idempotent: false\`, or leave \`acks\` out.`,
    );
  }
  const lack = producer === undefined ? lacksCompression(compression) : undefined;
  if (lack !== undefined) throw problem('compression', lack);
  return {
    ...given,
    brokers,
    auth: resolveAuth(given.auth),
    topic: toTopic(given.topic),
    keyPath: toPath(given.keyPath, 'keyPath'),
    partitionPath: toPath(given.partitionPath, 'partitionPath'),
    headersPath: toPath(given.headersPath, 'headersPath'),
  };
}

function toBrokers(brokers: Given['brokers']): string[] {
  const list = typeof brokers === 'string' ? brokers.split(',') : [...(brokers ?? [])];
  return list.map((broker) => broker.trim()).filter((broker) => broker !== '');
}

function toTopic(topic: Given['topic']): ResolvedKafkaOptions['topic'] {
  if (typeof topic === 'object') return { path: compilePath(topic.fromPath, 'kafka.topic.fromPath') };
  if (topic === undefined) {
    throw problem('topic', 'Expected the name of a topic, or `{ fromPath }`, where in each record its name stands.');
  }
  if (!TOPIC_NAME.test(topic) || topic === '.' || topic === '..') {
    throw problem(
      'topic',
      `A topic's name has 1 to 249 letters, digits, dots, dashes and underscores; got ${describe(topic)}.`,
    );
  }
  return { name: topic };
}

function toPath(path: KafkaPath | undefined, name: string): Path | undefined {
  return path === undefined ? undefined : compilePath(path, `kafka.${name}`);
}

function problem(name: string, message: string): ConfigError {
  return optionError(`kafka.${name}`, message);
}

function path(): Fields<Given>['keyPath'] {
  return field<KafkaPath | undefined>(
    undefined,
    'a path such as "data.symbol", or an array of keys and indices',
    (value) => typeof value === 'string' || Array.isArray(value),
  );
}

function isTopic(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null && 'fromPath' in value);
}

/** What Kafka takes as the name of a topic. */
export const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** What may be missing even after the defaults. */
type Optional = 'brokers' | 'topic' | 'producer' | 'keyPath' | 'partitionPath' | 'headersPath' | 'feed' | 'deadLetter';
type Given = { readonly [K in Exclude<keyof KafkaOptions, Optional>]-?: NonNullable<KafkaOptions[K]> } & {
  readonly [K in Optional]: NonNullable<KafkaOptions[K]> | undefined;
};

const FIELDS: Fields<Given> = {
  brokers: field<Given['brokers']>(
    undefined,
    'text such as "a:9092,b:9092", or an array of such',
    (value) => typeof value === 'string' || isTexts(value),
  ),
  topic: field<Given['topic']>(undefined, "a topic's name, or { fromPath }", isTopic),
  client: oneOf<Given['client']>('platformatic', ['platformatic', 'kafkajs']),
  producer: objectWith<KafkaProducer | undefined>(undefined, 'send', 'partitions', 'close'),
  auth: field<KafkaAuth>(
    { type: 'none' },
    'an object with a `type`',
    (value) => typeof value === 'object' && value !== null,
  ),
  clientId: field('spillway', 'text that is not empty', (value) => typeof value === 'string' && value !== ''),
  keyPath: path(),
  partitionPath: path(),
  headersPath: path(),
  onKeyError: oneOf<Given['onKeyError']>('fail', ['fail', 'skip', 'null_key']),
  frameHeaders: flag(false),
  feed: field<string | undefined>(undefined, 'text', (value) => typeof value === 'string'),
  acks: oneOf<Given['acks']>('all', ['all', 'leader', 'none']),
  idempotent: flag(true),
  compression: oneOf<KafkaCompression>('none', ['none', 'gzip', 'snappy', 'lz4', 'zstd']),
  batchSize: wholeNumber(1000, 1, 1_000_000),
  batchBytes: wholeNumber(1_000_000, 1, 100 * 1024 * 1024),
  lingerMs: milliseconds(5, 0),
  maxInFlight: wholeNumber(5, 1, 1000),
  maxBufferedBytes: wholeNumber(8 * 1024 * 1024, 1),
  messageTimeoutMs: milliseconds(120_000),
  requestTimeoutMs: milliseconds(30_000),
  drainTimeoutMs: milliseconds(30_000),
  autoCreateTopics: flag(false),
  deadLetter: objectWith<Writable | undefined>(undefined, 'write', 'on', 'off'),
  logger: objectWith<Logger>(silentLogger, 'debug', 'info', 'warn', 'error'),
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};
