// Compiles the programs of examples/with against the packed package and the packages that they are about, and runs each against the
// real thing, or what speaks its protocol: `npm run test:package`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { createFeedServer } from '../../dist/testing/index.js';
import { startPostgres } from './postgres.js';
import { project } from './project.js';

let recipes;
before(async () => {
  recipes = await project('recipes', { copied: join(import.meta.dirname, '../../examples/with') });
  await recipes.run('npm', 'run', 'build');
});

/** Texts with all that could be taken for something else on the way into a table. */
const TEXTS = [
  '{"price":1.10,"symbol":"B\\\\"}',
  '{"z":"\\u0000\\"\'\\\\.","a": \t9007199254740993 }',
  '[",\\t\\n"]',
  'null',
];

test('PostgreSQL gets the text of each record by COPY, and all of a page or nothing', async (t) => {
  const postgres = await startPostgres();
  if (postgres.missing !== undefined) return t.skip(postgres.missing);
  after(() => postgres.stop());
  const server = await feed(sends(TEXTS));
  const { out } = await recipes.node('build/postgres.js', server.url, postgres.url);
  assert.equal(out, '4 records in 1 statements\n');
  assert.equal(await postgres.ask('SELECT record FROM trades'), `${TEXTS.join('\n')}\n`);

  await postgres.ask('DELETE FROM trades; ALTER TABLE trades ADD CHECK (record::text <> \'"no"\')');
  const other = await feed(sends(['1', '"no"', '2']));
  await assert.rejects(recipes.node('build/postgres.js', other.url, postgres.url), /SinkError: .*violates check/);
  assert.equal(await postgres.ask('SELECT count(*) FROM trades'), '0\n');
});

test('DuckDB gets the fields of each record by its appender', async () => {
  const server = await feed(sends(['{"symbol":"ABC","price":1.10}', '{"price":"none"}']));
  const { out } = await recipes.node('build/duckdb.js', server.url, 'trades.duckdb');
  assert.equal(out, '2 rows\n');
  const query = `
    import { DuckDBInstance } from '@duckdb/node-api';
    const connection = await (await DuckDBInstance.create('trades.duckdb')).connect();
    const answer = await connection.runAndReadAll('SELECT symbol, price, received_at > 0 FROM trades');
    console.log(JSON.stringify(answer.getRowsJson()));
  `;
  const rows = await recipes.node('--input-type=module', '--eval', query);
  assert.equal(rows.out, '[["ABC",1.1,true],[null,null,true]]\n');
});

test('S3 gets objects of JSON Lines, in parts, and the feed waits for it', async () => {
  const storage = await startStorage();
  const record = JSON.stringify('x'.repeat(2 ** 20));
  const server = await feed(sends(Array.from({ length: 80 }, () => record)));
  const environment = {
    AWS_ENDPOINT_URL: storage.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  // No part is taken before nothing more comes from the feed: it has all, or it waits.
  const done = recipes.withEnvironment(environment).node('build/s3.js', server.url, 'market');
  await storage.firstPart;
  const [client] = server.clients;
  await stillAt(() => client.sent);
  assert.ok(client.sent < 80, `${client.sent} of 80 were taken`);
  storage.take();
  assert.equal((await done).out, '80 records in 2 objects\n');
  const [first, second] = [...storage.objects.values()];
  assert.ok(first.length >= 64 * 2 ** 20);
  assert.equal(Buffer.concat([first, second]).toString(), `${record}\n`.repeat(80));
});

test('Fastify gives a feed on: a slow listener misses records and is told, and no other waits for it', async () => {
  const server = await feed((client) => client.closed);
  const app = recipes.withEnvironment({ PORT: '0' }).start('build/fastify.js', server.url);
  const url = `${(await app.firstLine).replace('http:', 'ws:')}/trades`;
  const [fast, slow] = await Promise.all([listen(url), listen(url)]);
  slow.socket.pause();
  const client = await server.nextClient();
  const page = Array.from({ length: 100 }, () => JSON.stringify('x'.repeat(2 ** 15)));
  let sent = 0;
  const send = async (texts) => {
    await client.sendMany(texts);
    sent += texts.length;
    await until(() => fast.records === sent);
  };
  for (let pages = 0; pages < 50; pages++) await send(page);
  slow.socket.resume();
  // What it missed is told before the next record that it gets.
  while (slow.missed === 0) await send(page.slice(0, 1));
  await until(() => slow.records + slow.missed === sent);
  assert.equal(fast.missed, 0);
  app.kill('SIGTERM');
  await app.ended;
});

/** One that listens, and counts. */
async function listen(url) {
  const socket = new WebSocket(url);
  const listener = { socket, records: 0, missed: 0 };
  socket.on('message', (data) => {
    const value = JSON.parse(data);
    if (typeof value === 'string') listener.records++;
    else listener.missed += value.missed;
  });
  await once(socket, 'open');
  return listener;
}

async function feed(onConnection) {
  const server = await createFeedServer({ onConnection });
  after(() => server.close());
  return server;
}

function sends(texts) {
  return async (client) => {
    client.sent = 0;
    for (; client.sent < texts.length; client.sent++) await client.send(texts[client.sent]);
    await client.close(1000);
  };
}

/** Waits until a count stays as it is. */
async function stillAt(count) {
  let before;
  let times = 0;
  await until(() => {
    times = count() === before ? times + 1 : 0;
    before = count();
    return times === 20;
  });
}

async function until(holds) {
  const end = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < end, `Waited a minute for ${holds}`);
    await pause(25);
  }
}

/** What `Upload` asks of S3: the parts of an object, and their end; or the whole of a small one. It takes none before it is told to. */
async function startStorage() {
  const uploads = new Map();
  const objects = new Map();
  const gate = withResolvers();
  const first = withResolvers();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://storage');
    const [upload, part] = [searchParams.get('uploadId'), searchParams.get('partNumber')];
    if (request.method === 'POST' && upload === null) {
      uploads.set(`${uploads.size + 1}`, []);
      await text(request);
      return response.end(xml('InitiateMultipartUploadResult', `<UploadId>${uploads.size}</UploadId>`));
    }
    if (request.method === 'POST') {
      await text(request);
      objects.set(pathname, Buffer.concat(uploads.get(upload)));
      return response.end(xml('CompleteMultipartUploadResult', '<ETag>"whole"</ETag>'));
    }
    const body = await buffer(request);
    first.resolve();
    await gate.promise;
    if (upload === null) objects.set(pathname, body);
    else uploads.get(upload)[part - 1] = body;
    response.setHeader('ETag', `"${part}"`).end();
  });
  after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, objects, firstPart: first.promise, take: gate.resolve };
}

function xml(name, content) {
  return `<?xml version="1.0" encoding="UTF-8"?><${name}>${content}</${name}>`;
}

function withResolvers() {
  let resolve;
  const promise = new Promise((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
