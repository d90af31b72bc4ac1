import type { JsonSchema } from '../../internal/json-schema.js';
import {
  anyText,
  byteSize,
  duration,
  jsonPath,
  own,
  secret,
  text,
  whole,
  words,
  yesNo,
} from '../../internal/options/kinds.js';
import { field, isTexts, oneOf } from '../../internal/options.js';
import { filledPathKeywords } from '../../json/option-kinds.js';
import { authSecrets, type KafkaAuth } from '../../kafka/auth.js';
import { DRAIN_TIMEOUT } from '../common-options.js';
import { kafkaAuthSchema } from './auth-schema.js';
import type { KafkaFormatType } from './partitions/record-format.js';

/** Where a field stands in a record: `data.symbol`, or an array of keys and indices. */
export type KafkaPath = string | readonly (string | number)[];

/** Where in each record the name of its topic stands. */
export interface KafkaTopicPath {
  readonly fromPath: KafkaPath;
  readonly replace?: string | undefined;
}

/** What the value at a path becomes. */
export interface KafkaForm {
  readonly type: KafkaFormatType;
}

/** With `batchSize: 0`. */
export const MAX_BATCH_SIZE = 1_000_000;
/** What a configuration must say of `idempotent` with other `acks`, as the end of "expected …". */
export const IDEMPOTENT = '`false`, since idempotence needs `acks: all`';

const FORMATS: readonly KafkaFormatType[] = ['json', 'raw_string', 'bytes'];
const FORM_WORDS = 'whose `type` is json, raw_string or bytes';
const TOPIC_SCHEMA: JsonSchema = {
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
    path: { description: 'With `from_path`: where in a record the name of its topic stands.', ...filledPathKeywords },
    replace: {
      description: 'With `from_path`: what takes the place of each character that no name of a topic has.',
      $comment: 'letters, digits, dots, dashes and underscores',
      type: 'string',
      pattern: '^[a-zA-Z0-9._-]{0,249}$',
    },
  },
  if: { required: ['type'], properties: { type: { const: 'from_path' } } },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
  then: { required: ['path'] },
  else: { required: ['name'], properties: { replace: { $comment: 'no `replace` with `type: fixed`', not: {} } } },
};
const VALUE_FORMAT_SCHEMA = formatSchema({
  field: { description: 'Where in a record its value stands, in place of all of it.', ...filledPathKeywords },
});

/** The options that both code and pipeline files give. */
export const KAFKA_OPTIONS = {
  /** Where the cluster is: `host:port`, several of them with commas between or as an array. Required without `producer`. */
  brokers: own<string | readonly string[] | undefined>(
    field(
      undefined,
      'text such as "a:9092,b:9092", or an array of such',
      (value) => typeof value === 'string' || isTexts(value),
    ),
    {
      comment: 'text such as "a:9092,b:9092", or a list of such',
      title: 'Brokers',
      description:
        'Where the cluster is: `host:port`, several with commas between, or a list. One that answers is enough.',
      schema: { type: ['string', 'array'], minLength: 1, minItems: 1, items: { type: 'string', minLength: 1 } },
      examples: ['127.0.0.1:9092', ['a.example.com:9092', 'b.example.com:9092']],
    },
  ),
  /**
   * The topic's name, or where in each record its name stands; `replace` then takes the place of each character that no
   * name of a topic has, so that with `'_'` the records of `BTC/USD` go to `BTC_USD`. Required.
   */
  topic: own<string | KafkaTopicPath | undefined>(field(undefined, "a topic's name, or { fromPath }", isTopic), {
    title: 'Topic',
    description:
      '`{type: fixed, name}`, or `{type: from_path, path}`, where in each record the name of its topic stands; its `replace` takes the place of each character that no name of a topic has: with `"_"`, `BTC/USD` goes to `BTC_USD`.',
    schema: TOPIC_SCHEMA,
    read: readTopic,
    examples: [
      { type: 'fixed', name: 'trades' },
      { type: 'from_path', path: 'channel' },
      { type: 'from_path', path: 'symbol', replace: '_' },
    ],
  }),
  /**
   * Which client to use: `@platformatic/kafka` or `kafkajs`. It is loaded when the sink starts, and must be installed
   * beside spillway. @default 'platformatic'
   */
  client: words(['platformatic', 'kafkajs'], {
    title: 'Client',
    description: 'Which client to use: `platformatic` is `@platformatic/kafka`. It must be installed beside spillway.',
    fallback: 'platformatic',
    examples: ['kafkajs'],
  }),
  /** How to log in, and by which certificates. @default { type: 'none' } */
  auth: secret(
    own<KafkaAuth>(field({ type: 'none' }, 'an object with a `type`', isObject), {
      title: 'Credentials',
      description:
        '`none`; `sasl_plain {username, password}`; `sasl_scram {mechanism: sha256|sha512, username, password}`; `sasl_oauthbearer {token}` or `{token_path}`, read again at every login; `ssl {ca_path, cert_path, key_path, key_password, server_name}`, all optional; `sasl_ssl {sasl, ssl}`, one of those over the other.',
      schema: kafkaAuthSchema(),
      examples: [
        {
          type: 'sasl_ssl',
          config: { sasl: { type: 'sasl_plain', config: { username: 'me', password: `\${env:PASSWORD}` } } },
        },
      ],
    }),
    authSecrets,
  ),
  /** What this client is called in the broker's logs and quotas. @default 'spillway' */
  clientId: anyText({
    title: 'Name of the client',
    description: "What this client is called in the broker's logs and quotas.",
    fallback: 'spillway',
    examples: ['btc-capture'],
  }),
  /** Where in a record its key stands: a string, a number or a boolean. @default none: records have no key */
  keyPath: jsonPath({
    title: 'Key',
    description:
      "Where in a record its key stands: a string, a number or a boolean. Records of one key keep their order. Without it, records have no key, and go to the topic's partitions in turn.",
    examples: ['symbol', 'data.id'],
  }),
  /**
   * What the value at `keyPath` becomes: its JSON text, the text of a string, or the bytes that a string stands for in
   * base64. With the first two an object or an array is a key, too. @default none: the text of a string, a number or a boolean
   */
  keyFormat: own<KafkaForm | undefined>(field(undefined, `{ type }, ${FORM_WORDS}`, isForm), {
    title: 'Form of the key',
    description:
      '`{type}` of the value at `key_path`: its JSON text (`json`), the text of a string (`raw_string`), or the bytes that a string stands for in base64 (`bytes`). With the first two an object or an array is a key, too.',
    schema: formatSchema({}),
    examples: [{ type: 'raw_string' }],
  }),
  /**
   * What the record becomes, or the value at `field` in it: its JSON text as it stands, the text of a string, or the
   * bytes that a string stands for in base64. JSON `null` becomes a record without a value, with any of them.
   * @default { type: 'json' }
   */
  valueFormat: own<KafkaForm & { readonly field?: KafkaPath | undefined }>(
    field({ type: 'json' }, `{ type, field }, ${FORM_WORDS}`, isForm),
    {
      title: 'Form of the value',
      description:
        '`{type, field}`: what the record becomes, or the value at the path `field` in it: its JSON text as it stands (`json`), the text of a string (`raw_string`), or the bytes that a string stands for in base64 (`bytes`). JSON `null` becomes a record without a value.',
      schema: VALUE_FORMAT_SCHEMA,
      examples: [{ type: 'raw_string', field: 'data' }],
    },
  ),
  /**
   * Where in a record a field stands that makes a tombstone of it, a record without a value, which deletes its key from a
   * compacted topic: when it is there and is not `false`, `null`, `0` or empty text. Needs `keyPath`. @default none
   */
  tombstonePath: jsonPath({
    title: 'Tombstones',
    description:
      'Where in a record a field stands that makes a tombstone of it, a record without a value, which deletes its key from a compacted topic: when it is there and is not `false`, `null`, `0` or empty text. Needs `key_path`.',
    examples: ['deleted'],
  }),
  /** Where in a record its time stands. @default none: when its frame arrived */
  timestampPath: jsonPath({
    title: 'Time',
    description: 'Where in a record its time stands, in place of when it arrived.',
    examples: ['data.ts'],
  }),
  /**
   * What the time at `timestampPath` counts since 1970, as a number or as text; or `'iso8601'`, a date and a time as RFC
   * 3339 has them, in UTC where they name no zone. @default 'ms'
   */
  timestampUnit: words(['s', 'ms', 'us', 'ns', 'iso8601'], {
    title: 'Unit of the time',
    description:
      'What the time at `timestamp_path` counts since 1970, as a number or as text; or `iso8601`, such as `2026-03-08T14:05:09.123Z`, in UTC where it names no zone.',
    fallback: 'ms',
    examples: ['us'],
  }),
  /** Where in a record the number of its partition stands. @default none: by key, or in turn */
  partitionPath: jsonPath({
    title: 'Partition',
    description: 'Where in a record the number of its partition stands, in place of choosing it by the key.',
    examples: ['shard'],
  }),
  /** Where in a record an object stands whose members become headers. @default none */
  headersPath: jsonPath({
    title: 'Headers',
    description: 'Where in a record an object stands whose members become headers of the Kafka record.',
    examples: ['meta'],
  }),
  /**
   * What to do with a record whose key, partition, headers, time, value or topic cannot be had: end the run with an error
   * after all that came before is delivered; count, warn and drop it; or send it without a key, to any partition, with the
   * time of its arrival (which does not help without a value or a topic: there it counts as `'skip'`). @default 'fail'
   */
  onKeyError: own<'fail' | 'skip' | 'null_key'>(oneOf('fail', ['fail', 'skip', 'null_key']), {
    title: 'On a record without its key',
    description:
      'For a record whose key, partition, headers, time, value or topic cannot be had. `fail` ends the run with an error after delivering what came before; `skip` counts, warns and drops the record; `null_key` (also called `round_robin`) sends it without a key, to any partition, with the time of its arrival; without a value or a topic that is a `skip`.',
    schema: { enum: ['fail', 'skip', 'null_key', 'round_robin'] },
    read: (word: string) => (word === 'round_robin' ? 'null_key' : word),
    examples: ['skip'],
  }),
  /** Adds the headers `spillway.feed`, `spillway.connection` and `spillway.sequence`. @default false */
  frameHeaders: yesNo({
    title: 'Headers of the frame',
    description:
      "Adds the headers `spillway.feed` (the file's `name`, if it has one), `spillway.connection` and `spillway.sequence`.",
    fallback: false,
    examples: [true],
  }),
  /** Who must have a batch before it counts: all replicas in sync, the leader, or nobody. @default 'all' */
  acks: words(['all', 'leader', 'none'], {
    title: 'Acknowledgements',
    description: 'Who must have a record before it counts: `all` replicas in sync, the `leader`, or nobody (`none`).',
    fallback: 'all',
    examples: ['leader'],
  }),
  /** Has the broker drop what it gets twice because of a retry. Needs `acks: 'all'`. @default true */
  idempotent: yesNo({
    comment: IDEMPOTENT,
    title: 'Idempotence',
    description: 'Has the brokers drop what they get twice because of a retry. Needs `acks: all`.',
    fallback: true,
    examples: [false],
  }),
  /**
   * Has every record stored once, across restarts and kills, for consumers with `isolation.level: read_committed`: by transactions under
   * this id, which also write how far the feed is stored. One run at a time has the id; another that starts takes it over. Start
   * with `position()` of the sink. Needs `idempotent`, and `@platformatic/kafka`. @default none: no transactions
   */
  transactionalId: anyText({
    title: 'Transactional id',
    description:
      'What the transactions of `delivery: exactly_once` go under, and by which `position_topic` knows the feed: the `name` of the file, unless it is said here. Alone it turns `exactly_once` on.',
    examples: ['trades'],
  }),
  /** How long a transaction is open before it is committed. Consumers see its records then. @default 250 */
  commitIntervalMs: duration({
    title: 'Age of a transaction',
    description:
      'With `exactly_once`: how long a transaction is open before it is committed. Consumers see its records then.',
    fallback: 250,
    examples: ['1s'],
  }),
  /**
   * The compacted topic in which transactions write how far the feed is stored. It is made where it is missing.
   * @default 'spillway.feeds'
   */
  positionTopic: text({
    title: 'Topic of positions',
    description:
      'With `exactly_once`: the compacted topic in which transactions write how far the feed is stored. It is made where it is missing.',
    comment: 'a name of 1 to 249 letters, digits, dots, dashes and underscores',
    pattern: '^[a-zA-Z0-9._-]{1,249}$',
    fallback: 'spillway.feeds',
    examples: ['my-team.feeds'],
  }),
  /** Compresses batches. `'zstd'` needs Node 22.15, 23.8 or later. @default 'none' */
  compression: words(['none', 'gzip', 'snappy', 'lz4', 'zstd'], {
    title: 'Compression',
    description: 'Of each batch. `zstd` needs Node 22.15, 23.8 or later; kafkajs has `gzip` alone.',
    fallback: 'none',
    examples: ['lz4'],
  }),
  /** Records a batch, at most; 0 for as many as `batchBytes` allows. @default 1000 */
  batchSize: whole({
    title: 'Records a batch',
    description: 'At most so many records go in one request; with 0, as many as `batch_bytes` allows.',
    min: 0,
    max: MAX_BATCH_SIZE,
    fallback: 1000,
    examples: [5000],
  }),
  /** Bytes a batch, at most, but for a single record that is larger. @default 1_000_000: what a topic takes by default */
  batchBytes: byteSize({
    title: 'Bytes a batch',
    description:
      'At most so many bytes go in one request, but for a single record that is larger. A topic takes 1,048,588 by default.',
    max: 100 * 1024 * 1024,
    fallback: 1_000_000,
    examples: [250_000],
  }),
  /** How long a batch that is not full waits for more. @default 5 */
  lingerMs: duration({
    title: 'Age of a batch',
    description: 'How long a batch that is not full waits for more.',
    minMs: 0,
    fallback: 5,
    examples: ['20ms', 0],
  }),
  /** Batches that may be on their way at once, each of them to another partition. @default 5 */
  maxInFlight: whole({
    title: 'Batches on their way',
    description:
      'At most so many requests at once. Five of them may be for one partition with `idempotent` and `@platformatic/kafka`, which keeps their order; one with all else.',
    min: 1,
    max: 1_000_000,
    fallback: 5,
    examples: [10],
  }),
  /** The sink takes no further page while records of this many bytes wait to be acknowledged. @default 8 MiB */
  maxBufferedBytes: byteSize({
    title: 'Bytes that wait',
    description:
      'No further page is taken while records of this many bytes wait to be acknowledged: the socket is paused then.',
    fallback: 8 * 1024 * 1024,
    examples: [64 * 1024 * 1024],
  }),
  /** The run fails when a batch is not acknowledged, with all its retries, within this time. @default 120_000 */
  messageTimeoutMs: duration({
    title: 'Delivery time-out',
    description: 'Ends the run with an error when a batch, with all its retries, is not acknowledged within this time.',
    fallback: 120_000,
    examples: ['5m'],
  }),
  /** How long one request may take, before it is tried again. @default 30_000 */
  requestTimeoutMs: duration({
    title: 'Request time-out',
    description: 'How long one request may take before it is tried again.',
    fallback: 30_000,
    examples: ['10s'],
  }),
  /** How long the end of a run, good or bad, may wait for acknowledgements. @default 30_000 */
  drainTimeoutMs: DRAIN_TIMEOUT,
  /** Asks the broker to create a topic that does not exist. @default false */
  autoCreateTopics: yesNo({
    title: 'Create topics',
    description: 'Asks the brokers to create a topic that does not exist, which they do if their settings allow it.',
    fallback: false,
    examples: [true],
  }),
};

/** The form of a value or a key, as files of the original write it. */
function formatSchema(more: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['type'],
    properties: { type: { description: 'Which form.', enum: FORMATS }, ...more },
  };
}

function readTopic({ type, name, path, replace }: TopicConfig): string | KafkaTopicPath {
  return type === 'fixed' ? name! : { fromPath: path!, replace };
}

/** A topic as a pipeline file has it. */
interface TopicConfig {
  readonly type: 'fixed' | 'from_path';
  readonly name?: string;
  readonly path?: string;
  readonly replace?: string;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isForm(value: unknown): boolean {
  return isObject(value) && 'type' in value && FORMATS.includes(value.type as KafkaFormatType);
}

function isTopic(value: unknown): boolean {
  return typeof value === 'string' || (isObject(value) && 'fromPath' in value);
}
