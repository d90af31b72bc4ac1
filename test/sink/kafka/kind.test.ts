import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../../lib/errors.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';
import type { ResolvedSink } from '../../../lib/feed/sinks.js';
import type { JsonSchema } from '../../../lib/internal/json-schema.js';
import { lacksZstd, NO_ZSTD } from '../../../lib/internal/zstd.js';
import { kafkaSinkSchema } from '../../../lib/sink/kafka/kind.js';
import { resolveKafkaOptions } from '../../../lib/sink/kafka/options.js';

const SMALLEST = { brokers: '127.0.0.1:9092', topic: { type: 'fixed', name: 'trades' } };

test('the smallest kafka sink has the defaults of the original, and of kafka()', () => {
  const { type, deadLetter, ...sink } = resolved(SMALLEST);
  assert.equal(type, 'kafka');
  assert.equal(deadLetter, undefined);
  const { acks, idempotent, lingerMs, onKeyError, compression } = sink;
  assert.deepEqual(
    { acks, idempotent, lingerMs, onKeyError, compression },
    { acks: 'all', idempotent: true, lingerMs: 5, onKeyError: 'fail', compression: 'none' },
  );
  const { producer: _, ...fromFile } = resolveKafkaOptions(sink);
  const { producer: __, ...inCode } = resolveKafkaOptions({ brokers: '127.0.0.1:9092', topic: 'trades' });
  assert.deepEqual(fromFile, inCode);
});

test('a compression that this Node has not is refused, unless a producer of the user does it', () => {
  const options = { brokers: '127.0.0.1:9092', topic: 'trades', compression: 'zstd' } as const;
  if (lacksZstd())
    assert.throws(() => resolveKafkaOptions(options), {
      code: 'ERR_CONFIG',
      message: `kafka.compression: ${NO_ZSTD} lz4, snappy and gzip work here.`,
    });
  else assert.equal(resolveKafkaOptions(options).compression, 'zstd');
  const own = { send: () => Promise.reject(), partitions: () => Promise.resolve(1), close: () => Promise.resolve() };
  assert.equal(resolveKafkaOptions({ ...options, producer: own as never }).compression, 'zstd');
});

test('each example and default of a key of the kafka sink is accepted', () => {
  for (const [key, schema] of Object.entries<JsonSchema>(kafkaSinkSchema.properties)) {
    assert.ok(schema.examples);
    for (const value of [...schema.examples, ...('default' in schema ? [schema.default] : [])]) {
      const extra = key === 'acks' && value === 'all' ? {} : (BESIDE[key] ?? {});
      const { type: _, deadLetter: __, ...options } = resolved({ ...SMALLEST, ...extra, [key]: value });
      resolveKafkaOptions({ ...options, compression: undefined });
    }
  }
});

/** What some keys need beside them. */
const BESIDE: Readonly<Record<string, object>> = {
  acks: { idempotent: false },
  key_format: { key_path: 'k' },
  tombstone_path: { key_path: 'k' },
  timestamp_unit: { timestamp_path: 't' },
};

test('`round_robin`, as the original calls it, is null_key', () => {
  assert.equal(resolved({ ...SMALLEST, on_key_error: 'round_robin' }).onKeyError, 'null_key');
});

for (const [what, config, message] of [
  ['without a topic', { brokers: 'x' }, /config\.topic: The key `topic` is required here, but missing\./],
  [
    'with an empty list of brokers',
    { ...SMALLEST, brokers: [] },
    /brokers: Expected text such as "a:9092,b:9092", or a list/,
  ],
  [
    'with a fixed topic without a name',
    { ...SMALLEST, topic: { type: 'fixed' } },
    /topic\.name: The key `name` is required/,
  ],
  ['with a topic by no path', { ...SMALLEST, topic: { type: 'from_path' } }, /topic\.path: The key `path` is required/],
  [
    'with a name that no topic can have',
    { ...SMALLEST, topic: { type: 'fixed', name: 'a b' } },
    /topic\.name: Expected a name of 1 to 249 letters/,
  ],
  [
    'idempotent without all acknowledgements',
    { ...SMALLEST, acks: 'leader', idempotent: true },
    /idempotent: Expected `false`, since idempotence needs `acks: all`/,
  ],
  [
    'with a login that lacks its password',
    { ...SMALLEST, auth: { type: 'sasl_plain', config: { username: 'me' } } },
    /auth\.config\.password: The key `password` is required/,
  ],
  [
    'with a token that is nowhere',
    { ...SMALLEST, auth: { type: 'sasl_oauthbearer', config: {} } },
    /auth\.config\.token: The key `token` is required/,
  ],
  ['with an unknown key', { ...SMALLEST, keypath: 'a' }, /keypath: There is no such key\. Did you mean `key_path`\?/],
] as const) {
  test(`a kafka sink ${what} is refused`, () => {
    assert.throws(
      () => resolved(config),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  });
}

test('a password is not shown in a message', () => {
  const auth = { type: 'sasl_scram', config: { mechanism: 'md5', username: 'me', password: 12345678 } };
  assert.throws(
    () => resolved({ ...SMALLEST, auth }),
    (error) => error instanceof ConfigError && !error.message.includes('12345678') && !error.message.includes('md5'),
  );
});

function resolved(config: object): ResolvedSink<'kafka'> {
  const text = JSON.stringify({
    version: 1,
    pipeline: {
      source: { type: 'websocket', config: { url: 'ws://x', max_messages: 1 } },
      sink: { type: 'kafka', config },
    },
  });
  return parsePipelineText(text, { env: { PASSWORD: 'secret' } }).sink as ResolvedSink<'kafka'>;
}
