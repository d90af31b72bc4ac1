import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { createFeedServer } from '../../lib/testing/index.js';
import { handles, nothingIsLeft } from '../support/resources.js';
import { within } from '../support/until.js';
import { closeOf, messagesOf, refusalOf } from './plain-client.js';
import { selfSigned } from './self-signed.js';

describe('createFeedServer', () => {
  it('runs the script once for each connection and counts the connections', async () => {
    await using server = await createFeedServer({
      onConnection: async (client) => {
        await client.send(`hello ${client.number}`);
        await client.close(1000);
      },
    });
    assert.equal(server.url, `ws://127.0.0.1:${server.port}`);
    assert.deepEqual(await messagesOf(new WebSocket(server.url)), ['hello 1']);
    assert.deepEqual(await messagesOf(new WebSocket(server.url)), ['hello 2']);
    assert.equal(server.connections, 2);
    assert.deepEqual(
      server.clients.map((client) => client.number),
      [1, 2],
    );
  });

  it('accepts and stays silent without a script', async () => {
    await using server = await createFeedServer();
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    const client = await server.nextClient();
    assert.equal(client.isOpen, true);
    assert.equal(client.protocol, '');
    socket.close(1000);
    assert.deepEqual(await client.closed, { code: 1000, reason: '' });
    assert.equal(client.isOpen, false);
  });

  for (const ref of [false, true]) {
    it(`${ref ? 'holds the process with ref' : 'does not hold the process'}, listening or with a client`, async () => {
      const before = handles();
      await using server = await createFeedServer({ ref });
      assert.equal(grown(before), ref ? 1 : 0);
      const other = new Worker(
        `const { WebSocket } = require('ws'); new WebSocket(require('node:worker_threads').workerData);`,
        { eval: true, workerData: server.url },
      );
      await server.nextClient();
      assert.equal(grown(before), ref ? 2 : 0);
      await other.terminate();
    });
  }

  it('refuses an upgrade with the status, headers and body that it is told, and accepts the next', async () => {
    await using server = await createFeedServer({
      refuse: (request, attempt) =>
        attempt === 1
          ? { status: 503, headers: { 'Retry-After': '7', 'X-Path': request.url }, body: 'busy' }
          : undefined,
    });
    const refusal = await refusalOf(new WebSocket(`${server.url}/a?b=c`));
    assert.equal(refusal.status, 503);
    assert.equal(refusal.headers['retry-after'], '7');
    assert.equal(refusal.headers['x-path'], '/a?b=c');
    assert.equal(refusal.body, 'busy');
    await once(new WebSocket(server.url), 'open');
    assert.equal(server.connections, 1);
    assert.deepEqual(
      server.requests.map(({ attempt, url }) => [attempt, url]),
      [
        [1, '/a?b=c'],
        [2, '/'],
      ],
    );
  });

  it('gives a refusal without a body the status in words', async () => {
    await using server = await createFeedServer({ refuse: async () => ({ status: 403 }) });
    assert.equal((await refusalOf(new WebSocket(server.url))).body, 'Forbidden\n');
  });

  it('refuses with 401 while a required header is missing or another', async () => {
    await using server = await createFeedServer({ requireHeader: { Authorization: 'Bearer t', 'x-key': /^k\d$/g } });
    const tryWith = (headers: Record<string, string>) => new WebSocket(server.url, { headers });
    assert.equal((await refusalOf(tryWith({ 'x-key': 'k1' }))).status, 401);
    assert.equal((await refusalOf(tryWith({ authorization: 'Bearer t', 'x-key': 'k12' }))).status, 401);
    await once(tryWith({ authorization: 'Bearer t', 'x-key': 'k1' }), 'open');
    await once(tryWith({ authorization: 'Bearer t', 'x-key': 'k2' }), 'open');
    assert.equal(server.requests[3]?.headers['x-key'], 'k2');
  });

  it('answers an upgrade when handshakeDelay resolves, and not before', async () => {
    const gate = openable();
    await using server = await createFeedServer({ handshakeDelay: () => gate.promise });
    const socket = new WebSocket(server.url);
    await server.nextRequest();
    assert.equal(server.connections, 0);
    gate.resolve();
    await once(socket, 'open');
    assert.equal(server.connections, 1);
  });

  it('closes while a handshake is held back for ever', async () => {
    const server = await createFeedServer({ handshakeDelay: () => new Promise(() => {}) });
    const socket = new WebSocket(server.url);
    const failed = once(socket, 'error');
    await server.nextRequest();
    await server.close();
    await failed;
  });

  it('chooses the first subprotocol of the client that it speaks, and records what was offered', async () => {
    await using server = await createFeedServer({ protocols: ['v2', 'v1'] });
    const socket = new WebSocket(server.url, ['v0', 'v1', 'v2']);
    await once(socket, 'open');
    assert.equal(socket.protocol, 'v1');
    const client = await server.nextClient();
    assert.equal(client.protocol, 'v1');
    assert.deepEqual(client.request.protocols, ['v0', 'v1', 'v2']);
  });

  it('serves wss with a certificate, and can reset such a connection too', async () => {
    await using server = await createFeedServer({
      tls: selfSigned,
      onConnection: async (client) => {
        await client.send('secret');
        await client.receive();
        await client.reset();
      },
    });
    assert.match(server.url, /^wss:/);
    const socket = new WebSocket(server.url, { ca: selfSigned.cert });
    socket.on('error', () => {});
    const [data] = await once(socket, 'message');
    assert.equal(String(data), 'secret');
    socket.send('go');
    assert.equal((await closeOf(socket)).code, 1006);
  });

  it('answers a plain HTTP request with 426', async () => {
    await using server = await createFeedServer();
    const request = httpRequest({ port: server.port, host: '127.0.0.1' }).end();
    const [response] = await within(() => 'an answer', once(request, 'response'));
    assert.equal(response.statusCode, 426);
    response.resume();
    await once(response, 'close');
  });

  it('keeps the error of a script, closes its client with 1011, and throws it from close', async () => {
    const failure = new Error('a broken script');
    const server = await createFeedServer({
      onConnection: () => {
        throw failure;
      },
    });
    assert.equal((await closeOf(new WebSocket(server.url))).code, 1011);
    assert.deepEqual(server.errors, [failure]);
    await assert.rejects(server.close(), failure);
  });

  it('throws an AggregateError from close when several scripts failed, after 500 for a failing refuse', async () => {
    const server = await createFeedServer({
      refuse: (_request, attempt) => {
        if (attempt === 1) throw new Error('refuse failed');
        return undefined;
      },
      onConnection: async () => {
        throw new Error('script failed');
      },
    });
    assert.equal((await refusalOf(new WebSocket(server.url))).status, 500);
    await closeOf(new WebSocket(server.url));
    await assert.rejects(server.close(), (error: AggregateError) => {
      assert.deepEqual(
        error.errors.map((one: Error) => one.message),
        ['refuse failed', 'script failed'],
      );
      return true;
    });
  });

  it('does not hold it against a script that its client went away', async () => {
    const server = await createFeedServer({
      onConnection: async (client) => {
        await client.receive();
      },
    });
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    socket.close();
    await (await server.nextClient()).closed;
    await server.close();
    assert.deepEqual(server.errors, []);
  });

  it('keeps the error of a script that expected what a leaving client never sent', async () => {
    const server = await createFeedServer({ onConnection: (client) => client.expectMessages(['a', 'b']) });
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    socket.send('a');
    socket.close();
    await (await server.nextClient()).closed;
    await assert.rejects(server.close(), /the connection ended after 1 of them/);
  });

  it('leaves nothing behind after close, whatever its connections were doing', async () => {
    const server = await createFeedServer({
      onConnection: async (client) => {
        if (client.number === 1) await client.flood('x');
        if (client.number === 2) client.stall();
        if (client.number === 3) void client.close(1000);
        if (client.number === 4) await client.sendMany(['a', 'b', 'c'], { rate: 0.001 });
        if (client.number === 5) await client.receive();
      },
    });
    const raw = connect(server.port, '127.0.0.1');
    await once(raw, 'connect');
    const sockets: WebSocket[] = [];
    const ended: Promise<unknown>[] = [];
    for (let i = 0; i < 5; i += 1) {
      const socket = new WebSocket(server.url);
      ended.push(closeOf(socket));
      await once(socket, 'open');
      if (i === 0 || i === 2) socket.pause();
      sockets.push(socket);
    }
    await server.close();
    for (const socket of sockets) socket.terminate();
    raw.destroy();
    await Promise.all(ended);
    await nothingIsLeft();
    assert.equal(server.close(), server.close());
  });

  it('says to who waits for a client or a request that none will come when it is closed', async () => {
    const server = await createFeedServer();
    const waiting = [server.nextClient(), server.nextRequest()];
    const settled = Promise.allSettled(waiting);
    await server.close();
    await settled;
    for (const wait of [...waiting, server.nextClient(), server.nextRequest()]) {
      await assert.rejects(wait, { name: 'AbortError', message: /The server is closed/ });
    }
  });

  it('drops at once what is more than maxConnections', async () => {
    await using server = await createFeedServer({ maxConnections: 1 });
    const first = new WebSocket(server.url);
    await once(first, 'open');
    const second = new WebSocket(server.url);
    await once(second, 'error');
    assert.equal(server.clients.length, 1);
    first.terminate();
  });

  it('keeps only the latest of its history, and says so to who takes too late', async () => {
    await using server = await createFeedServer({ maxHistory: 2 });
    for (let i = 0; i < 3; i += 1) await once(new WebSocket(`${server.url}/${i}`), 'open');
    assert.deepEqual(
      server.requests.map(({ url }) => url),
      ['/1', '/2'],
    );
    await assert.rejects(server.nextRequest(), { code: 'ERR_CONFIG', message: /maxHistory: 1 were dropped/ });
    assert.equal((await server.nextRequest()).url, '/1');
  });

  it('refuses options that it does not know or cannot use', async () => {
    // @ts-expect-error a misspelt option
    await assert.rejects(createFeedServer({ onConection: () => {} }), { code: 'ERR_CONFIG', message: /onConnection/ });
    await assert.rejects(createFeedServer({ port: -1 }), { code: 'ERR_CONFIG', message: /port/ });
  });

  it('rejects when the port is taken', async () => {
    await using server = await createFeedServer();
    await assert.rejects(createFeedServer({ port: server.port }), { code: 'EADDRINUSE' });
  });
});

function openable(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve };
}

/** How many more servers and connections hold the process than did. */
function grown(before: Record<string, number>): number {
  const of = (held: Record<string, number>): number =>
    Object.entries(held).reduce((sum, [kind, count]) => (kind.startsWith('TCP') ? sum + count : sum), 0);
  return of(handles()) - of(before);
}
