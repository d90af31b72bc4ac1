import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openHttpTunnel } from '../../../lib/connect/reach/http-tunnel.js';
import { AuthError, ConnectError } from '../../../lib/errors.js';
import { Secrets } from '../../../lib/secrets/secrets.js';
import { createFakeClock } from '../../../lib/testing/index.js';

const TO = { host: 'feed.example', port: 443 };

test('a proxy is asked for the server by its name and port, with the login of its address, and leads there', async (t) => {
  const { proxy, heads, open } = await answering(t, 'HTTP/1.1 200 OK\r\n\r\nhello');
  proxy.username = 'u%40x';
  proxy.password = 'p:q';
  const socket = await open();
  t.after(() => socket.destroy());
  const [chunk] = (await new Promise((resolve) => socket.once('data', (data: Buffer) => resolve([data])))) as [Buffer];
  assert.equal(String(chunk), 'hello');
  const [first, ...headers] = heads[0]!.split('\r\n');
  assert.equal(first, 'CONNECT feed.example:443 HTTP/1.1');
  assert.ok(headers.includes('Host: feed.example:443'));
  assert.ok(headers.includes('Proxy-Connection: close'));
  assert.ok(headers.includes(`Proxy-Authorization: Basic ${Buffer.from('u@x:p:q').toString('base64')}`));
});

test('an address of IPv6 stands in brackets, and without a login none is sent', async (t) => {
  const { heads, open } = await answering(t, 'HTTP/1.1 200 OK\r\n\r\n');
  (await open({ host: '2001:db8::1', port: 80 })).destroy();
  assert.match(heads[0]!, /^CONNECT \[2001:db8::1\]:80 HTTP\/1\.1\r\n/);
  assert.doesNotMatch(heads[0]!, /Authorization/);
});

for (const [what, answer, said] of [
  ['no body', 'HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n', ''],
  ['a body', 'HTTP/1.1 403 No\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\ngo away.\n', ': "go away."'],
  [
    'a body that is followed by more',
    'HTTP/1.1 403 No\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nstopHTTP',
    ': "stop',
  ],
  ['chunks, which are not read', 'HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nstop\r\n0\r\n\r\n', ''],
] as const) {
  test(`a proxy that refuses with ${what} is told at once, though it leaves the connection open`, async (t) => {
    const { open, closed } = await answering(t, answer);
    await assert.rejects(open(), (error) => {
      assert.ok(error instanceof ConnectError && !(error instanceof AuthError));
      assert.ok(error.message.includes(`with status 403${said}`), error.message);
      return true;
    });
    await closed;
  });
}

test('a body without a length ends with the connection', async (t) => {
  const { open } = await answering(t, 'HTTP/1.1 407 Who\r\nContent-Type: text/plain\r\n\r\nwho are you?', true);
  await assert.rejects(
    open(),
    (error) => error instanceof AuthError && /status 407: "who are you\?"/.test(error.message),
  );
});

/** A proxy that answers so, and what it was asked. Time stands still. */
async function answering(t: TestContext, answer: string, ends = false) {
  const heads: string[] = [];
  let close = (): void => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', close);
    socket.once('data', (data) => {
      heads.push(data.toString('latin1'));
      if (ends) socket.end(answer);
      else socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const proxy = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const request = {
    url: 'wss://feed.example/',
    tls: {},
    signal: new AbortController().signal,
    clock: createFakeClock(),
    secrets: new Secrets(),
  };
  return { proxy, heads, closed, open: (to = TO) => openHttpTunnel(to, proxy, request as never) };
}
