import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { proxyFor } from '../../../lib/connect/reach/proxy.js';
import { proxySecrets } from '../../../lib/connect/reach/secrets.js';
import { createSource, type SourceConfig, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { CertificateAuthority } from '../../support/certificates.js';
import { feed, sends } from '../../support/feed.js';
import { httpProxy } from '../../support/http-proxy.js';
import { socksProxy } from '../../support/socks-proxy.js';
import { tempFiles } from '../../support/temp-folder.js';

const authority = new CertificateAuthority('our own authority');
const tls = authority.issue({ subject: 'the server', hosts: ['localhost', '127.0.0.1', 'feed.invalid'] });
const LOGIN = 'user:p@ss:word';

for (const arrangement of ARRANGEMENTS) {
  for (const [what, isFeedTls, isProxyTls] of [
    ['ws:// goes through http://', false, false],
    ['wss:// goes through http://', true, false],
    ['ws:// goes through https://', false, true],
    ['wss:// goes through https://', true, true],
  ] as const) {
    test(`${what} by CONNECT, with user info, ${arrangement}`, async (t) => {
      const server = await feed(t, sends('1'), isFeedTls ? { tls } : {});
      const proxy = await httpProxy(t, { login: LOGIN, host: '127.0.0.1', ...(isProxyTls ? { tls } : {}) });
      const { ca } = await tempFiles(t, { ca: authority.cert });
      const { values, error } = await run(arrangement, {
        url: server.url.replace('127.0.0.1', 'feed.invalid'),
        idle_timeout: 30,
        tls: { ca },
        proxy: `http${isProxyTls ? 's' : ''}://user:p%40ss%3Aword@${proxy.address}`,
      });
      assert.equal(error, undefined);
      assert.deepEqual(values, [1]);
      assert.deepEqual(proxy.requests, [new URL(server.url.replace('127.0.0.1', 'feed.invalid')).host]);
    });
  }

  test(`wss:// goes through socks5h://, which looks the name up, with user info, ${arrangement}`, async (t) => {
    const server = await feed(t, sends('1'), { tls });
    const proxy = await socksProxy(t, { login: 'user:secret' });
    const { ca } = await tempFiles(t, { ca: authority.cert });
    const url = server.url.replace('127.0.0.1', 'feed.invalid');
    const outcome = await run(arrangement, {
      url,
      idle_timeout: 30,
      tls: { ca },
      proxy: `socks5h://user:secret@${proxy.address}`,
    });
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.values, [1]);
    assert.deepEqual(proxy.requests, [new URL(url).host]);
  });
}

test('socks5:// gets an address, since the name is looked up here', async (t) => {
  const server = await feed(t, sends('1'));
  const proxy = await socksProxy(t);
  const { values } = await run('fused', { url: server.url, idle_timeout: 30, proxy: `socks5://${proxy.address}` });
  assert.deepEqual(values, [1]);
  assert.deepEqual(proxy.requests, [new URL(server.url).host]);
});

test('A feed goes through its proxy again after a drop', async (t) => {
  const server = await feed(t, async (client) => {
    await client.send(String(client.number));
    if (client.number === 1) await client.drop();
  });
  const proxy = await httpProxy(t);
  const { values } = await run('fused', { ...through(server.url, proxy.address), ...again, max_messages: 2 });
  assert.deepEqual(values, [1, 2]);
  assert.equal(proxy.requests.length, 2);
});

for (const [status, code, message] of [
  [407, 'ERR_AUTH', 'refused the credentials with status 407. Check the user info in `proxy`.'],
  [
    403,
    'ERR_CONNECT',
    'with status 403: "No". Check that it lets this address through, or that `proxy` is the right one.',
  ],
  [
    502,
    'ERR_CONNECT',
    'with status 502: "No". Check that it lets this address through, or that `proxy` is the right one.',
  ],
] as const) {
  test(`A proxy that answers ${status} is told as ${code}, without credentials`, async (t) => {
    const server = await feed(t, sends('1'));
    const proxy = await httpProxy(t, status === 407 ? { login: LOGIN } : { status });
    const { error } = await run('fused', through(server.url, `planted:secret@${proxy.address}`));
    assert.equal((error as { code?: string }).code, code);
    assert.ok(error?.message.startsWith(`The proxy http://${proxy.address} refused`), error?.message);
    assert.ok(error?.message.endsWith(message), error?.message);
    assert.doesNotMatch(inspect(error), /planted|secret/);
    assert.equal(server.requests.length, 0);
  });
}

test('A proxy where nobody listens is told by its name', async () => {
  const { error } = await run('fused', through('ws://feed.invalid', 'planted:secret@127.0.0.1:1'));
  assert.equal((error as { code?: string }).code, 'ERR_CONNECT');
  assert.match(String(error?.message), /through the proxy http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/);
  assert.doesNotMatch(inspect(error), /planted|secret/);
});

for (const [what, options, expected] of [
  [
    'refuses a login',
    { login: 'user:secret' },
    /through the proxy socks5:\/\/127\.0\.0\.1:\d+: .*uthentication failed/,
  ],
  ['is not allowed to connect', { reply: 2 }, /through the proxy socks5:\/\/127\.0\.0\.1:\d+: .*NotAllowed/],
] as const) {
  test(`A SOCKS proxy that ${what} is told as ERR_CONNECT, without credentials`, async (t) => {
    const server = await feed(t, sends('1'));
    const proxy = await socksProxy(t, options);
    const { error } = await run('fused', {
      url: server.url,
      idle_timeout: 30,
      proxy: `socks5://planted:hidden@${proxy.address}`,
    });
    assert.equal((error as { code?: string }).code, 'ERR_CONNECT');
    assert.match(String(error?.message), expected);
    assert.doesNotMatch(inspect(error), /planted|hidden/);
  });
}

for (const [kind, silent] of [
  ['http', (t: TestContext) => httpProxy(t, { isSilent: true })],
  ['socks5', (t: TestContext) => socksProxy(t, { isSilent: true })],
] as const) {
  test(`Nothing is left of a talk with a proxy of ${kind}:// that never answers`, async (t) => {
    const proxy = await silent(t);
    const clock = createFakeClock();
    const readable = new WebSocketReadable('ws://127.0.0.1:1', { proxy: `${kind}://${proxy.address}`, clock });
    readable.resume();
    await proxy.asked;
    await clock.advance(10_000);
    const [error] = (await once(readable, 'error')) as [Error];
    assert.match(error.message, /within 10000 ms: the proxy \w+:\/\/127\.0\.0\.1:\d+ took too long/);
    await proxy.left;
  });

  test(`A run that is stopped while a proxy of ${kind}:// does not answer lets go of it`, async (t) => {
    const proxy = await silent(t);
    const readable = new WebSocketReadable('ws://127.0.0.1:1', { proxy: `${kind}://${proxy.address}` });
    readable.resume();
    await proxy.asked;
    readable.stop();
    await once(readable, 'close');
    await proxy.left;
  });
}

test('The environment names the proxy of a configuration, and is asked for by WebSocketReadable alone', async (t) => {
  const server = await feed(t, sends('1'));
  const proxy = await httpProxy(t, { host: '127.0.0.1' });
  environment(t, { HTTP_PROXY: `http://${proxy.address}` });
  const url = elsewhere(server.url);
  assert.deepEqual((await run('fused', { url, idle_timeout: 30 })).values, [1]);
  assert.equal(proxy.requests.length, 1);
  assert.equal(await count(new WebSocketReadable(url, { proxy: 'environment' })), 1);
  assert.equal(proxy.requests.length, 2);
  // Some resolvers take ten seconds to give up.
  const { error } = await run('fused', { url, idle_timeout: 60, handshake_timeout: 60, proxy: 'none' });
  assert.match(String(error?.message), /ENOTFOUND|EAI_AGAIN/);
  await assert.rejects(count(new WebSocketReadable(url, { handshakeTimeoutMs: 60_000 })), /ENOTFOUND|EAI_AGAIN/);
  assert.equal(proxy.requests.length, 2);
});

test('The environment leads to this machine itself without a proxy', async (t) => {
  const server = await feed(t, sends('1'));
  const proxy = await httpProxy(t);
  environment(t, { HTTP_PROXY: `http://${proxy.address}` });
  for (const host of ['127.0.0.1', 'localhost', '0x7f.1']) {
    const { error } = await run('fused', { url: server.url.replace('127.0.0.1', host), idle_timeout: 30 });
    assert.equal(error, undefined);
  }
  assert.equal(proxy.requests.length, 0);
});

for (const [variables, isUsed] of [
  [{ http_proxy: 'PROXY' }, true],
  [{ HTTPS_PROXY: 'PROXY' }, false],
  [{ ALL_PROXY: 'PROXY' }, true],
  [{ http_proxy: 'PROXY', HTTP_PROXY: 'http://127.0.0.1:1' }, true],
  [{ all_proxy: 'PROXY', HTTP_PROXY: 'PROXY', no_proxy: 'feed.invalid' }, false],
  [{ HTTP_PROXY: 'PROXY', NO_PROXY: '*' }, false],
  [{ HTTP_PROXY: 'PROXY', NO_PROXY: 'example.com, .invalid' }, false],
  [{ HTTP_PROXY: 'PROXY', NO_PROXY: '*.invalid' }, false],
  [{ HTTP_PROXY: 'PROXY', NO_PROXY: 'feed.invalid:1' }, true],
  [{ HTTP_PROXY: 'PROXY', NO_PROXY: 'example.com' }, true],
] as const) {
  test(`${JSON.stringify(variables)} ${isUsed ? 'leads ws:// through the proxy' : 'leaves ws:// alone'}`, async (t) => {
    const server = await feed(t, sends('1'));
    const proxy = await httpProxy(t, { host: '127.0.0.1' });
    environment(
      t,
      Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, value.replace('PROXY', `http://${proxy.address}`)]),
      ),
    );
    const { values } = await run('fused', { url: elsewhere(server.url), idle_timeout: 30 });
    assert.deepEqual(values, isUsed ? [1] : []);
    assert.equal(proxy.requests.length, isUsed ? 1 : 0);
  });
}

for (const [host, isHere] of [
  ['feed.localhost', true],
  ['LOCALHOST.', true],
  ['127.1.2.3', true],
  ['0.0.0.0', true],
  ['[::1]', true],
  ['[::]', true],
  ['[::ffff:127.255.0.1]', true],
  ['[::ffff:0.0.0.0]', true],
  ['notlocalhost', false],
  ['localhost.example.com', false],
  ['0.0.0.1', false],
  ['128.0.0.1', false],
  ['[::2]', false],
  ['[::ffff:8.8.8.8]', false],
] as const) {
  test(`${host} is ${isHere ? '' : 'not '}this machine itself for the environment's proxy`, async (t) => {
    environment(t, { ALL_PROXY: 'http://127.0.0.1:1' });
    assert.equal((await proxyFor(`ws://${host}/`, 'environment')) === undefined, isHere);
  });
}

test('Blanks around the value of a variable are no part of it, and one of blanks alone names no proxy', async (t) => {
  environment(t, { HTTPS_PROXY: ' http://127.0.0.1:1 ', http_proxy: ' ', HTTP_PROXY: '\t127.0.0.1:2\n' });
  assert.equal((await proxyFor('wss://feed.invalid/', 'environment'))?.port, '1');
  assert.equal((await proxyFor('ws://feed.invalid/', 'environment'))?.port, '2');
  process.env['HTTP_PROXY'] = ' ';
  assert.equal(await proxyFor('ws://feed.invalid/', 'environment'), undefined);
});

test('The password of a variable is hidden, with a scheme and without one', (t) => {
  environment(t, { HTTP_PROXY: 'user:planted-1@proxy:3128', all_proxy: ' http://user:planted-2@proxy:3128' });
  const hidden = proxySecrets('environment');
  assert.ok(hidden.includes('planted-1') && hidden.includes('planted-2'), hidden.join());
  assert.ok(hidden.includes(Buffer.from('user:planted-1').toString('base64')));
});

test('A variable without a scheme names a proxy of http://, for wss:// too', async (t) => {
  const server = await feed(t, sends('1'), { tls });
  const proxy = await httpProxy(t, { host: '127.0.0.1' });
  environment(t, { HTTPS_PROXY: proxy.address });
  const { ca } = await tempFiles(t, { ca: authority.cert });
  const { values } = await run('fused', { url: elsewhere(server.url), idle_timeout: 30, tls: { ca } });
  assert.deepEqual(values, [1]);
  assert.equal(proxy.requests.length, 1);
});

test('A variable that names no proxy makes the connect fail, and is not shown', async (t) => {
  environment(t, { HTTP_PROXY: 'ftp://planted:secret@x' });
  const { error } = await run('fused', { url: 'ws://feed.invalid', idle_timeout: 30 });
  assert.equal((error as { code?: string }).code, 'ERR_CONNECT');
  assert.match(String(error?.message), /^The environment \(HTTPS_PROXY, HTTP_PROXY, ALL_PROXY\) names a proxy/);
  assert.doesNotMatch(inspect(error), /planted|secret/);
});

for (const proxy of [
  'proxy:3128',
  'ftp://planted@x',
  'http://',
  'http://planted@x/path',
  'http://x:99999',
  'http://planted@x ',
  'http://%:planted@x',
]) {
  test(`${JSON.stringify(proxy)} is no proxy, and is not shown`, () => {
    for (const make of [
      () => createSource({ url: 'ws://x', max_messages: 1, proxy }),
      () => new WebSocketReadable('ws://x', { proxy }),
    ]) {
      assert.throws(make, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'ERR_CONFIG');
        assert.match(error.message, /proxy: Expected `none`, `environment`, or the address of a proxy/);
        assert.doesNotMatch(inspect(error), /planted/);
        return true;
      });
    }
  });
}

test('An agent beside a proxy is refused', async () => {
  const { Agent } = await import('node:http');
  assert.throws(() => new WebSocketReadable('ws://x', { agent: new Agent(), proxy: 'http://x' }), {
    code: 'ERR_CONFIG',
    message: 'WebSocketReadable.agent: An agent finds its own way: remove `agent` or `proxy`.',
  });
});

/** The address by a name that only the proxy knows (RFC 6761 has it that nobody else does). */
function elsewhere(url: string): string {
  return url.replace('127.0.0.1', 'feed.invalid');
}

function through(url: string, proxy: string): SourceConfig {
  return { url, idle_timeout: 30, proxy: `http://${proxy}` };
}

/** Sets all that names proxies, for one test. Tests of a file run one after another. */
function environment(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const names = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) delete process.env[name];
  Object.assign(process.env, variables);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

async function count(readable: WebSocketReadable): Promise<number> {
  let frames = 0;
  for await (const _ of readable) frames += 1;
  return frames;
}

const again = { reconnect: true, reconnect_backoff: 0 } as const;
