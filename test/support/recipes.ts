import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ALIVE_RECIPES } from './alive-recipes.js';
import { feed, sends, sendsThenWaits } from './feed.js';
import { runExample, startExample, workFolder } from './run-example.js';

/** What each recipe under examples/ must do. */
export const RECIPES: Readonly<Record<string, (t: TestContext) => Promise<void>>> = {
  ...ALIVE_RECIPES,
  'hourly-files.ts': async (t) => {
    await rotatesByTheHour(t);
    await failsWhereItCannotWrite(t, 'hourly-files.ts', /EEXIST/);
  },
  'log-lines.ts': async (t) => {
    const server = await feed(
      t,
      sends('-- tail of web-1 --\n{"level":"info","n":1}\n{"level":"error","n":1.10}\n', '{"n":3, "level":"error"}'),
    );
    const { read } = await runExample(t, 'log-lines.ts', server.url);
    assert.equal(String(await read('out/errors.jsonl')), '{"level":"error","n":1.10}\n{"n":3, "level":"error"}\n');
  },
  'snapshot.ts': async (t) => {
    const orders = Array.from({ length: 25_000 }, (_, n) => `{"id":${n},"price":1.10}`);
    const server = await feed(t, sends(`{"type":"snapshot","book":{"orders":[${orders}]}}`, '{"type":"change"}'));
    const { read } = await runExample(t, 'snapshot.ts', server.url);
    assert.equal(String(gunzipSync(await read('out/orders.jsonl.gz'))), `${orders.join('\n')}\n`);
  },
  'two-sinks.ts': async (t) => {
    const server = await feed(t, sends('1', '2', '3'));
    const { read, stdout } = await runExample(t, 'two-sinks.ts', server.url);
    assert.equal(stdout, '3 records went to both\n');
    assert.equal(String(await read('out/trades.jsonl')), '1\n2\n3\n');
    await failsWhereItCannotWrite(t, 'two-sinks.ts', /ERR_SINK/);
  },
  'server-sent-events.ts': servesEvents,
  'web-streams.ts': async (t) => {
    const server = await feed(t, sends('{"p":1.10}', '2'));
    const { read } = await runExample(t, 'web-streams.ts', server.url);
    assert.equal(String(gunzipSync(await read('out/trades.jsonl.gz'))), '{"p":1.10}\n2\n');
    await failsWhereItCannotWrite(t, 'web-streams.ts', /EEXIST/);
  },
};

/** The program's clock is ahead by as many hours as a file says; a pong says that it has taken the frames before. */
async function rotatesByTheHour(t: TestContext): Promise<void> {
  const folder = await workFolder(t);
  const hours = join(folder, 'hours');
  await writeFile(hours, '0');
  const server = await feed(t, async (client) => {
    await client.expectMessages(['{"op":"subscribe","channel":"trades"}']);
    for (const hour of client.number === 1 ? ['0', '1', '2'] : ['2']) {
      await writeFile(hours, hour);
      // In one write: they fill a page at once, however slow the program is, and none is left to linger into the next hour.
      await client.sendMany(Array.from({ length: 1000 }, (_, n) => `{"hour":${hour},"n":${n}}`));
      await client.ping();
      await client.nextPong();
    }
    child?.kill('SIGINT');
  });
  let child: ChildProcess | undefined;
  const clock = `
    import { readFileSync } from 'node:fs';
    const start = Date.UTC(2026, 10, 24, 15);
    Date.now = () => start + 3_600_000 * Number(readFileSync(${JSON.stringify(hours)}, 'utf8'));
  `;
  const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(clock)}`];
  const run = async () => {
    const started = await startExample(t, 'hourly-files.ts', [server.url], { nodeArgs, folder });
    child = started.child;
    await started.ended;
    return started.read;
  };
  await run();
  // Once more within the hour: what it adds is a part of its own in the file of that hour.
  const read = await run();
  assert.deepEqual((await readdir(join(folder, 'out'))).sort(), [
    'trades-2026-11-24T15.jsonl.gz',
    'trades-2026-11-24T16.jsonl.gz',
    'trades-2026-11-24T17.jsonl.gz',
  ]);
  for (const hour of [0, 1, 2]) {
    const lines = String(gunzipSync(await read(`out/trades-2026-11-24T${15 + hour}.jsonl.gz`))).trimEnd();
    const once = Array.from({ length: 1000 }, (_, n) => `{"hour":${hour},"n":${n}}`);
    assert.equal(lines, (hour === 2 ? [...once, ...once] : once).join('\n'));
  }
}

/** The program ends by itself, though the feed goes on. */
async function failsWhereItCannotWrite(t: TestContext, name: string, error: RegExp): Promise<void> {
  const folder = await workFolder(t);
  await writeFile(join(folder, 'out'), 'a file where the folder should be');
  const server = await feed(t, sendsThenWaits('1'));
  const { ended } = await startExample(t, name, [server.url], { folder });
  await assert.rejects(ended, error);
}

async function servesEvents(t: TestContext): Promise<void> {
  const server = await feed(t, async (client) => {
    await client.send('{"p":1.10}');
    await client.send('{"p": 2}');
    await client.closed;
  });
  const { child, ended } = await startExample(t, 'server-sent-events.ts', [server.url]);
  // A program that fails says so here, in place of the line that would be waited for.
  const [line] = (await Promise.race([once(child.stdout!, 'data'), ended.then(() => [])])) as [Buffer];
  const request = get(String(line).trim(), { headers: { accept: 'text/event-stream' } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8');
  let events = '';
  for await (const chunk of response) {
    events += chunk;
    if (events.endsWith('{"p": 2}\n\n')) break;
  }
  assert.equal(events, 'id: 0\ndata: {"p":1.10}\n\nid: 1\ndata: {"p": 2}\n\n');
  // Leaving the loop has closed the connection; the program closes the one to the feed.
  const closed = await server.clients[0]?.closed;
  assert.equal(closed?.code, 1000);
}
