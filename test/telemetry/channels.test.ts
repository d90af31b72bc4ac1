import assert from 'node:assert/strict';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { createSource, jsonlFile, stdout } from '../../lib/index.js';
import { feed, hasRead } from '../support/feed.js';
import { tempFolder } from '../support/temp-folder.js';

const NAMES = ['websocket:open', 'websocket:close', 'websocket:ping', 'websocket:pong', 'gap', 'page'].map(
  (name) => `spillway:${name}`,
);
const OF_SINK = ['start', 'end', 'asyncEnd', 'error'].map((name) => `tracing:spillway:sink:write:${name}`);

test('diagnostics_channel tells of connections, pings, gaps, pages, and of each page from the sink being given it until it is stored', async (t) => {
  const told = listening(t, [...NAMES, ...OF_SINK]);
  let connections = 0;
  const server = await feed(t, async (client) => {
    connections += 1;
    await client.send(`{"n":${connections}}`);
    await hasRead(client);
    if (connections === 1) {
      await client.nextPing();
      void client.drop();
    }
  });
  const config = {
    url: server.url,
    max_messages: 2,
    idle_timeout: 60,
    reconnect: true,
    reconnect_backoff: '1ms',
  } as const;
  const source = createSource({ ...config, ping_interval: '1ms' }, { feed: 'trades' });
  await pipeline(source.pages(), jsonlFile(join(await tempFolder(t), 'out.jsonl')));
  const of = (name: string) => told.filter((one) => one.name.endsWith(name)).map(({ message }) => message);
  assert.deepEqual(
    of(':open').map(({ feed: name, connection }) => [name, connection]),
    [
      ['trades', 1],
      ['trades', 2],
    ],
  );
  assert.equal(of(':close')[0]!['code'], 1006);
  assert.ok(of(':ping').length >= 1);
  assert.ok(
    of(':pong').every(({ feed: name, rttMs }) => name === 'trades' && (rttMs === undefined || (rttMs as number) >= 0)),
  );
  assert.equal((of(':gap')[0]!['gap'] as { cause: string }).cause, 'disconnected');
  const pages = of(':page').map(({ page }) => page);
  assert.ok(pages.length >= 1);
  for (const step of [':start', ':end', ':asyncEnd']) {
    assert.deepEqual(
      of(`write${step}`).map(({ page }) => page),
      pages,
    );
  }
  assert.deepEqual(of('write:error'), []);
});

test('A sink that fails says so, and of that page no more', async (t) => {
  const told = listening(t, OF_SINK);
  const server = await feed(t, (client) => client.send('{"n":1}'));
  const source = createSource({ url: server.url, max_messages: 1, idle_timeout: 60 });
  const full = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('full')) });
  await assert.rejects(pipeline(source.pages(), stdout({ stream: full })), { code: 'ERR_SINK' });
  assert.deepEqual(
    told.filter(({ name }) => name.endsWith('error')).map(({ message }) => (message['error'] as { code: string }).code),
    ['ERR_SINK'],
  );
  assert.ok(told.every(({ name }) => !name.endsWith('asyncEnd')));
});

function listening(t: TestContext, names: readonly string[]) {
  const told: { readonly name: string; readonly message: Record<string, unknown> }[] = [];
  for (const name of names) {
    const listener = (message: unknown): void => void told.push({ name, message: message as never });
    assert.equal(channel(name).hasSubscribers, false, 'nobody listens before');
    subscribe(name, listener);
    t.after(() => unsubscribe(name, listener));
  }
  return told;
}
