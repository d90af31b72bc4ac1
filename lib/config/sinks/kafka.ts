import { DURATION_PATTERN, MAX_SECONDS, POSITIVE_DURATION_PATTERN, parseDuration } from '../durations.js';
import { PATH_PATTERN } from '../fields/path.js';
import { type KafkaAuthConfig, kafkaAuthSchema } from './kafka-auth.js';

/** The JSON Schema of the `kafka` sink: each record is a record of a topic. */
export const kafkaSinkSchema = {
  title: 'Kafka topic',
  description: 'Writes each record to a Kafka topic, and counts it when the brokers have acknowledged it.',
  type: 'object',
  additionalProperties: false,
  required: ['brokers', 'topic'],
  properties: {
    brokers: {
      $comment: 'text such as "a:9092,b:9092", or a list of such',
      title: 'Brokers',
      description:
        'Where the cluster is: `host:port`, several with commas between, or a list. One that answers is enough.',
      type: ['string', 'array'],
      minLength: 1,
      minItems: 1,
      items: { type: 'string', minLength: 1 },
      examples: ['127.0.0.1:9092', ['a.example.com:9092', 'b.example.com:9092']],
    },
    topic: {
      title: 'Topic',
      description:
        '`{type: fixed, name}`, or `{type: from_path, path}`, where in each record the name of its topic stands.',
      type: 'object',
      additionalProperties: false,
      required: ['type'],
      properties: {
        type: { description: '`fixed`: one topic; `from_path`: as each record says.', enum: ['fixed', 'from_path'] },
        name: {
          description: "With `fixed`: the topic's name.",
          $comment: 'a name of 1 to 249 letters, digits, dots, dashes and underscores',
          type: 'string',
          pattern: '^[a-zA-Z0-9._-]{1,249}$',
        },
        path: { description: 'With `from_path`: where in a record the name of its topic stands.', ...path() },
      },
      if: { required: ['type'], properties: { type: { const: 'from_path' } } },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
      then: { required: ['path'] },
      else: { required: ['name'] },
      examples: [
        { type: 'fixed', name: 'trades' },
        { type: 'from_path', path: 'channel' },
      ],
    },
    client: {
      title: 'Client',
      description:
        'Which client to use: `platformatic` is `@platformatic/kafka`. It must be installed beside spillway.',
      enum: ['platformatic', 'kafkajs'],
      default: 'platformatic',
      examples: ['kafkajs'],
    },
    auth: {
      title: 'Credentials',
      description:
        '`none`; `sasl_plain {username, password}`; `sasl_scram {mechanism: sha256|sha512, username, password}`; `sasl_oauthbearer {token}` or `{token_path}`, read again at every login; `ssl {ca_path, cert_path, key_path, key_password, server_name}`, all optional; `sasl_ssl {sasl, ssl}`, one of those over the other.',
      ...kafkaAuthSchema,
      default: { type: 'none' },
      examples: [
        {
          type: 'sasl_ssl',
          config: { sasl: { type: 'sasl_plain', config: { username: 'me', password: `\${env:PASSWORD}` } } },
        },
      ],
    },
    client_id: {
      title: 'Name of the client',
      description: "What this client is called in the broker's logs and quotas.",
      type: 'string',
      minLength: 1,
      default: 'spillway',
      examples: ['btc-capture'],
    },
    key_path: {
      title: 'Key',
      description:
        "Where in a record its key stands: a string, a number or a boolean. Records of one key keep their order. Without it, records have no key, and go to the topic's partitions in turn.",
      ...path(),
      examples: ['symbol', 'data.id'],
    },
    partition_path: {
      title: 'Partition',
      description: 'Where in a record the number of its partition stands, in place of choosing it by the key.',
      ...path(),
      examples: ['shard'],
    },
    headers_path: {
      title: 'Headers',
      description: 'Where in a record an object stands whose members become headers of the Kafka record.',
      ...path(),
      examples: ['meta'],
    },
    on_key_error: {
      title: 'On a record without its key',
      description:
        'For a record whose key, partition, headers or topic cannot be had. `fail` ends the run with an error after delivering what came before; `skip` counts, warns and drops the record; `null_key` (also called `round_robin`) sends it without a key, to any partition; without a topic that is a `skip`.',
      enum: ['fail', 'skip', 'null_key', 'round_robin'],
      default: 'fail',
      examples: ['skip'],
    },
    frame_headers: {
      title: 'Headers of the frame',
      description:
        "Adds the headers `spillway.feed` (the file's `name`, if it has one), `spillway.connection` and `spillway.sequence`.",
      type: 'boolean',
      default: false,
      examples: [true],
    },
    acks: {
      title: 'Acknowledgements',
      description: 'Who must have a record before it counts: `all` replicas in sync, the `leader`, or nobody (`none`).',
      enum: ['all', 'leader', 'none'],
      default: 'all',
      examples: ['leader'],
    },
    idempotent: {
      $comment: '`false`, since idempotence needs `acks: all`',
      title: 'Idempotence',
      description: 'Has the brokers drop what they get twice because of a retry. Needs `acks: all`.',
      type: 'boolean',
      default: true,
      examples: [false],
    },
    compression: {
      title: 'Compression',
      description: 'Of each batch. `zstd` needs Node 22.15, 23.8 or later; kafkajs has `gzip` alone.',
      enum: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
      default: 'none',
      examples: ['lz4'],
    },
    batch_size: {
      title: 'Records a batch',
      description: 'At most so many records go in one request.',
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000,
      default: 1000,
      examples: [5000],
    },
    batch_bytes: {
      title: 'Bytes a batch',
      description:
        'At most so many bytes go in one request, but for a single record that is larger. A topic takes 1,048,588 by default.',
      type: 'integer',
      minimum: 1,
      maximum: 100 * 1024 * 1024,
      default: 1_000_000,
      examples: [250_000],
    },
    linger: {
      title: 'Age of a batch',
      description: 'How long a batch that is not full waits for more.',
      ...duration(0),
      default: 0.005,
      examples: ['20ms', 0],
    },
    max_in_flight: {
      title: 'Batches on their way',
      description:
        'At most so many requests at once, each for another partition. One with version 1 of `@platformatic/kafka`.',
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 5,
      examples: [10],
    },
    max_buffered_bytes: {
      title: 'Bytes that wait',
      description:
        'No further page is taken while records of this many bytes wait to be acknowledged: the socket is paused then.',
      type: 'integer',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 8 * 1024 * 1024,
      examples: [64 * 1024 * 1024],
    },
    message_timeout: {
      title: 'Delivery time-out',
      description:
        'Ends the run with an error when a batch, with all its retries, is not acknowledged within this time.',
      ...duration(0.001),
      default: 120,
      examples: ['5m'],
    },
    request_timeout: {
      title: 'Request time-out',
      description: 'How long one request may take before it is tried again.',
      ...duration(0.001),
      default: 30,
      examples: ['10s'],
    },
    drain_timeout: {
      title: 'Time to drain',
      description: 'How long the end of a run, good or bad, may wait for acknowledgements.',
      ...duration(0.001),
      default: 30,
      examples: ['1m'],
    },
    auto_create_topics: {
      title: 'Create topics',
      description: 'Asks the brokers to create a topic that does not exist, which they do if their settings allow it.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    dead_letter: {
      title: 'Dead letter',
      description:
        'A JSON Lines file for records that are too large for their topic, each with its reason and, as base64, its bytes. It is added to. Without it, such a record ends the run with an error after all others are delivered.',
      type: 'string',
      minLength: 1,
      examples: ['./out/too-large.jsonl'],
    },
  },
  if: { required: ['acks'], properties: { acks: { enum: ['leader', 'none'] } } },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
  then: {
    required: ['idempotent'],
    properties: { idempotent: { $comment: '`false`, since idempotence needs `acks: all`', const: false } },
  },
} as const;

/** What a user writes below `pipeline.sink.config` for a `kafka` sink. */
export interface KafkaSinkConfig {
  readonly brokers: string | readonly string[];
  readonly topic: { readonly type: 'fixed' | 'from_path'; readonly name?: string; readonly path?: string };
  readonly client?: 'platformatic' | 'kafkajs' | undefined;
  readonly auth?: KafkaAuthConfig | undefined;
  readonly client_id?: string | undefined;
  readonly key_path?: string | undefined;
  readonly partition_path?: string | undefined;
  readonly headers_path?: string | undefined;
  readonly on_key_error?: 'fail' | 'skip' | 'null_key' | 'round_robin' | undefined;
  readonly frame_headers?: boolean | undefined;
  readonly acks?: 'all' | 'leader' | 'none' | undefined;
  readonly idempotent?: boolean | undefined;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd' | undefined;
  readonly batch_size?: number | undefined;
  readonly batch_bytes?: number | undefined;
  readonly linger?: number | string | undefined;
  readonly max_in_flight?: number | undefined;
  readonly max_buffered_bytes?: number | undefined;
  readonly message_timeout?: number | string | undefined;
  readonly request_timeout?: number | string | undefined;
  readonly drain_timeout?: number | string | undefined;
  readonly auto_create_topics?: boolean | undefined;
  readonly dead_letter?: string | undefined;
}

/** A `kafka` sink with its defaults filled in. */
export interface ResolvedKafkaSink {
  readonly type: 'kafka';
  readonly brokers: string | readonly string[];
  readonly topic: string | { readonly fromPath: string };
  readonly client: 'platformatic' | 'kafkajs';
  readonly auth: KafkaAuthConfig;
  readonly clientId: string;
  readonly keyPath: string | undefined;
  readonly partitionPath: string | undefined;
  readonly headersPath: string | undefined;
  readonly onKeyError: 'fail' | 'skip' | 'null_key';
  readonly frameHeaders: boolean;
  readonly acks: 'all' | 'leader' | 'none';
  readonly idempotent: boolean;
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly batchSize: number;
  readonly batchBytes: number;
  readonly lingerMs: number;
  readonly maxInFlight: number;
  readonly maxBufferedBytes: number;
  readonly messageTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly autoCreateTopics: boolean;
  readonly deadLetterPath: string | undefined;
}

/** Fills in the defaults of a valid configuration. */
export function resolveKafkaSink(config: KafkaSinkConfig): ResolvedKafkaSink {
  const onKeyError = config.on_key_error ?? defaults.on_key_error.default;
  return {
    type: 'kafka',
    brokers: config.brokers,
    topic: config.topic.type === 'fixed' ? config.topic.name! : { fromPath: config.topic.path! },
    client: config.client ?? defaults.client.default,
    auth: config.auth ?? defaults.auth.default,
    clientId: config.client_id ?? defaults.client_id.default,
    keyPath: config.key_path,
    partitionPath: config.partition_path,
    headersPath: config.headers_path,
    onKeyError: onKeyError === 'round_robin' ? 'null_key' : onKeyError,
    frameHeaders: config.frame_headers ?? defaults.frame_headers.default,
    acks: config.acks ?? defaults.acks.default,
    idempotent: config.idempotent ?? defaults.idempotent.default,
    compression: config.compression ?? defaults.compression.default,
    batchSize: config.batch_size ?? defaults.batch_size.default,
    batchBytes: config.batch_bytes ?? defaults.batch_bytes.default,
    lingerMs: parseDuration(config.linger ?? defaults.linger.default),
    maxInFlight: config.max_in_flight ?? defaults.max_in_flight.default,
    maxBufferedBytes: config.max_buffered_bytes ?? defaults.max_buffered_bytes.default,
    messageTimeoutMs: parseDuration(config.message_timeout ?? defaults.message_timeout.default),
    requestTimeoutMs: parseDuration(config.request_timeout ?? defaults.request_timeout.default),
    drainTimeoutMs: parseDuration(config.drain_timeout ?? defaults.drain_timeout.default),
    autoCreateTopics: config.auto_create_topics ?? defaults.auto_create_topics.default,
    deadLetterPath: config.dead_letter,
  };
}

function path() {
  return {
    $comment: 'a path such as "data.symbol" or "trades[0].id"',
    type: 'string',
    minLength: 1,
    pattern: PATH_PATTERN,
  } as const;
}

function duration(minimum: number) {
  return {
    type: ['number', 'string'],
    minimum,
    maximum: MAX_SECONDS,
    pattern: minimum === 0 ? DURATION_PATTERN : POSITIVE_DURATION_PATTERN,
  } as const;
}

const defaults = kafkaSinkSchema.properties;
