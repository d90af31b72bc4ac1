import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { encode as toMessagePack } from '@msgpack/msgpack';
import { encode as toCbor } from 'cborg';
import { ALIVE_RECIPES } from './alive-recipes.js';
import { feed, hasRead, sends, sendsThenWaits } from './feed.js';
import { RESUME_RECIPES } from './resume-recipes.js';
import { runExample, startExample, workFolder } from './run-example.js';
import { until } from './until.js';

/** What each recipe under examples/ must do. */
export const RECIPES: Readonly<Record<string, (t: TestContext) => Promise<void>>> = {
  ...ALIVE_RECIPES,
  ...RESUME_RECIPES,
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
  'csv.ts': async (t) => {
    const server = await feed(
      t,
      sends('{"symbol":"=A1","data":{"price":1.10,"time":7,"tags":["x"]}}', '{"symbol":"B,C","data":{"price":-2}}'),
    );
    const { read, stdout } = await runExample(t, 'csv.ts', server.url);
    assert.equal(stdout, '2 rows\n');
    const rows = `symbol,data.price,time,data.tags\n'=A1,1.10,7,"[""x""]"\n"B,C",-2,,\n`;
    assert.equal(String(await read('out/trades.csv')), rows);
  },
  'by-symbol.ts': async (t) => {
    const trades = ['BTC-USD', '../x', 'BTC-USD'].map((symbol, n) => `{"symbol":"${symbol}","p":${n}}`);
    const server = await feed(t, sends(...trades, '{"type":"hello"}'));
    const { read, stdout } = await runExample(t, 'by-symbol.ts', server.url);
    assert.equal(stdout, '4 records\n');
    assert.equal(String(await read('out/BTC-USD.jsonl')), `${trades[0]}\n${trades[2]}\n`);
    assert.equal(String(await read('out/%2E.%2Fx.jsonl')), `${trades[1]}\n`);
    assert.equal(String(await read('out/no-symbol.jsonl')), '{"type":"hello"}\n');
  },
  'ohlc-bars.ts': async (t) => {
    const trade = (id: number, seconds: number, price: number, symbol = 'A'): string =>
      JSON.stringify({ type: 'trade', id, symbol, time: Date.UTC(2026, 0, 1) + 1000 * seconds, price, size: 2 });
    const frames = [
      ...[trade(1, 0, 10), trade(2, 30, 12), trade(3, 59, 9), trade(4, 61, 20), trade(5, 58, 11)],
      // Numbers 6 to 8 are missing.
      ...[trade(9, 70, 21), trade(10, 130, 30), trade(11, 59, 99), trade(12, 190, 40)],
    ];
    const { read, stdout } = await runExample(t, 'ohlc-bars.ts', (await feed(t, sends(...frames))).url);
    assert.equal(stdout, '4 bars, 1 gaps, 1 trades that came too late\n');
    const lines = String(await read('out/bars.jsonl'))
      .trim()
      .split('\n');
    const bar = (minute: number, numbers: object, missing: string[], partial = false): object => ({
      symbol: 'A',
      minute: `2026-01-01T00:0${minute}:00.000Z`,
      ...numbers,
      missing,
      partial,
    });
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)).map((line) => (line.gap === undefined ? line : line.gap.missing)),
      [
        3,
        bar(0, { open: 10, high: 12, low: 9, close: 11, volume: 8, trades: 4 }, ['sequence']),
        bar(1, { open: 20, high: 21, low: 20, close: 21, volume: 4, trades: 2 }, ['sequence']),
        bar(2, { open: 30, high: 30, low: 30, close: 30, volume: 2, trades: 1 }, []),
        bar(3, { open: 40, high: 40, low: 40, close: 40, volume: 2, trades: 1 }, [], true),
      ],
    );
  },
  'post-pages.ts': async (t) => {
    const server = await feed(t, sends(...Array.from({ length: 250 }, (_, n) => `{"n":${n},"p":1.10}`)));
    const api = await ingestApi(t, [503, 200, 200, 200]);
    const { stdout } = await runExample(t, 'post-pages.ts', server.url, api.url);
    assert.equal(stdout, '250 records in 3 requests\n');
    const stored = api.bodies.sort((one, other) => numberIn(one) - numberIn(other)).join('');
    assert.equal(stored, Array.from({ length: 250 }, (_, n) => `{"n":${n},"p":1.10}\n`).join(''));
    const refusing = await ingestApi(t, [400]);
    const failed = runExample(t, 'post-pages.ts', (await feed(t, sends('1', '2'))).url, refusing.url);
    await assert.rejects(
      failed,
      /Cannot write to http.*: the API answered with status 400\. No record of this run is stored/,
    );
  },
  'server-sent-events.ts': servesEvents,
  'service.ts': startsAndStops,
  'message-pack.ts': async (t) => {
    const packed = (value: unknown): Buffer => Buffer.from(toMessagePack(value, { useBigInt64: true }));
    const frames = [packed({ id: 9_007_199_254_740_993n, price: 1.5 }), Buffer.of(0xc1), packed([1, null])];
    const server = await feed(t, sends(...frames));
    const { read, stdout } = await runExample(t, 'message-pack.ts', server.url);
    assert.equal(String(await read('out/trades.jsonl')), '{"id":9007199254740993,"price":1.5}\n[1,null]\n');
    assert.equal(stdout, '2 records, 1 frames that are no MessagePack\n');
  },
  'protobuf.ts': async (t) => {
    // The bytes of two trades, by hand: so that the example, and not this, says what they mean.
    const trade = Buffer.from('0a0342544311000000000000f83f18818080808080801020012a02abcd', 'hex');
    const other = Buffer.from('0a03455448', 'hex');
    const update = Buffer.concat([trade, other].map((one) => Buffer.concat([Buffer.of(0x0a, one.length), one])));
    const server = await feed(t, sends(update));
    const { read } = await runExample(t, 'protobuf.ts', server.url);
    assert.equal(
      String(await read('out/trades.jsonl')),
      '{"symbol":"BTC","price":1.5,"id":9007199254740993,"side":"SELL","signature":"q80="}\n' +
        '{"symbol":"ETH","price":0,"id":0,"side":"BUY","signature":""}\n',
    );
  },
  'cbor.ts': async (t) => {
    const cbor = Buffer.concat([Buffer.of(1), toCbor({ id: 9_007_199_254_740_993n })]);
    const server = await feed(t, sends(cbor, Buffer.from('\0{"price":1.10}'), Buffer.of(1, 0x1f)));
    const { read } = await runExample(t, 'cbor.ts', server.url);
    assert.equal(String(await read('out/trades.jsonl')), '{"id":9007199254740993}\n{"price":1.10}\n');
    assert.match(String(await read('out/refused.jsonl')), /^{"data":"\\u0001\\u001f",.*"code":"ERR_PARSE".*}\n$/);
  },
  'two-exchanges.ts': async (t) => {
    const names = ['a', 'b'];
    const servers = await Promise.all(
      names.map((name) =>
        feed(t, async (client) => {
          for (let n = 0; n < 50; n++) await client.send(`{"${name}":${n}}`);
          await client.closed;
        }),
      ),
    );
    const { child, ended, read } = await startExample(
      t,
      'two-exchanges.ts',
      servers.map(({ url }) => url),
    );
    for (const server of servers) {
      await until(() => server.clients.length === 1);
      await hasRead(server.clients[0]!);
    }
    child.kill('SIGINT');
    const { stdout } = await ended;
    assert.match(stdout, /^100 trades, \d+ of them late for their place\n$/);
    const lines = String(await read('out/trades.jsonl'))
      .trimEnd()
      .split('\n');
    const records = lines.map((line) => JSON.parse(line) as { data: Record<string, number>; url: string });
    for (const [index, name] of names.entries()) {
      const own = records.filter(({ data }) => name in data);
      assert.deepEqual(
        own.map(({ data }) => data[name]),
        Array.from({ length: 50 }, (_, n) => n),
      );
      assert.ok(own.every(({ url }) => url.startsWith(servers[index]!.url)));
    }
  },
  'worker.ts': async (t) => {
    const server = await feed(t, sends(...Array.from({ length: 2500 }, () => '{"price":1.5,"size":2}')));
    const { stdout } = await runExample(t, 'worker.ts', server.url);
    assert.equal(stdout, '7500 was traded\n');
    await failsInItsWorker(t);
  },
  'web-streams.ts': async (t) => {
    const server = await feed(t, sends('{"p":1.10}', '2'));
    const { read } = await runExample(t, 'web-streams.ts', server.url);
    assert.equal(String(gunzipSync(await read('out/trades.jsonl.gz'))), '{"p":1.10}\n2\n');
    await failsWhereItCannotWrite(t, 'web-streams.ts', /EEXIST/);
  },
};

/** An HTTP API that answers with these statuses in turn, the last one for good, and keeps what it took. */
async function ingestApi(t: TestContext, statuses: readonly number[]) {
  const bodies: string[] = [];
  let requests = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const status = statuses[Math.min(requests++, statuses.length - 1)]!;
    const body = await text(request);
    if (status === 200) bodies.push(body);
    response.writeHead(status).end();
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bodies };
}

/** The number in the first line. */
function numberIn(lines: string): number {
  return Number(/\d+/.exec(lines)?.[0]);
}

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

/** A record that it cannot work on: the program ends with what the worker failed with, though the feed goes on. */
async function failsInItsWorker(t: TestContext): Promise<void> {
  const server = await feed(t, sendsThenWaits('null'));
  const { ended } = await startExample(t, 'worker.ts', [server.url]);
  await assert.rejects(ended, /Cannot destructure property/);
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

/** Restarted and stopped by signals; its health is told over HTTP, also when the feed cannot be had. */
async function startsAndStops(t: TestContext): Promise<void> {
  const statuses: number[] = [];
  const server = await feed(t, async (client) => {
    await client.send(`{"connection":${client.number}}`);
    await hasRead(client);
    statuses.push((await fetch(await address)).status);
    child.kill(client.number === 1 ? 'SIGHUP' : 'SIGTERM');
    await client.closed;
  });
  const { child, ended, read, firstLine: address } = await startsWithALine(t, server.url);
  await ended;
  assert.deepEqual(statuses, [200, 200]);
  assert.equal(String(await read('out/trades.jsonl')), '{"connection":1}\n{"connection":2}\n');

  const refusing = await feed(t, () => {}, { refuse: () => ({ status: 404 }) });
  const failing = await startsWithALine(t, refusing.url);
  const url = await failing.firstLine;
  await until(async () => (await fetch(url)).status === 503);
  assert.match(await (await fetch(url)).text(), /"running":false,"error":"ERR_CONNECT"/);
  failing.child.kill('SIGTERM');
  await failing.ended;
}

async function startsWithALine(t: TestContext, url: string) {
  const started = await startExample(t, 'service.ts', [url]);
  // A program that fails says so here, in place of the line that would be waited for.
  const said = Promise.race([once(started.child.stdout!, 'data'), started.ended.then(() => [''])]);
  return { ...started, firstLine: said.then(([line]) => String(line).trim()) };
}
