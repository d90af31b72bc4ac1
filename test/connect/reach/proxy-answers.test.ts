import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { ProxyServer, type RunningProxy } from '../../support/proxy.js';
import { upgradeServer } from '../../support/upgrade-server.js';

const OK = 'HTTP/1.1 200 Connection established\r\n';

/** What a proxy says without end, and what is wrong with that. Each is told once the client has said something. */
const ENDLESS: readonly (readonly [
  what: string,
  scheme: string,
  begin: string | Buffer,
  more: string | Buffer,
  message: RegExp,
])[] = [
  ['one header', 'http', `${OK}X: `, 'x'.repeat(65_536), /the head of its answer is larger than 64 KiB/],
  ['header after header', 'http', OK, 'X: y\r\n'.repeat(10_000), /the head of its answer is larger than 64 KiB/],
  ['one line', 'http', 'HTTP/1.1 200 ', 'x'.repeat(65_536), /the head of its answer is larger than 64 KiB/],
  ['bytes that are no HTTP', 'http', '', Buffer.alloc(65_536, 0xff), /its answer is no HTTP/],
  ['bytes that are no SOCKS', 'socks5', '', Buffer.alloc(65_536, 0xff), /Invalid|not.*SOCKS|[Vv]ersion/],
  ['methods', 'socks5', Buffer.of(5, 0), Buffer.alloc(65_536, 5), /Socks5|SOCKS|reject/i],
  ['bytes that are no SOCKS', 'socks4', '', Buffer.alloc(65_536, 0xff), /Socks4|reject/i],
];

for (const arrangement of ARRANGEMENTS) {
  for (const [what, scheme, begin, more, message] of ENDLESS) {
    test(`a proxy of ${scheme}:// that says ${what} without end is read no further than it may, and blamed (${arrangement})`, async (t) => {
      let sent = 0;
      const proxy = await proxyThat(t, (client) => {
        client.write(begin);
        const pour = (): void => {
          while (!client.destroyed && client.write(more)) sent += more.length;
        };
        client.on('drain', pour);
        pour();
      });
      const { error } = await run(arrangement, through(proxy, scheme));
      await proxy.left;
      assert.equal((error as { code?: string }).code, 'ERR_CONNECT');
      assert.match(String(error?.message), new RegExp(`through the proxy ${scheme}://${proxy.address}: `));
      assert.match(String(error?.message), message);
      // What two sockets buffer.
      assert.ok(sent < 32 * 1024 * 1024, `${sent}`);
    });
  }
}

for (const [scheme, begin] of [
  ['http', `${OK}X: `],
  ['socks5', Buffer.of(5)],
  ['socks4', Buffer.of(0)],
] as const) {
  test(`a proxy of ${scheme}:// that trickles is given up after handshake_timeout, and blamed`, async (t) => {
    const proxy = await proxyThat(t, (client) => void client.write(begin));
    const clock = createFakeClock();
    const readable = new WebSocketReadable('ws://feed.invalid', {
      proxy: `${scheme === 'socks5' ? 'socks5h' : scheme === 'socks4' ? 'socks4a' : scheme}://${proxy.address}`,
      handshakeTimeoutMs: 90_000,
      clock,
    });
    readable.resume();
    await proxy.asked;
    await clock.advance(90_000);
    const [error] = (await once(readable, 'error')) as [Error];
    assert.match(error.message, /within 90000 ms: the proxy \w+:\/\/127\.0\.0\.1:\d+ took too long/);
    await proxy.left;
  });
}

for (const [what, answer, message] of [
  [
    'a page',
    'HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 39\r\n\r\n<html><body>Not on the list</body></html>',
    /with status 403: "Not on the list"\. Check that it lets/,
  ],
  ['a text up to the end', 'HTTP/1.1 502 Bad Gateway\r\n\r\nno such host', /with status 502: "no such host"\./],
  ['a line', 'HTTP/1.1 503 Out of order\r\nContent-Length: 0\r\n\r\n', /with status 503: "Out of order"\./],
  [
    'what asks for credentials',
    'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 15\r\n\r\nplanted-1 is no',
    /with status 407: "\*\*\* is no"\. Check the user info/,
  ],
  [
    'a redirect',
    'HTTP/1.1 302 Found\r\nLocation: http://x/login?a=planted-1\r\n\r\n',
    /leads to http:\/\/x\/login\?…\./,
  ],
] as const) {
  test(`a proxy that refuses with ${what} has that told`, async (t) => {
    const proxy = await proxyThat(t, (client) => void client.end(answer));
    const { error } = await run('fused', {
      url: 'ws://feed.invalid',
      idle_timeout: 30,
      proxy: `http://me:planted-1@${proxy.address}`,
    });
    assert.match(String(error?.message), message);
    assert.doesNotMatch(String(error?.message), /planted/);
  });
}

test('a body without end that a proxy refuses with is read no further than it may', async (t) => {
  let sent = 0;
  const proxy = await proxyThat(t, (client) => {
    client.write('HTTP/1.1 403 Forbidden\r\n\r\n');
    const pour = (): void => {
      while (!client.destroyed && client.write(Buffer.alloc(65_536, 'x'))) sent += 65_536;
    };
    client.on('drain', pour);
    pour();
  });
  const { error } = await run('fused', through(proxy, 'http'));
  await proxy.left;
  assert.match(String(error?.message), /with status 403: "x{200}…"/);
  assert.ok(sent < 32 * 1024 * 1024, `${sent}`);
});

test('the head of the answer of a WebSocket server has a bound, too', async (t) => {
  let sent = 0;
  const { url } = await upgradeServer(t, (socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nX: ');
    const pour = (): void => {
      while (!socket.destroyed && socket.write('x'.repeat(65_536))) sent += 65_536;
    };
    socket.on('drain', pour);
    pour();
  });
  const { error } = await run('fused', { url, unbounded: true });
  assert.match(String(error?.message), /Header overflow\. The head of its answer is larger than/);
  assert.ok(sent < 32 * 1024 * 1024, `${sent}`);
});

/** A proxy that does this with each client once it has asked for something. */
function proxyThat(t: TestContext, answer: (client: Socket) => void): Promise<RunningProxy> {
  const server = createServer();
  const proxy = new ProxyServer(server);
  server.on('connection', (client) => {
    client.once('data', () => {
      answer(client);
      proxy.asked();
    });
    proxy.ignore(client);
  });
  return proxy.start(t);
}

function through(proxy: RunningProxy, scheme: string) {
  return { url: 'ws://127.0.0.1:1', idle_timeout: 30, proxy: `${scheme}://${proxy.address}` };
}
