import { resolveBatchOptions } from '../../../lib/batch/options.js';
import { resolveSourceConfig } from '../../../lib/config/source-config.js';
import { sourceConfigSchema } from '../../../lib/config/source-schema.js';
import { checkUrls, resolveWebSocketOptions } from '../../../lib/connect/options/options.js';
import { ConfigError } from '../../../lib/errors.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';
import { type SinkType, sinkKinds } from '../../../lib/feed/sinks.js';
import {
  dropFields,
  explode,
  fixedBackoff,
  growingBackoff,
  map,
  oauth2,
  refreshToken,
  renameFields,
  select,
  selectFields,
  setFields,
  tokenEndpoint,
} from '../../../lib/index.js';
import { describe } from '../../../lib/internal/options.js';
import { resolveParseOptions } from '../../../lib/parse/options.js';
import { readFrames } from '../../../lib/replay/read-frames.js';
import { type CsvFileOptions, resolveCsvFileOptions } from '../../../lib/sink/csv/options.js';
import { resolveJsonlFileOptions } from '../../../lib/sink/file/jsonl-file-options.js';
import { resolveKafkaOptions } from '../../../lib/sink/kafka/options.js';
import { resolveStdoutOptions } from '../../../lib/sink/stdout/options.js';
import { resolveFetchOptions } from '../../../lib/source/fetch-options.js';
import { resolveFeedServerOptions } from '../../../lib/testing/feed-server-options.js';
import { marketFeed } from '../../../lib/testing/market.js';
import { filter } from '../../../lib/transform/filter.js';
import { resolveValidateOptions } from '../../../lib/validate/options.js';

/** What each option and each key says of the same few values, of all kinds: which it takes, and what it says of the others. */
export function refusedOptions(): string {
  const inCode = CODE.map(([name, call, base]) => page(name, call, base, keysAskedBy(call, base)));
  const source = page(
    'a source',
    (given) => resolveSourceConfig(given),
    SOURCE,
    Object.keys(sourceConfigSchema.properties),
  );
  const sinks = Object.entries(sinkKinds).map(([type, kind]) => {
    const check = (config: object): unknown => {
      const pipeline = { source: { type: 'websocket', config: SOURCE }, sink: { type, config } };
      return parsePipelineText(JSON.stringify({ version: 1, pipeline }));
    };
    return page(`the sink ${type}`, check, SINKS[type as SinkType], Object.keys(kind.schema.properties));
  });
  const alone = ALONE.map(([name, call]) => section(name, call, VALUES));
  const together = TOGETHER.map(([name, call, given]) => `${name} ${JSON.stringify(given)}\n${told(call, given)}`);
  return `${[...inCode, source, ...sinks, ...alone, ...together].join('\n\n')}\n`;
}

type Call = (given: never) => unknown;

function page(name: string, call: Call, base: object, keys: readonly string[]): string {
  const unknown = `${name}, an unknown key\n${told(call, { ...base, unknwon: 1 })}`;
  const sections = keys.map((key) =>
    section(`${name}, ${key}`, (value: unknown) => call({ ...base, [key]: value } as never), VALUES),
  );
  return [unknown, section(name, call, [null, 0, 'x', []]), ...sections].join('\n\n');
}

/** The options that a function reads, whatever they are. */
function keysAskedBy(call: Call, base: object): string[] {
  const keys = new Set<string>();
  const given = new Proxy(base, {
    get(target, key) {
      if (typeof key === 'string' && key !== 'then') keys.add(key);
      return Reflect.get(target, key);
    },
  });
  told(call, given);
  return [...keys];
}

/** A line for each answer, with the values that get it, most of which get the same one. */
function section(title: string, call: Call, values: readonly unknown[]): string {
  const answers = new Map<string, string[]>();
  for (const value of values) {
    const answer = told(call, value).replaceAll(GIVEN, ' …');
    answers.set(answer, [...(answers.get(answer) ?? []), shown(value)]);
  }
  const most = Math.max(...[...answers.values()].map(({ length }) => length));
  const lines = [...answers].map(([answer, given]) => {
    return `  ${given.length === most && most > FEW ? 'all others' : given.join('  ')}\n${answer}`;
  });
  return [title, ...lines].join('\n');
}

function told(call: Call, given: unknown): string {
  try {
    call(given as never);
    return '    taken';
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ path, message }) => `    ${path}: ${message}`).join('\n');
    // Its message is another one in each version of Node.
    return `    ${(error as Error).name}`;
  }
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' ? JSON.stringify(value) : describe(value);
}

const STREAM = { write: () => true, on() {}, off() {} };

const CODE: readonly (readonly [name: string, call: Call, base: object])[] = [
  ['WebSocketReadable', resolveWebSocketOptions, {}],
  ['parse', resolveParseOptions, {}],
  ['validate', resolveValidateOptions, {}],
  ['batch', resolveBatchOptions, {}],
  ['explode', explode, { path: 'items' }],
  ['explode, its second', (options: object) => explode({ path: 'items' }, options), {}],
  ['jsonlFile', (options: object) => resolveJsonlFileOptions('out.jsonl', options), {}],
  ['csvFile', (options: CsvFileOptions) => resolveCsvFileOptions('out.csv', options), { columns: ['a'] }],
  ['stdout', resolveStdoutOptions, {}],
  ['kafka', resolveKafkaOptions, { brokers: 'a:9092', topic: 'trades' }],
  ['oauth2', oauth2, { tokenUrl: 'https://a/token', clientId: 'me', clientSecret: 'sesame' }],
  ['refreshToken', refreshToken, { tokenUrl: 'https://a/token', clientId: 'me', refreshToken: 'sesame' }],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a/token', tokenPath: 'token' }],
  ['growingBackoff', growingBackoff, { initialMs: 1, maxMs: 2 }],
  ['fetchAll', resolveFetchOptions, {}],
  ['createFeedServer', resolveFeedServerOptions, {}],
  ['readFrames', (options: object) => readFrames('a.jsonl', options), {}],
];

const SOURCE = { url: 'wss://a', unbounded: true };

const SINKS: Readonly<Record<SinkType, object>> = {
  csv: { path: 'out.csv', columns: ['a'] },
  jsonl: { path: 'out.jsonl' },
  stdout: {},
  kafka: { brokers: 'a:9092', topic: { type: 'fixed', name: 'trades' } },
};

/** Functions of one value, most of them in code alone. */
const ALONE: readonly (readonly [name: string, call: Call])[] = [
  ['an address', checkUrls],
  ['the first address of two', (url: unknown) => checkUrls([url, 'wss://a'])],
  ['the path of jsonlFile', (path: unknown) => resolveJsonlFileOptions(path, {})],
  ['fixedBackoff', fixedBackoff],
  ['map', map],
  ['filter', filter as Call],
  ['filter, path', (path: never) => filter({ path, op: 'exists' })],
  ['filter, op', (op: never) => filter({ path: 'a', op })],
  ['filter, value of eq', (value: unknown) => filter({ path: 'a', op: 'eq', value })],
  ['filter, value of in', (value: unknown) => filter({ path: 'a', op: 'in', value })],
  ['filter, value of exists', (value: unknown) => filter({ path: 'a', op: 'exists', value })],
  ['select', select],
  ['select, a path', (path: never) => select([path])],
  ['selectFields', selectFields],
  ['dropFields', dropFields],
  ['renameFields', renameFields],
  ['renameFields, a key', (key: never) => renameFields({ a: key })],
  ['setFields', setFields],
  ['setFields, a value', (value: unknown) => setFields({ a: value })],
  ['marketFeed, seed', (seed: never) => marketFeed({ seed, symbols: ['x'] })],
  ['marketFeed, symbols', (symbols: never) => marketFeed({ seed: 1, symbols })],
];

/** What does not go together. */
const TOGETHER: readonly (readonly [name: string, call: Call, given: object])[] = [
  ['WebSocketReadable', resolveWebSocketOptions, { requireProtocol: true }],
  ['WebSocketReadable', resolveWebSocketOptions, { pongTimeoutMs: 5 }],
  ['WebSocketReadable', resolveWebSocketOptions, { pongTimeoutMs: 5, pingIntervalMs: 5 }],
  ['parse', resolveParseOptions, { onError: 'divert' }],
  ['parse', resolveParseOptions, { deadLetter: STREAM }],
  ['parse', resolveParseOptions, { recordsPath: 'a', format: 'raw_string' }],
  ['parse', resolveParseOptions, { recordsPath: 'a', format: 'binary' }],
  ['parse', resolveParseOptions, { utf8: 'fail' }],
  ['parse', resolveParseOptions, { utf8: 'fail', format: 'binary' }],
  ['parse', resolveParseOptions, { utf8: 'fail', format: 'raw_string' }],
  ['parse', resolveParseOptions, { stopWhen: { path: 'a' }, format: 'raw_string' }],
  ['parse', resolveParseOptions, { stopWhen: { text: 'a' }, format: 'binary' }],
  ['parse', resolveParseOptions, { stopWhen: { text: 'a' }, format: 'raw_string' }],
  ['parse', resolveParseOptions, { split: 'lines', format: 'binary' }],
  ['validate', resolveValidateOptions, { onError: 'divert' }],
  ['validate', resolveValidateOptions, { deadLetter: STREAM }],
  ['explode', (options: object) => explode({ path: 'a' }, options), { onError: 'divert' }],
  ['explode', explode, {}],
  ['explode', explode, { path: '$' }],
  ['kafka', resolveKafkaOptions, {}],
  ['kafka', resolveKafkaOptions, { brokers: 'a' }],
  ['kafka', resolveKafkaOptions, { brokers: 'a:65536', topic: 't' }],
  ['kafka', resolveKafkaOptions, { brokers: 'kafka://a', topic: 't' }],
  ['kafka', resolveKafkaOptions, { brokers: ' , ', topic: 't' }],
  ['kafka', resolveKafkaOptions, { brokers: 'a, b:65535', topic: 't' }],
  ['kafka', resolveKafkaOptions, { brokers: 'a', topic: 'a b' }],
  ['kafka', resolveKafkaOptions, { brokers: 'a', topic: { fromPath: '' } }],
  ['kafka', resolveKafkaOptions, { brokers: 'a', topic: { fromPath: 'a', replace: '/' } }],
  ['kafka', resolveKafkaOptions, { brokers: 'a', topic: 't', acks: 'leader', idempotent: true }],
  ['kafka', resolveKafkaOptions, { brokers: 'a', topic: 't', tombstonePath: 'a' }],
  ['kafka', resolveKafkaOptions, { brokers: 'a', topic: 't', valueFormat: { type: 'json', field: '[' } }],
  ...[
    { type: 'sasl' },
    { type: 'ssl' },
    { type: 'sasl_ssl' },
    { type: 'sasl_ssl', config: {} },
    { type: 'sasl_ssl', config: { sasl: { type: 'x' } } },
    { type: 'sasl_plain' },
    { type: 'sasl_plain', config: { username: 'me', password: '' } },
    { type: 'sasl_plain', config: { username: 1, password: 'x' } },
    { type: 'sasl_scram', config: { username: 'me', password: 'x' } },
    { type: 'sasl_scram', config: { mechanism: 'md5', username: 'me', password: 'x' } },
    { type: 'sasl_scram', config: { mechanism: 'sha256', username: 'me', password: 'x' } },
    { type: 'sasl_oauthbearer', config: {} },
    { type: 'sasl_oauthbearer', config: { token: 'a', token_path: 'b' } },
    { type: 'sasl_oauthbearer', config: { token: 'a' } },
  ].map((auth) => ['kafka', resolveKafkaOptions, { brokers: 'a', topic: 't', auth }] as const),
  ['oauth2', oauth2, {}],
  ['oauth2', oauth2, { tokenUrl: 'https://a', clientId: 'me' }],
  ['refreshToken', refreshToken, { tokenUrl: 'https://a', clientId: 'me' }],
  [
    'refreshToken',
    refreshToken,
    { tokenUrl: 'https://a', clientId: 'me', refreshToken: 'x', expiryRatio: 0.5, expiryMarginMs: 1 },
  ],
  ['tokenEndpoint', tokenEndpoint, {}],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a' }],
  ['tokenEndpoint', tokenEndpoint, { url: 'http://a', tokenPath: 'a' }],
  ['tokenEndpoint', tokenEndpoint, { url: 'http://127.0.0.1/', tokenPath: 'a' }],
  ['tokenEndpoint', tokenEndpoint, { url: 'http://[::1]/', tokenPath: 'a' }],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a#b', tokenPath: 'a' }],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a', tokenPath: 'a', encoding: 'form', body: { a: {} } }],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a', tokenPath: 'a', encoding: 'form', body: [1] }],
  [
    'tokenEndpoint',
    tokenEndpoint,
    { url: 'https://a', tokenPath: 'a', encoding: 'form', body: { a: 'x', b: 1, c: true } },
  ],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a', tokenPath: 'a..b' }],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a', tokenPath: 'a', expiresPath: 'a..b' }],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a', tokenPath: 'a', applyAs: { header: 'a b' } }],
  ['tokenEndpoint', tokenEndpoint, { url: 'https://a', tokenPath: 'a', applyAs: { header: 'a', template: 'x' } }],
  [
    'tokenEndpoint',
    tokenEndpoint,
    { url: 'https://a', tokenPath: 'a', applyAs: { header: 'a', template: 'x{token}' } },
  ],
  ['growingBackoff', growingBackoff, { initialMs: 2, maxMs: 1 }],
  ['filter', filter as Call, { path: 'a', op: 'eq', valeu: 1 }],
];

/** Where an answer repeats the value. */
const GIVEN = /,? (?:but found|got) [^`]*?\.(?: Put it in quotes.*| Write it as text.*)?$/gm;
/** Values that are named even where they get the answer that most get. */
const FEW = 5;
const VALUES: readonly unknown[] = [
  ...[null, true, 0, 1, -1, 0.5, 65_536, Number.POSITIVE_INFINITY],
  ...['', ' x', 'x', 'data.x', '5s', 'https://a', 'wss://a#b'],
  ...[[], ['x'], ['x', 'x'], [''], [1], {}, { x: 'x' }, { type: 'x' }, { path: 'x' }, { text: 'x' }],
  ...[{ send: 'x' }, { expect: { path: 'x' } }],
  () => 'x',
];
