import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { FeedMeters } from '../../../lib/observe/feed-meters.js';
import { isLoopback, parseListen } from '../../../lib/observe/http/address.js';
import { EventStreams, MAX_STREAMS } from '../../../lib/observe/http/event-streams.js';
import { routesOf } from '../../../lib/observe/http/routes.js';
import { listen } from '../../../lib/observe/http/server.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ask } from '../../support/ask.js';
import { until } from '../../support/until.js';
import { fakeFeed } from '../fake-feed.js';

const TOKEN = 'a-token-of-some-length';

describe('the server that tells how a run is', () => {
  it('answers names that are ours, and no other: a name may lead here by a trick of DNS', async (t) => {
    const { origin } = await serving(t);
    const { port } = new URL(origin);
    for (const host of [`127.0.0.1:${port}`, 'localhost', `[::1]:${port}`, '10.0.0.7:9464', 'spillway:9464']) {
      assert.equal((await ask(origin, '/stats.json', { headers: { host } })).status, 200, host);
    }
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'a b', '[::1', 'x/y']) {
      const { status, body } = await ask(origin, '/stats.json', { headers: { host } });
      assert.equal(status, 421, host);
      assert.ok(!body.includes(host));
    }
  });

  it('answers no page of another site, and changes nothing', async (t) => {
    const { origin } = await serving(t);
    const { host } = new URL(origin);
    const own = await ask(origin, '/stats.json', { headers: { host, origin } });
    assert.equal(own.status, 200);
    assert.equal(own.headers['access-control-allow-origin'], undefined);
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      assert.equal((await ask(origin, '/stats.json', { headers: { host, ...headers } })).status, 403);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const { status, headers } = await ask(origin, '/stats.json', { method });
      assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], method);
    }
  });

  it('tells nobody without the token more than that it runs', async (t) => {
    const { origin } = await serving(t, { token: TOKEN });
    assert.equal((await ask(origin, '/healthz')).status, 200);
    for (const path of ['/metrics', '/stats.json', '/readyz', '/freshz', '/events', '/', '/nothing']) {
      for (const authorization of ['Bearer another-token-of-such-length', TOKEN, '']) {
        assert.equal((await ask(origin, path, { headers: { authorization } })).status, 401, path);
      }
    }
    assert.equal((await ask(origin, '/stats.json?token=wrong')).status, 401);
    assert.equal((await ask(origin, `/stats.json?token=${TOKEN}`)).status, 200);
    const authorization = `Bearer ${TOKEN}`;
    assert.equal((await ask(origin, '/metrics', { headers: { authorization } })).status, 200);
    // Who has the token came by no trick, whatever the name.
    const headers = { authorization, host: 'metrics.example.com' };
    assert.equal((await ask(origin, '/metrics', { headers })).status, 200);
  });

  it('knows the paths that it has, however others are written, and says nothing of what was asked', async (t) => {
    const { origin } = await serving(t);
    for (const path of [
      '/',
      '/../metrics',
      '/metrics/',
      '//metrics',
      '/metrics%00',
      '/%6detrics',
      '/METRICS',
      '/etc/passwd',
      '/..%2f..%2fetc/passwd',
      '/stats.json/../stats.json',
      '/__proto__',
      '/constructor',
      'http://evil.example/metrics',
      '/<script>',
    ]) {
      const { status, body, headers } = await ask(origin, path);
      assert.deepEqual([status, body], [404, 'Nothing is here.\n'], path);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cache-control'], 'no-store');
    }
    assert.notEqual((await ask(origin, `/metrics?${'x'.repeat(9_000)}`)).status, 200);
    const head = await ask(origin, '/metrics', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body], [200, '']);
    assert.ok(Number(head.headers['content-length']) > 1_000);
  });

  it('keeps a bounded number of event streams, and answers others meanwhile', async (t) => {
    const { origin, clock } = await serving(t);
    const streams = await Promise.all(Array.from({ length: 1_000 }, () => raw(t, origin, '/events')));
    await until(() => streams.filter(({ text }) => text.includes('event: snapshot')).length === MAX_STREAMS);
    const others = streams.filter(({ text }) => !text.includes('event: snapshot'));
    await until(() => others.every(({ isOver }) => isOver));
    assert.ok(others.every(({ text }) => text === '' || text.startsWith('HTTP/1.1 503 ')));
    await clock.advance(1_000);
    assert.equal((await ask(origin, '/healthz')).status, 200);
    // One that leaves makes room.
    const first = streams.find(({ text }) => text.includes('event: snapshot'))!;
    first.socket.destroy();
    await until(async () => {
      const next = await raw(t, origin, '/events');
      await until(() => next.text !== '' || next.isOver);
      return next.text.includes('200 OK');
    });
  });
});

describe('an address to listen at', () => {
  it('is a host and a port, or a port of this machine', () => {
    assert.deepEqual(parseListen('127.0.0.1:9464'), { host: '127.0.0.1', port: 9464 });
    assert.deepEqual(parseListen('9464'), { host: '127.0.0.1', port: 9464 });
    assert.deepEqual(parseListen('[::1]:0'), { host: '::1', port: 0 });
    assert.deepEqual(parseListen('my-host.local:1'), { host: 'my-host.local', port: 1 });
    for (const text of ['', 'host', ':9464', '::1:9464', '1.2.3.4:65536', '[no]:1', 'a b:1', '[::1]', '-1']) {
      assert.equal(parseListen(text), undefined, text);
    }
  });

  it('is one of this machine alone where it leads to no other', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1', '0:0:0:0:0:0:0:1'])
      assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost.evil.example', '128.0.0.1', 'box']) {
      assert.ok(!isLoopback(host), host);
    }
  });
});

async function serving(t: TestContext, { token }: { readonly token?: string } = {}) {
  const clock = createFakeClock();
  const meters = new FeedMeters(clock);
  const feed = fakeFeed(clock);
  meters.watch('trades', feed.watched);
  const clean = (text: string): string => text;
  const streams = new EventStreams({ meters, clean, version: '1.0.0' });
  const { origin, close } = await listen({
    address: { host: '127.0.0.1', port: 0 },
    token,
    routes: routesOf({ meters, clean, metricsPath: '/metrics', version: '1.0.0' }),
    streams: new Map([['/events', (response) => streams.add(response)]]),
  });
  t.after(async () => {
    streams.close();
    await close();
    meters.close();
  });
  return { origin, clock, meters, feed };
}

/** A client that reads what comes, and says no more than its request. */
async function raw(t: TestContext, origin: string, path: string) {
  const { hostname, port } = new URL(origin);
  const socket: Socket = connect(Number(port), hostname);
  const client = { socket, text: '', isOver: false };
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    if (client.text.length < 10_000) client.text += chunk;
  });
  socket
    .on('error', () => {})
    .on('close', () => {
      client.isOver = true;
    });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  t.after(() => socket.destroy());
  return client;
}
