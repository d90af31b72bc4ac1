import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connectsOf } from '../../lib/feeds/connects.js';
import { ConfigError, createFeeds, type FeedDescription, type Feeds, type FeedsConfig } from '../../lib/index.js';
import { createFakeClock, type FeedClient } from '../../lib/testing/index.js';
import { feed } from '../support/feed.js';
import { tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

/** Feeds of one server, each at a path of its own, which answers by what the path begins with. */
async function open(t: TestContext, names: readonly string[], config: Partial<FeedsConfig> = {}) {
  const folder = await tempFolder(t);
  const clients = new Map<string, FeedClient[]>();
  const server = await feed(t, async (client) => {
    const name = client.request.url.slice(1);
    clients.set(name, [...(clients.get(name) ?? []), client]);
    await client.send(JSON.stringify({ name }));
    if (name.startsWith('fails')) await client.close(1011);
    if (name.startsWith('ends')) await client.close(1000);
  });
  const of = (name: string): FeedDescription => ({
    name,
    source: { config: { url: `${server.url}/${name}`, unbounded: true, linger: '1ms' } },
    sink: { type: 'jsonl', config: { path: join(folder, `${name}.jsonl`) } },
  });
  const feeds = createFeeds({ ...config, feeds: names.map(of) });
  t.after(() => feeds.stop());
  const read = (name: string) => readFile(join(folder, `${name}.jsonl`), 'utf8');
  return { feeds, of, read, clients, folder };
}

const states = (feeds: Feeds) => Object.fromEntries(feeds.feeds.map(({ name, state }) => [name, state]));
const recordsOf = (feeds: Feeds, name: string) => feeds.feeds.find((one) => one.name === name)?.records;

test('a feed that fails ends alone, the others run on until they are stopped, and all they received is stored', async (t) => {
  const { feeds, read } = await open(t, ['a', 'fails', 'ends', 'b']);
  const told: string[] = [];
  feeds.on('finished', ({ feed: name, error, records }) =>
    told.push(`${name} ${records} ${(error as Error | undefined)?.name}`),
  );
  assert.deepEqual(states(feeds), { a: 'waiting', fails: 'waiting', ends: 'waiting', b: 'waiting' });
  feeds.start();
  await until(() => told.length === 2 && recordsOf(feeds, 'a') === 1 && recordsOf(feeds, 'b') === 1);
  assert.deepEqual(states(feeds), { a: 'running', fails: 'failed', ends: 'ended', b: 'running' });
  assert.deepEqual(told.toSorted(), ['ends 1 undefined', 'fails 1 DisconnectedError']);
  await feeds.stop();
  assert.deepEqual(states(feeds), { a: 'ended', fails: 'failed', ends: 'ended', b: 'ended' });
  for (const name of ['a', 'fails', 'ends', 'b']) assert.equal(await read(name), `{"name":"${name}"}\n`);
  assert.throws(() => feeds.add({} as never), /The feeds are being stopped/);
});

test('a failed feed is started anew so often, and what its runs before have stored stays', async (t) => {
  const { feeds, read } = await open(t, ['fails', 'ends'], { restart: { backoff: 0.001, max: 2 } });
  const attempts: string[] = [];
  feeds.on('starting', ({ feed: name, attempt }) => attempts.push(`${name} ${attempt}`));
  feeds.start();
  await until(() => (feeds.feeds[0]?.restarts ?? 0) >= 4);
  // Each run has stored a record, so that the count of those in a row begins anew.
  assert.ok(attempts.filter((one) => one === 'fails 1').length >= 3);
  assert.deepEqual(
    attempts.filter((one) => one.startsWith('ends')),
    ['ends 0'],
  );
  await feeds.stop();
  const { records, restarts, error } = feeds.feeds[0]!;
  assert.equal(await read('fails'), '{"name":"fails"}\n'.repeat(records));
  assert.ok(records >= restarts);
  assert.equal((error as Error).name, 'DisconnectedError');
});

test('a feed that stores nothing is given up after so many starts, and one of a wrong configuration at once', async (t) => {
  const { feeds, of, folder } = await open(t, [], { restart: { on: 'always', backoff: 0, max: 3 } });
  feeds.add({ ...of('a'), source: { config: { url: 'ws://127.0.0.1:1', unbounded: true } } });
  await writeFile(join(folder, 'file'), '');
  feeds.add({ ...of('b'), state: join(folder, 'file/state') });
  const waits: (number | undefined)[] = [];
  feeds.on('finished', ({ feed: name, restartMs }) => name === 'a' && waits.push(restartMs));
  feeds.start();
  await feeds.done();
  assert.deepEqual(waits, [0, 0, 0, undefined]);
  assert.deepEqual(
    feeds.feeds.map(({ name, state, restarts }) => [name, state, restarts]),
    [
      ['a', 'failed', 3],
      ['b', 'failed', 3],
    ],
  );
});

test('so many feeds run at once, and the next begins when one has ended', async (t) => {
  const { feeds, clients } = await open(t, ['ends1', 'ends2', 'a', 'b'], { execution: { max_concurrent: 1 } });
  let running = 0;
  feeds.on('starting', () => {
    running += 1;
    assert.equal(running, 1);
  });
  feeds.on('finished', () => {
    running -= 1;
  });
  feeds.start();
  await until(() => recordsOf(feeds, 'a') === 1);
  assert.deepEqual(states(feeds), { ends1: 'ended', ends2: 'ended', a: 'running', b: 'waiting' });
  await feeds.stop();
  assert.equal(clients.has('b'), false);
  assert.equal(states(feeds)['b'], 'ended');
});

test('with on_error stop, the first that fails ends all others in good order', async (t) => {
  const { feeds, read } = await open(t, ['a', 'fails'], { execution: { on_error: 'stop' } });
  feeds.start();
  await feeds.done();
  assert.deepEqual(states(feeds), { a: 'ended', fails: 'failed' });
  assert.equal(await read('fails'), '{"name":"fails"}\n');
});

test('feeds come and go while others run, and events have the name of their feed', async (t) => {
  const { feeds, of, read, clients } = await open(t, ['a']);
  const connected: string[] = [];
  feeds.on('connected', ({ feed: name, connection }) => connected.push(`${name} ${connection}`));
  feeds.start();
  await until(() => recordsOf(feeds, 'a') === 1);
  feeds.add(of('b'));
  await until(() => recordsOf(feeds, 'b') === 1);
  await feeds.remove('a');
  assert.deepEqual(states(feeds), { b: 'running' });
  assert.equal(await read('a'), '{"name":"a"}\n');
  feeds.add(of('a'));
  await until(() => recordsOf(feeds, 'a') === 1);
  assert.deepEqual([connected, clients.get('b')!.length], [['a 1', 'b 1', 'a 1'], 1]);
  assert.equal(await read('a'), '{"name":"a"}\n'.repeat(2));
  await feeds.remove('nobody');
});

for (const [what, change, message] of [
  ['of its source', { source: { config: { url: 'ws://x' } } }, /^b: source\.config: Nothing says when the run ends/],
  ['of its sink', { sink: { type: 'tape' } }, /^b: sink\.type: Expected one of `csv`/],
  ['of its name', { name: 'a' }, /^a: name: Two feeds are called `a`/],
  [
    'of its file',
    { sink: { type: 'jsonl', config: { path: '/tmp/a' } } },
    /^b: sink\.config\.path: The feed `a` writes to this very file/,
  ],
  ['of a key', { sauce: 1 }, /^b: pipeline\.sauce|^b: sauce: There is no such key. Did you mean `source`/],
] as const) {
  test(`a feed that is wrong is refused before anything runs: ${what}`, () => {
    const source = { config: { url: 'ws://x', unbounded: true } };
    const one = { name: 'a', source, sink: { type: 'jsonl', config: { path: '/tmp/a' } } };
    const other = { name: 'b', source, sink: { type: 'stdout' }, ...change };
    assert.throws(
      () => createFeeds({ feeds: [one, other as FeedDescription] }),
      (error) => error instanceof ConfigError && message.test(error.message) && error.problems.length === 1,
    );
  });
}

test('what is said of all feeds is checked, too', () => {
  for (const [config, message] of [
    [{ execution: { max_concurrent: 0 } }, /execution\.max_concurrent: Expected a whole number of at least 1/],
    [
      { restart: { backoff: { initial: 5, max: 1 } } },
      /restart\.backoff\.max: Expected a duration that is not shorter than `initial`/,
    ],
    [{ matrix: [] }, /matrix: There is no such key\. Known are: feeds, execution/],
  ] as const) {
    assert.throws(() => createFeeds({ feeds: [], ...config } as FeedsConfig), message);
  }
});

test('feeds connect to a host at the rate that they share, so many at once', async (t) => {
  const { feeds } = await open(t, ['a', 'b', 'c'], { execution: { connect_rate: '1/h', max_connecting: 2 } });
  feeds.start();
  await until(() => recordsOf(feeds, 'a') === 1);
  // The others wait for an hour, and are ended meanwhile.
  const connections = (name: string) => feeds.feeds.find((one) => one.name === name)?.stats?.connections;
  assert.deepEqual(['a', 'b', 'c'].map(connections), [1, 0, 0]);
  await feeds.stop();
  assert.deepEqual(states(feeds), { a: 'ended', b: 'ended', c: 'ended' });
});

test('feeds that ask for the same token have one, also when they are started anew', async (t) => {
  const askers: (string | undefined)[] = [];
  const endpoint = createServer((request, response) => {
    const number = askers.push(request.headers.authorization);
    request.resume();
    request.on('end', () => response.end(JSON.stringify({ access_token: `token-${number}`, expires_in: 3_600 })));
  });
  await new Promise<void>((resolve) => void endpoint.listen(0, '127.0.0.1', resolve));
  t.after(() => endpoint.close());
  const { port } = endpoint.address() as AddressInfo;
  const { feeds, of, clients } = await open(t, [], { restart: { on: 'always', backoff: 0.001 } });
  const withToken = (name: string, id: string): FeedDescription => {
    const { source, ...rest } = of(name);
    const config = { token_url: `http://127.0.0.1:${port}/token`, client_id: id, client_secret: 'not-shown' };
    return { ...rest, source: { config: { ...source.config, auth: { type: 'oauth2', config } } } };
  };
  for (const name of ['a', 'b', 'ends']) feeds.add(withToken(name, 'us'));
  feeds.add(withToken('c', 'others'));
  feeds.start();
  await until(() => ['a', 'b', 'c'].every((name) => recordsOf(feeds, name) === 1));
  await until(() => (clients.get('ends')?.length ?? 0) > 2);
  const basic = (id: string) => `Basic ${Buffer.from(`${id}:not-shown`).toString('base64')}`;
  assert.deepEqual(new Set(askers), new Set([basic('us'), basic('others')]));
  assert.equal(askers.length, 2);
  const shown = (name: string) => clients.get(name)!.map(({ request }) => request.headers['authorization']);
  assert.deepEqual(shown('a'), shown('b'));
  assert.notDeepEqual(shown('a'), shown('c'));
});

for (const [rate, seconds] of [
  ['5/s', 0.2],
  ['60/m', 1],
  ['1200/h', 3],
] as const) {
  test(`a rate of ${rate} has one connect come ${seconds} s behind the other`, async () => {
    const clock = createFakeClock();
    const budget = connectsOf({ connectRate: rate, maxConnecting: undefined }, clock)!;
    const { signal } = new AbortController();
    await budget.enter('ws://a.example', signal);
    let isIn = false;
    void budget.enter('ws://a.example', signal).then(() => {
      isIn = true;
    });
    await clock.advance(seconds * 1_000 - 1);
    assert.equal(isIn, false);
    await clock.advance(1);
    await until(() => isIn);
  });
}

for (const [what, execution, message] of [
  ['a rate without a unit', { connect_rate: '5' }, /execution\.connect_rate: .*so many a second, a minute or an hour/],
  ['a rate of none', { connect_rate: '0/s' }, /execution\.connect_rate: /],
  ['no connect at all', { max_connecting: 0 }, /execution\.max_connecting: /],
] as const) {
  test(`feeds do not take ${what}`, () => {
    assert.throws(() => createFeeds({ feeds: [], execution }), message);
  });
}
