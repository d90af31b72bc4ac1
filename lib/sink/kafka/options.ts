import type { Writable } from 'node:stream';
import { type ConfigError, optionError } from '../../errors.js';
import type { Clock } from '../../internal/clock.js';
import type { Logger } from '../../internal/logger.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { describe, type Fields, field, objectWith, resolveOptions } from '../../internal/options.js';
import { CLOCK, LOGGER } from '../../internal/service-fields.js';
import { compilePath, type Path } from '../../json/field.js';
import { resolveAuth } from '../../kafka/auth.js';
import { lacksCompression } from '../../kafka/compression.js';
import type { BatchProducer } from '../../kafka/produce/batch-producer.js';
import type { KafkaProducer } from '../../kafka/producer.js';
import { KAFKA_OPTIONS, type KafkaPath, MAX_BATCH_SIZE } from './option-table.js';
import type { KafkaFormatType } from './partitions/record-format.js';
import { isTopicName, TOPIC_RULE, type TopicPath } from './partitions/topic-reader.js';

/** The options of `kafka()`. An explicit `undefined` means the default. */
export interface KafkaOptions extends GivenOf<typeof KAFKA_OPTIONS> {
  /** A producer of your own, in place of a client. It is closed with the sink. @default none */
  readonly producer?: KafkaProducer | undefined;
  /** What `spillway.feed` says. @default none: there is no such header */
  readonly feed?: string | undefined;
  /**
   * Where a record goes that is too large for its topic: a {@link KafkaDeadLetter}. It is never ended here. Without one
   * the run fails after everything else is delivered. @default none
   */
  readonly deadLetter?: Writable | undefined;
  /** Told of retries and of what is dropped. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

type Given = ResolvedOf<typeof KAFKA_OPTIONS> & {
  readonly producer: KafkaProducer | undefined;
  readonly feed: string | undefined;
  readonly deadLetter: Writable | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
};
type PathOption = 'keyPath' | 'partitionPath' | 'headersPath' | 'tombstonePath' | 'timestampPath';

/** The options with every default filled in. */
export interface ResolvedKafkaOptions
  extends Readonly<Omit<Given, 'brokers' | 'topic' | 'producer' | 'valueFormat' | PathOption>> {
  readonly producer: KafkaProducer | BatchProducer | undefined;
  readonly brokers: readonly string[];
  readonly topic: { readonly name: string } | TopicPath;
  readonly keyPath: Path | undefined;
  readonly partitionPath: Path | undefined;
  readonly headersPath: Path | undefined;
  readonly tombstonePath: Path | undefined;
  readonly timestampPath: Path | undefined;
  readonly valueFormat: { readonly type: KafkaFormatType; readonly field: Path | undefined };
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
  if (given.tombstonePath !== undefined && given.keyPath === undefined) {
    throw problem('tombstonePath', 'A tombstone deletes what has its key, so it needs `keyPath`.');
  }
  if (given.transactionalId !== undefined) checkTransactional(given);
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
    tombstonePath: toPath(given.tombstonePath, 'tombstonePath'),
    timestampPath: toPath(given.timestampPath, 'timestampPath'),
    valueFormat: { type: given.valueFormat.type, field: toPath(given.valueFormat.field, 'valueFormat.field') },
    batchSize: given.batchSize === 0 ? MAX_BATCH_SIZE : given.batchSize,
  };
}

function checkTransactional({ producer, client, idempotent, topic, positionTopic }: Given): void {
  const reason =
    producer !== undefined
      ? 'a `producer` of your own has none: leave one of them out'
      : client !== 'platformatic'
        ? `${client} does not give what they take: leave \`client\` out, and install @platformatic/kafka`
        : !idempotent
          ? "they need `idempotent: true` and `acks: 'all'`: leave both out"
          : topic === positionTopic
            ? '`positionTopic` must be another topic than that of the records'
            : undefined;
  if (reason !== undefined) throw problem('transactionalId', `It asks for transactions (exactly once), but ${reason}.`);
}

function toBrokers(brokers: Given['brokers']): string[] {
  const list = typeof brokers === 'string' ? brokers.split(',') : [...(brokers ?? [])];
  return list
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '')
    .map(toBroker);
}

function toBroker(broker: string): string {
  const [, host, port = DEFAULT_PORT] = BROKER.exec(broker) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw problem(
      'brokers',
      `Expected \`host:port\` without a scheme, such as "127.0.0.1:9092"; got ${describe(broker)}.`,
    );
  }
  return `${host}:${port}`;
}

function toTopic(topic: Given['topic']): ResolvedKafkaOptions['topic'] {
  if (typeof topic === 'object') {
    const { fromPath, replace } = topic;
    if (replace !== undefined && !(typeof replace === 'string' && REPLACEMENT.test(replace))) {
      throw problem(
        'topic.replace',
        `Expected letters, digits, dots, dashes and underscores; got ${describe(replace)}.`,
      );
    }
    return { path: compilePath(fromPath, 'kafka.topic.fromPath'), replace };
  }
  if (topic === undefined) {
    throw problem('topic', 'Expected the name of a topic, or `{ fromPath }`, where in each record its name stands.');
  }
  if (!isTopicName(topic)) throw problem('topic', `A topic's name has ${TOPIC_RULE}; got ${describe(topic)}.`);
  return { name: topic };
}

function toPath(path: KafkaPath | undefined, name: string): Path | undefined {
  return path === undefined ? undefined : compilePath(path, `kafka.${name}`);
}

function problem(name: string, message: string): ConfigError {
  return optionError(`kafka.${name}`, message);
}

const BROKER = /^([^\s:/@[\]]+)(?::(\d{1,5}))?$/;
const DEFAULT_PORT = '9092';

const REPLACEMENT = /^[a-zA-Z0-9._-]{0,249}$/;

const FIELDS: Fields<Given> = {
  ...KAFKA_OPTIONS,
  producer: objectWith<KafkaProducer | undefined>(undefined, 'send', 'partitions', 'close'),
  feed: field<string | undefined>(undefined, 'text', (value) => typeof value === 'string'),
  deadLetter: objectWith<Writable | undefined>(undefined, 'write', 'on', 'off'),
  logger: LOGGER,
  clock: CLOCK,
};
