import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import type { AuthSpec } from '../../lib/config/auth/auth-spec.js';
import { credentialsFromAuth } from '../../lib/config/auth/credentials-from-auth.js';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { OverflowQueue } from '../../lib/connect/intake/overflow-queue.js';
import { pipelineFileSchema } from '../../lib/feed/pipeline-schema.js';
import { resolveSink } from '../../lib/feed/sink-config.js';
import {
  type CredentialProvider,
  oauth2,
  refreshToken,
  type SourceConfig,
  SubscribeError,
  tokenEndpoint,
} from '../../lib/index.js';
import { PATH_PATTERN } from '../../lib/json/field.js';
import { EventTimeReader } from '../../lib/observe/event-time.js';
import { csvFile } from '../../lib/sink/csv/csv-file.js';
import { kafka } from '../../lib/sink/kafka/index.js';
import { createFakeClock, type FeedClient } from '../../lib/testing/index.js';
import { readText, temporaryFolder } from '../sink/files.js';
import { FakeKafka } from '../sink/kafka/fake-producer.js';
import { pagesOf } from '../sink/pages.js';
import { ARRANGEMENTS, type Arrangement, gapsOf, type RunOptions, run } from '../support/arrangements.js';
import { feed, sends } from '../support/feed.js';
import { frameOf } from '../support/messages.js';
import { PATH_FORMS, type PathForm } from '../support/path-forms.js';
import { recordServer } from '../support/record-server.js';
import { whileTimePasses } from '../support/time.js';
import { tokenServer } from '../support/token-server.js';

/** Uses a path of one form at one key, and asserts that the value there was found. */
type Probe = (form: PathForm, t: TestContext, arrangement: Arrangement) => Promise<void> | void;

/**
 * How each key that takes a path is tried. A new key with `pathField` belongs here: its probe writes `form.path` there, sends
 * `form.record(value)`, and asserts that `value` is what was found.
 */
const PROBES: Readonly<Record<string, Probe>> = {
  'source.auth.config.token_path': async ({ path, record }, t) => {
    const { ask } = await tokensOf(t, { token_path: path }, () => record('tok'));
    assert.deepEqual(await ask(), { type: 'bearer', token: 'tok' });
  },
  'source.auth.config.expires_path': (form, t) => expires('expires_path', form, t),
  'source.auth.config.expiry_path': (form, t) => expires('expiry_path', form, t),
  'source.records_path': async ({ path, record }, t, arrangement) => {
    const { texts } = await received(t, arrangement, { records_path: path }, record([7, [8]]));
    assert.deepEqual(texts, ['7', '[8]']);
  },
  'source.select[]': async ({ path, record }, t, arrangement) => {
    const { texts } = await received(t, arrangement, { select: [path] }, record({ n: 1 }));
    assert.deepEqual(texts, [`{${JSON.stringify(path)}:{"n":1}}`]);
  },
  'source.sequence.path': async ({ path, record }, t, arrangement) => {
    const outcome = await received(t, arrangement, { sequence: { path } }, record(1), record(2), record(4));
    assert.deepEqual(
      gapsOf(outcome).map(({ cause, missing }) => [cause, missing]),
      [['sequence', 1]],
    );
    assert.equal(outcome.stats.sequence?.unnumbered, 0);
  },
  'source.sequence.key': async ({ path, record }, t, arrangement) => {
    // Where the key is the whole record, the number is, too.
    const number = path === '$' ? '$' : 'u';
    const frames = path === '$' ? ['1', '7'] : [record('A', { u: 1 }), record('B', { u: 7 }), record('A', { u: 2 })];
    const { stats } = await received(t, arrangement, { sequence: { path: number, key: path } }, ...frames);
    assert.deepEqual([stats.gaps, stats.sequence?.keys, stats.sequence?.unnumbered], [0, 2, 0]);
  },
  'source.backfill.records_path': async ({ path, record }, t, arrangement) => {
    const { texts } = await backfilled(t, arrangement, { records_path: path }, record([{ n: 2 }]));
    assert.deepEqual(texts, ['{"n":1}', '{"n":2}', '{"n":3}']);
  },
  'source.backfill.sequence': async ({ path, record }, t, arrangement) => {
    const { texts } = await backfilled(t, arrangement, { sequence: path }, `[${record(2)}]`);
    assert.deepEqual(texts, ['{"n":1}', record(2), '{"n":3}']);
  },
  'source.backfill.next.path': async ({ path, record }, t, arrangement) => {
    // Where it is the whole answer, there is no record.
    const first = path === '$' ? record('/next') : record('/next', { list: [] });
    const { asked } = await backfilled(t, arrangement, { next: { path }, records_path: 'list' }, first);
    assert.deepEqual(asked, path === '$' ? ['/?n=1'] : ['/?n=1', '/next']);
  },
  'source.dedupe.by[]': async ({ path, record }, t, arrangement) => {
    const config = { dedupe: { by: [path], window: '1h' } };
    const { texts, stats } = await received(t, arrangement, config, record(1), record(2), record(1), record(2));
    assert.deepEqual([texts, stats.duplicates], [[record(1), record(2)], 2]);
  },
  'source.overflow.latest_by': ({ path, record }) => {
    const { overflow } = resolveSourceConfig({ ...BASE, overflow: { latest_by: path } }).intake;
    const queue = new OverflowQueue(
      overflow as { latestBy: string },
      { maxFrames: 9, maxBytes: 9_999 },
      () => undefined,
    );
    for (const [sequence, value] of ['x', 'y', 'x'].entries()) queue.offer(frameOf(record(value), { sequence }));
    assert.deepEqual([queue.frames, queue.dropped], [2, 1]);
  },
  'source.heartbeat.expect.path': async ({ path, record }, t, arrangement) => {
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.sendMany([record('pong'), record('data')]);
      await client.close(1000);
    });
    const heartbeat = { interval: '5ms', timeout: '1m', message: 'ping', expect: { path, equals: 'pong' } };
    const { texts } = await run(arrangement, { url: server.url, unbounded: true, heartbeat });
    assert.deepEqual(texts, [record('data')]);
  },
  'source.reply[].match.path': async ({ path, record }, t, arrangement) => {
    let answer: string | undefined;
    const server = await feed(t, async (client) => {
      await client.send(record(7));
      answer = (await client.receive()).toString();
      await client.close(1000);
    });
    const reply = [{ match: { path, equals: 7 }, send: 'pong {value}' }];
    const { texts } = await run(arrangement, { url: server.url, unbounded: true, reply });
    assert.deepEqual([answer, texts], ['pong 7', []]);
  },
  'source.resume.caught_up.path': async ({ path, record }, t, arrangement) => {
    const told: string[] = [];
    const logger = { debug() {}, warn() {}, error() {}, info: (_: object, message: string) => told.push(message) };
    const script = sends(record('not yet'), record('all'), record('all'));
    const { texts } = await resumed(t, arrangement, { caught_up: { path, equals: 'all' } }, script, { logger });
    assert.equal(texts.length, 3);
    assert.equal(told.filter((message) => message === 'caught up').length, 1);
  },
  'source.resume.expired.match.path': async ({ path, record }, t, arrangement) => {
    const expired = { match: { path, equals: 'old' } };
    const { texts, error } = await resumed(t, arrangement, { expired }, async (client) => {
      if (client.number === 1) await client.send(record('old'));
      else await sends(record('data'))(client);
    });
    assert.deepEqual([texts, error], [[record('data')], undefined]);
  },
  'source.resume.into.subscribe[].expect.path': async ({ path, record }, t, arrangement) => {
    const into = { subscribe: [{ send: 'after {c}', expect: { path, equals: 'welcome' } }] };
    const script = sends(record('welcome'), record('data'));
    const { texts, error } = await resumed(t, arrangement, { into }, script);
    assert.deepEqual([texts, error], [[record('data')], undefined]);
  },
  'source.resume.into.subscribe[].reject.path': async ({ path, record }, t, arrangement) => {
    const into = { subscribe: [{ send: 'after {c}', expect: { text: 'ok' }, reject: { path, equals: 'no' } }] };
    const { error } = await resumed(t, arrangement, { into }, sends(record('no')));
    assert.ok(error instanceof SubscribeError && error.reason === 'rejected', String(error));
  },
  'source.stop_when.path': async ({ path, record }, t, arrangement) => {
    const stop_when = { path, equals: 'last' };
    const { texts, error } = await received(
      t,
      arrangement,
      { stop_when },
      record('first'),
      record('last'),
      record('more'),
    );
    assert.deepEqual([texts, error], [[record('first'), record('last')], undefined]);
  },
  'source.subscribe[].expect.path': async ({ path, record }, t, arrangement) => {
    const subscribe = [{ send: 'login', expect: { path, equals: 'welcome' } }];
    const { texts, error } = await received(t, arrangement, { subscribe }, record('welcome'), record('data'));
    assert.deepEqual([texts, error], [[record('data')], undefined]);
  },
  'source.subscribe[].reject.path': async ({ path, record }, t, arrangement) => {
    const subscribe = [{ send: 'login', expect: { text: 'ok' }, reject: { path, equals: 'no' } }];
    const { error } = await received(t, arrangement, { subscribe }, record('no'));
    assert.ok(error instanceof SubscribeError && error.reason === 'rejected', String(error));
  },
  'pipeline.event_time.path': ({ path, record }) => {
    const text = Buffer.from(record(1_700_000_000_000));
    assert.equal(new EventTimeReader({ path }).read(text, 0, text.length), 1_700_000_000_000);
  },
  'pipeline.transforms[].config.path': async ({ path, record }, t, arrangement) => {
    const filter = { type: 'filter', config: { path, op: 'eq', value: 'yes' } };
    const kept = await received(t, arrangement, { transforms: [filter] }, record('yes'), record('no'));
    assert.deepEqual([kept.texts, kept.stats.filtered], [[record('yes')], 1]);
    // The elements are put at a key.
    if (path === '$' || /[[.]\d\]?$/.test(path)) return;
    const explode = { type: 'explode', config: { path } };
    const { texts } = await received(t, arrangement, { transforms: [explode] }, record([7, [8]]));
    assert.deepEqual(
      texts.map((text) => JSON.parse(text) as unknown),
      [7, [8]].map((value) => JSON.parse(record(value)) as unknown),
    );
  },
  'csv.columns[]': async ({ path, record }, t) => {
    assert.equal(await csvOf(t, path, record(1.5)), `${csvText(path)}\n1.5\n`);
  },
  'csv.columns[].path': async ({ path, record }, t) => {
    assert.equal(await csvOf(t, { path, header: 'found' }, record(1.5)), 'found\n1.5\n');
  },
  'kafka.topic.path': async ({ path, record }) => {
    const cluster = await produced({ topic: { type: 'from_path', path } }, record('btc'));
    assert.deepEqual(cluster.texts('btc'), [record('btc')]);
  },
  'kafka.key_path': async ({ path, record }) => {
    const cluster = await produced({ key_path: path }, record('btc'));
    assert.deepEqual(
      cluster.stored('trades').map(({ key }) => key?.toString()),
      ['btc'],
    );
  },
  'kafka.partition_path': async ({ path, record }) => {
    const cluster = await produced({ partition_path: path }, record(2));
    assert.deepEqual(
      cluster.log('trades', 2).map(({ value }) => String(value)),
      [record(2)],
    );
  },
  'kafka.value_format.field': async ({ path, record }) => {
    const cluster = await produced({ value_format: { type: 'raw_string', field: path } }, record('btc'));
    assert.deepEqual(cluster.texts('trades'), ['btc']);
  },
  'kafka.tombstone_path': async ({ path, record }) => {
    const cluster = await produced({ key_path: path, tombstone_path: path }, record(1));
    assert.deepEqual(
      cluster.stored('trades').map(({ value }) => value),
      [undefined],
    );
  },
  'kafka.timestamp_path': async ({ path, record }) => {
    const cluster = await produced({ timestamp_path: path, timestamp_unit: 's' }, record(7));
    assert.deepEqual(
      cluster.stored('trades').map(({ timestamp }) => timestamp),
      [7_000n],
    );
  },
  'kafka.headers_path': async ({ path, record }) => {
    const cluster = await produced({ headers_path: path }, record({ venue: 'x' }));
    const [stored] = cluster.stored('trades');
    assert.deepEqual([...(stored?.headers ?? [])].map(String), ['venue,x']);
  },
};

/** A token lives for as long as the answer says, or else for five minutes. */
async function expires(key: string, { path, record }: PathForm, t: TestContext): Promise<void> {
  const token = path === '$' ? '$' : 'u';
  const answer = path === '$' ? '1000' : record(1000, { u: 'tok' });
  const { ask, clock, requests } = await tokensOf(t, { token_path: token, [key]: path, expiry_ratio: 1 }, () => answer);
  await ask();
  await clock.advance(999_999);
  await ask();
  assert.equal(requests.length, 1);
  await clock.advance(1);
  await ask();
  assert.equal(requests.length, 2);
}

async function tokensOf(t: TestContext, paths: object, answer: () => string) {
  const { url, requests } = await tokenServer(t, () => (response) => void response.end(answer()));
  const clock = createFakeClock();
  const auth = { type: 'token_endpoint', config: { url, ...paths } } as unknown as AuthSpec;
  const provider = credentialsFromAuth(
    auth,
    {},
    {
      oauth2,
      refreshToken,
      tokenEndpoint: (options) => tokenEndpoint({ ...options, clock }),
    },
  ) as CredentialProvider;
  const { signal } = new AbortController();
  return { clock, requests, ask: async () => await provider({ url: 'ws://x', attempt: 1, refused: false, signal }) };
}

const BASE = { url: 'ws://127.0.0.1:9', unbounded: true } as const;
const KEYS = keysWith((schema) => schema['pattern'] === PATH_PATTERN);

test('every key that takes a path is tried', () => {
  assert.deepEqual(KEYS.toSorted(), Object.keys(PROBES).toSorted());
});

test('a key that is called a path, and takes none into a record, is a file or a place of its own', () => {
  const named = keysWith((schema, key) => /(^|[_.])(path|paths|key|by|latest_by)(\[\])?$/.test(key) && isText(schema));
  assert.deepEqual(named.filter((key) => !KEYS.includes(key)).toSorted(), NO_PATHS.toSorted());
});

for (const [key, probe] of Object.entries(PROBES)) {
  for (const form of PATH_FORMS) {
    test(`${key}: ${form.path} finds its value, in both arrangements`, async (t) => {
      for (const arrangement of ARRANGEMENTS) await probe(form, t, arrangement);
    });
  }
}

/** Runs a source whose server is asked to go on from a cursor. */
async function resumed(
  t: TestContext,
  arrangement: Arrangement,
  resume: object,
  script: (client: FeedClient) => Promise<void>,
  around: RunOptions = {},
) {
  const server = await feed(t, script);
  const config = {
    ...{ url: server.url, unbounded: true, reconnect_backoff: 0.001 },
    resume: { values: { c: { path: 'cursor' } }, into: { query: { c: '{c}' } }, ...resume },
  };
  const cursor = { endpoint: `${server.url}/`, values: { c: '1' } };
  return run(arrangement, config as SourceConfig, { position: { sequence: 1, receivedAt: 0, cursor }, ...around });
}

/** Runs a source that lacks the number 2, and is answered this when it asks for it. */
async function backfilled(t: TestContext, arrangement: Arrangement, backfill: object, body: string) {
  const server = await feed(t, sends('{"n":1}', '{"n":3}'));
  const http = await recordServer(t, ({ pathname }) => ({ body: pathname === '/' ? body : '{}' }));
  const config = {
    ...{ url: server.url, unbounded: true, sequence: { path: 'n' } },
    backfill: { url: `${http.url}/?n={after}`, rate: 1_000, ...backfill },
  };
  return { ...(await run(arrangement, config as SourceConfig)), asked: http.asked };
}

/** Runs a source to whose first frames these belong, sent when the client has said what it has to. */
async function received(t: TestContext, arrangement: Arrangement, config: object, ...frames: string[]) {
  const server = await feed(t, sends(...frames));
  return run(arrangement, { url: server.url, unbounded: true, ...config } as SourceConfig);
}

/** What a cluster holds after a Kafka sink has got these records. */
async function produced(config: object, ...texts: string[]): Promise<FakeKafka> {
  const sinkConfig = { brokers: '127.0.0.1:9', topic: { type: 'fixed', name: 'trades' }, ...config } as const;
  const { type: _type, deadLetter: _letters, ...options } = resolveSink('kafka', sinkConfig);
  const cluster = new FakeKafka();
  const clock = createFakeClock();
  const sink = kafka({ ...options, producer: cluster, clock });
  await whileTimePasses(clock, pipeline(Readable.from(pagesOf(texts)), sink));
  return cluster;
}

/** What a CSV file with this column holds after it has got a record. */
async function csvOf(t: TestContext, column: unknown, text: string): Promise<string> {
  const {
    type: _type,
    path,
    ...options
  } = resolveSink('csv', { path: join(temporaryFolder(t), 'a.csv'), columns: [column] });
  await pipeline(Readable.from(pagesOf([text])), csvFile(path, options));
  return readText(path);
}

function csvText(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

interface Schema {
  readonly [keyword: string]: unknown;
}

/** Where in a pipeline file the keys stand whose schema is such a one, each once. */
function keysWith(isMeant: (schema: Schema, key: string) => boolean): string[] {
  const found = new Set<string>();
  const walk = (schema: unknown, key: string, via: readonly string[]): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties, items, $ref, if: condition, allOf, anyOf, oneOf, ...own } = schema as Schema;
    const { then, else: otherwise } = own;
    if (isMeant(schema as Schema, key)) found.add(key);
    for (const [name, inner] of Object.entries((properties ?? {}) as Schema)) walk(inner, `${key}.${name}`, via);
    walk(items, `${key}[]`, via);
    for (const inner of [allOf, anyOf, oneOf].flat()) walk(inner, key, via);
    // A sink's keys stand in the branch of its type.
    const type = ((condition as Schema)?.['properties'] as Schema | undefined)?.['type'] as Schema | undefined;
    const isSink = key === 'pipeline.sink' && typeof type?.['const'] === 'string';
    if (isSink) walk(((then as Schema)['properties'] as Schema)['config'], String(type['const']), via);
    else for (const inner of [then, otherwise]) walk(inner, key, via);
    if (typeof $ref !== 'string' || via.includes($ref)) return;
    const name = $ref.slice('#/$defs/'.length);
    walk((pipelineFileSchema.$defs as Schema)[name], name === 'source' ? 'source' : key, [...via, $ref]);
  };
  const { pipeline: whole, ...others } = pipelineFileSchema.properties;
  walk(whole, 'pipeline', []);
  for (const [name, schema] of Object.entries(others)) walk(schema, name, []);
  return [...found];
}

function isText(schema: Schema): boolean {
  return [schema['type']].flat().includes('string');
}

/** Files, and what is no place in a record. */
const NO_PATHS: readonly string[] = [
  'observability.prometheus.path',
  'pipeline.state.config.path',
  'pipeline.state.path',
  'state.config.path',
  'state.path',
  'csv.path',
  'jsonl.path',
  'kafka.auth.config.ca_path',
  'kafka.auth.config.cert_path',
  'kafka.auth.config.key_path',
  'kafka.auth.config.sasl.config.token_path',
  'kafka.auth.config.ssl.config.ca_path',
  'kafka.auth.config.ssl.config.cert_path',
  'kafka.auth.config.ssl.config.key_path',
  'kafka.auth.config.token_path',
  'kafka.dead_letter.path',
  'pipeline.dlq.path',
  'pipeline.dlq.sink.config.path',
  'pipeline.spool.path',
  'source.auth.config.path',
  'source.auth.config.persist.key',
  'source.auth.config.persist.path',
  'source.dead_letter.path',
  'source.dedupe.by',
  'source.tls.key',
];
