import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { createFeedServer, type FeedClient } from '../../lib/testing/index.js';
import { ROOT } from './readme.js';
import { recordServer } from './record-server.js';
import { workFolder } from './run-example.js';
import { until } from './until.js';

/** What each recipe for feeds that resume must do. */
export const RESUME_RECIPES: Readonly<Record<string, (t: TestContext) => Promise<void>>> = {
  'jetstream.yaml': resumesByNumber,
  'chat-gateway.yaml': resumesItsSession,
  'exchange-backfill.yaml': fetchesWhatIsMissing,
};

/** It goes on from its cursor, whose record the server sends once more, and tells when that is too old. */
async function resumesByNumber(t: TestContext): Promise<void> {
  const server = await createFeedServer({
    replay: { path: 'payload.seq', inclusive: true, window: 10, forgotten: 'refuse' },
  });
  t.after(() => server.close());
  const folder = await workFolder(t);
  const publish = (from: number, to: number): void => {
    for (let n = from; n < to; n++) server.publish(`{"payload":{"seq":${FIRST + n}}}`);
  };
  const first = run('jetstream.yaml', folder, server.url, 3);
  await until(() => server.connections === 1);
  publish(0, 3);
  await first;
  publish(3, 8);
  await run('jetstream.yaml', folder, server.url, 5);
  assert.deepEqual(await stored(folder, 'posts'), [0, 1, 2, 'not_running replayed', 3, 4, 5, 6, 7]);
  // The third run is away for so long that its cursor is forgotten.
  publish(8, 30);
  const third = run('jetstream.yaml', folder, server.url, 2);
  await until(() => server.connections === 3);
  publish(30, 32);
  await third;
  assert.deepEqual((await stored(folder, 'posts')).slice(9), ['cursor_expired', 30, 31]);
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ['/', `/?cursor=${FIRST + 2}`, `/?cursor=${FIRST + 7}`, '/'],
  );
}

/** It resumes its session where it was, and begins another one when it is told to. */
async function resumesItsSession(t: TestContext): Promise<void> {
  const log: string[] = [];
  const sessions = new Map<string, string[]>();
  const server = await createFeedServer({ onConnection: (client) => gateway(client, server.url, sessions, log) });
  t.after(() => server.close());
  const folder = await workFolder(t);
  const say = (n: number): void => {
    for (const session of sessions.values())
      session.push(`{"op":0,"t":"MESSAGE_CREATE","d":{"n":${n}},"s":${session.length + 1}}`);
  };
  const first = run('chat-gateway.yaml', folder, server.url, 2);
  await until(() => log.includes('identify'));
  say(0);
  say(1);
  await first;
  say(2);
  say(3);
  await run('chat-gateway.yaml', folder, server.url, 2);
  assert.deepEqual(await stored(folder, 'events'), [0, 1, 'not_running replayed', 2, 3]);
  sessions.clear();
  const third = run('chat-gateway.yaml', folder, server.url, 1);
  await until(() => log.filter((what) => what === 'identify').length === 2);
  say(4);
  await third;
  assert.deepEqual((await stored(folder, 'events')).slice(5), ['cursor_expired', 4]);
  assert.deepEqual(log, ['identify', 'resume session-1 at 3', 'resume session-1 at 5', 'invalid', 'identify']);
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ['/?v=10&encoding=json', '/resume/?v=10&encoding=json', '/resume/?v=10&encoding=json', '/?v=10&encoding=json'],
  );
}

/** https://discord.com/developers/docs/events/gateway: hello, then identify or resume; events are numbered within their session. */
async function gateway(client: FeedClient, url: string, sessions: Map<string, string[]>, log: string[]): Promise<void> {
  await client.send('{"op":10,"d":{"heartbeat_interval":41250},"s":null,"t":null}');
  const { op, d } = JSON.parse(String(await client.receive()));
  assert.equal(d.token, 'secret');
  let name = String(d.session_id);
  let next: number;
  if (op === 2) {
    name = `session-${sessions.size + 1}`;
    sessions.set(name, ['READY']);
    log.push('identify');
    const ready = { session_id: name, resume_gateway_url: `${url}/resume` };
    await client.send(JSON.stringify({ op: 0, t: 'READY', s: 1, d: ready }));
    next = 1;
  } else {
    assert.equal(op, 6);
    log.push(`resume ${name} at ${d.seq}`);
    next = d.seq;
  }
  const events = sessions.get(name);
  if (events === undefined) {
    log.push('invalid');
    await client.send('{"op":9,"d":false}');
    return;
  }
  for (; ; next++) {
    await until(() => events.length > next || !client.isOpen);
    await client.send(events[next]!);
  }
}

/** It fetches what was missed between two runs, and what the feed leaves out. */
async function fetchesWhatIsMissing(t: TestContext): Promise<void> {
  const sent = [
    [1, 2, 4],
    [8, 9, 12],
  ];
  const server = await createFeedServer({
    onConnection: async (client) => {
      for (const id of sent[server.connections - 1]!) await client.send(`{"id":${id}}`);
    },
  });
  t.after(() => server.close());
  const api = await recordServer(t, (url) => {
    const [after, before] = ['from', 'to'].map((name) => Number(url.searchParams.get(name)));
    // It has no number 10.
    const ids = Array.from({ length: before! - after! + 1 }, (_, index) => after! + index).filter((id) => id !== 10);
    return { body: JSON.stringify({ trades: ids.map((id) => ({ id })) }) };
  });
  const folder = await workFolder(t);
  await run('exchange-backfill.yaml', folder, server.url, 4, { API_URL: api.url });
  await run('exchange-backfill.yaml', folder, server.url, 7, { API_URL: api.url });
  const all = [1, 2, 3, 4, 5, 6, 7, 'not_running replayed', 8, 9, 'sequence', 11, 12];
  assert.deepEqual(await stored(folder, 'trades'), all);
}

async function run(
  example: string,
  folder: string,
  url: string,
  messages: number,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'dist/cli/main.js'), 'run', join(ROOT, 'examples', example), '--quiet'],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...{ FEED_URL: url, GATEWAY_TOKEN: 'secret', MAX_MESSAGES: String(messages), ...variables },
      },
    },
  );
}

/** Numbers of records, and causes of gaps, in their order. */
async function stored(folder: string, name: string): Promise<(number | string)[]> {
  const text = (await readFile(join(folder, `out/${name}.jsonl`))).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const { gap, payload, d, id } = JSON.parse(line);
      if (gap !== undefined) return gap.replayed === true ? `${gap.cause} replayed` : gap.cause;
      if (id !== undefined) return id;
      return payload === undefined ? d.n : payload.seq - FIRST;
    });
}

const FIRST = 25_000_000_000;
