import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createFeedServer, type FeedServer, type FeedServerOptions } from '../../lib/testing/index.js';
import { CertificateAuthority } from '../support/certificates.js';
import { httpProxy } from '../support/http-proxy.js';
import { noSmallDisk, readOnlyDisk, smallDisk } from '../support/small-disk.js';
import { tempFiles } from '../support/temp-folder.js';
import { accepting, upgradeServer } from '../support/upgrade-server.js';
import { selfSigned } from '../testing/self-signed.js';
import { jsonLines, pipelineFile, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

interface Look {
  readonly side: string;
  readonly name: string;
  readonly status: string;
  readonly detail: string;
  readonly advice: string | null;
  readonly elapsed_ms: number | null;
}

interface Diagnosis {
  readonly status: number | null;
  readonly looks: ReadonlyMap<string, Look>;
  readonly failed: readonly string[];
  readonly stdout: string;
}

async function feed(t: TestContext, options: FeedServerOptions = {}): Promise<FeedServer> {
  const server = await createFeedServer(options);
  t.after(() => server.close());
  return server;
}

/** A TCP server that does what it is told with each connection. */
async function tcp(t: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What the doctor says of a target, with its lines by name. */
async function examine(
  t: TestContext,
  target: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Diagnosis> {
  const words = ['doctor', target, '--json', ...args];
  // Node reads that when it starts.
  const isForNode = 'NODE_EXTRA_CA_CERTS' in env;
  const exit = isForNode ? spillway(t, words, { env }).exit : warmSpillway(t, words, { env });
  const { status, stdout, stderr } = await exit;
  // A key in an address stands on the command line, which is told.
  assert.match(stderr, target.includes('?key=') ? /^A credential stands on the command line, .*\n$/ : /^$/);
  const lines = jsonLines(stdout);
  const verdict = lines.at(-1) as { type: string; ok: boolean; failed: string[] };
  assert.equal(verdict.type, 'verdict');
  assert.equal(verdict.ok, verdict.failed.length === 0);
  // As docs/command.md has them.
  assert.deepEqual(Object.keys(verdict), ['type', 'ok', 'failed', 'warned']);
  const looks = lines.slice(0, -1) as unknown as Look[];
  for (const look of looks) {
    assert.deepEqual(Object.keys(look), ['type', 'side', 'name', 'status', 'detail', 'advice', 'elapsed_ms']);
    assert.match(look.status, /^(ok|warning|failed|skipped)$/);
  }
  for (const { status: outcome, advice, name } of looks) {
    // Whoever reads that something is wrong reads what to try.
    if (outcome === 'failed' || outcome === 'warning') assert.match(advice ?? '', /\.$/, name);
  }
  return { status, looks: new Map(looks.map((look) => [look.name, look])), failed: verdict.failed, stdout };
}

/** Asserts that this look failed, alone, in these words, and that what comes after it on its side was not looked at. */
function assertFailed({ looks, failed, status }: Diagnosis, name: string, detail: RegExp, advice: RegExp): void {
  const look = looks.get(name);
  assert.deepEqual(failed, [name], JSON.stringify([...looks.values()], null, 1));
  assert.match(look?.detail ?? '', detail);
  assert.match(look?.advice ?? '', advice);
  const side = [...looks.values()].filter((other) => other.side === look?.side);
  if (look?.side === 'feed') {
    for (const later of side.slice(side.indexOf(look) + 1)) {
      assert.equal(later.status, 'skipped', later.name);
      assert.equal(later.detail, `not looked at, since ${name} failed`);
      assert.equal(later.elapsed_ms, null);
    }
  }
  assert.equal(status, 1);
}

describe('spillway doctor', { concurrency: 2 }, () => {
  it('finds nothing wrong, tells each look with its time, and leaves nothing behind', async (t) => {
    const server = await feed(t, {
      onConnection: async (client) => {
        await client.expectMessages(['{"op":"subscribe"}']);
        await client.send('{"n":1}');
      },
    });
    const config = { url: server.url, subscribe_messages: ['{"op":"subscribe"}'], idle_timeout: 60 };
    const { file, output, folder } = await pipelineFile(t, config);
    const { status, stdout, stderr } = await spillway(t, ['doctor', file]).exit;
    const took = '+[\\d.]+ m?s ';
    const expected = [
      `ok ${took} configuration: ${file} is valid`,
      `ok ${took} DNS: 127\\.0\\.0\\.1 is an address already`,
      `ok ${took} TCP: connected to 127\\.0\\.0\\.1, port ${server.port}`,
      'skip +TLS: a ws:// address is not encrypted',
      'ok +credentials: none given, none asked for',
      `ok ${took} upgrade: status 101, no sub-protocol asked for, compression not offered`,
      `ok ${took} subscribe: 1 message sent`,
      `ok ${took} first frame: text, 7 bytes, JSON`,
      `ok ${took} folder: ${folder} can be written to`,
      `ok ${took} file: it does not exist yet`,
      `ok ${took} free space: [\\d,]+ MB`,
      `ok ${took} compression: none`,
    ];
    assert.match(
      stdout,
      new RegExp(`^${expected.join('\\n')}\\n\\nNothing found that stands in the way of a run\\.\\n$`),
    );
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.equal(existsSync(output), false);
    assert.deepEqual(await readdir(folder), ['feed.json']);
  });

  it('takes an address in place of a file, and says that it names no sink', async (t) => {
    const server = await feed(t, { onConnection: (client) => client.send(Buffer.from('[1]'), { binary: true }) });
    const { status, looks } = await examine(t, `${server.url}/{symbol}?key=S3CR3T`, ['--set', 'symbol=btc']);
    assert.equal(looks.get('first frame')?.detail, 'binary, 3 bytes, JSON');
    assert.equal(looks.get('sink')?.detail, 'not looked at: an address alone names none');
    assert.equal(server.requests[0]?.url, '/btc?key=S3CR3T');
    assert.equal(status, 0);
  });

  it('trusts the authority that stands in tls.ca', async (t) => {
    const server = await feed(t, { tls: selfSigned, onConnection: (client) => client.send('1') });
    const { file, folder } = await pipelineFile(t, {
      url: server.url,
      idle_timeout: 60,
      tls: { ca: join(await temporaryFolder(t), 'ca') },
    });
    const bad = await examine(t, file);
    assert.deepEqual(bad.failed, ['configuration']);
    assert.match(bad.looks.get('configuration')?.detail ?? '', /tls\.ca: The file .+ cannot be read \(ENOENT\)/);
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, selfSigned.cert);
    const good = await pipelineFile(t, { url: server.url, idle_timeout: 60, tls: { ca } });
    const { failed, looks } = await examine(t, good.file);
    assert.deepEqual(failed, [], JSON.stringify([...looks.values()]));
  });

  it('looks at a proxy in place of the server, and tells what the proxy says', async (t) => {
    const server = await feed(t, { onConnection: (client) => client.send('1') });
    const proxy = await httpProxy(t, { login: 'user:secret' });
    const through = (login: string) =>
      pipelineFile(t, { url: server.url, idle_timeout: 60, proxy: `http://${login}@${proxy.address}` });
    const good = await examine(t, (await through('user:secret')).file);
    assert.deepEqual(good.failed, []);
    assert.equal(
      good.looks.get('TCP')?.detail,
      `the proxy http://${proxy.address}: connected to 127.0.0.1, port ${new URL(`http://${proxy.address}`).port}`,
    );
    const bad = await examine(t, (await through('user:planted')).file);
    assertFailed(bad, 'credentials', /refused the credentials with status 407/, /Check the user info in `proxy`/);
    assert.doesNotMatch(bad.stdout, /planted/);
  });

  it('tells what is wrong with the configuration, connects nowhere, and exits 2', async (t) => {
    const server = await feed(t);
    const { file } = await pipelineFile(t, { url: server.url, batch_size: -1 });
    const { status, looks, failed } = await examine(t, file);
    assert.deepEqual(failed, ['configuration']);
    assert.match(looks.get('configuration')?.detail ?? '', /max_messages.*\n.*batch_size/);
    assert.equal(looks.get('feed')?.detail, 'not looked at, since the configuration is not valid');
    assert.equal(looks.get('sink')?.detail, 'not looked at, since the configuration is not valid');
    assert.equal(status, 2);
    assert.equal(server.requests.length, 0);
  });

  const misuses: [title: string, args: string[], says: RegExp][] = [
    ['no target', [], /missing required argument/],
    ['a --wait of no length', ['ws://x', '--wait', '0'], /Expected from 1 ms to 1 d 0 h: a number of seconds/],
  ];
  for (const [title, args, says] of misuses) {
    it(`exits 2 for ${title}`, async (t) => {
      const { status, stderr } = await warmSpillway(t, ['doctor', ...args]);
      assert.match(stderr, says);
      assert.equal(status, 2);
    });
  }
});

describe('spillway doctor names what stands between here and the server', { concurrency: 2 }, () => {
  it('a host without an address', async (t) => {
    // A label of more than 63 characters is refused before anybody is asked.
    const diagnosis = await examine(t, `ws://${'a'.repeat(64)}.invalid`);
    assertFailed(diagnosis, 'DNS', /^no address is known for a{64}\.invalid \(ENOTFOUND\)$/, /spelling of the host/);
  });

  it('a port at which nothing listens', async (t) => {
    const diagnosis = await examine(t, 'ws://127.0.0.1:1');
    assertFailed(diagnosis, 'TCP', /^nothing listens at port 1 of 127\.0\.0\.1 \(ECONNREFUSED\)$/, /server is up/);
  });

  it('a server that speaks no TLS at a wss:// address', async (t) => {
    const server = await feed(t);
    const diagnosis = await examine(t, server.url.replace('ws://', 'wss://'));
    assertFailed(diagnosis, 'TLS', /TLS/, /ws:\/\/ in place of wss:\/\//);
  });

  it('a certificate of an authority that nobody here knows', async (t) => {
    const server = await feed(t, { tls: selfSigned });
    const diagnosis = await examine(t, server.url);
    assertFailed(
      diagnosis,
      'TLS',
      /^the certificate is signed by itself.*\(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
      /`tls\.ca`.*NODE_EXTRA_CA_CERTS/,
    );
  });

  it('nothing, when the certificate is good: then TLS is told by version, issuer and days', async (t) => {
    const server = await feed(t, { tls: selfSigned, onConnection: (client) => client.send('1') });
    const known = join(await temporaryFolder(t), 'ca.pem');
    await writeFile(known, selfSigned.cert);
    const { status, looks } = await examine(t, server.url, [], { NODE_EXTRA_CA_CERTS: known });
    assert.match(looks.get('TLS')?.detail ?? '', /^TLSv1\.3, certificate by localhost, [\d,]+ days left$/);
    assert.equal(looks.get('first frame')?.status, 'ok');
    assert.equal(status, 0);
  });

  const authority = new CertificateAuthority('Our Authority');
  const certificates: [title: string, facts: { hosts: string[]; notAfter?: Date }, detail: RegExp, advice: RegExp][] = [
    [
      'a certificate that has expired',
      { hosts: ['127.0.0.1'], notAfter: new Date('2021-01-01') },
      /^the certificate ended [\d,]+ days ago \(CERT_HAS_EXPIRED\)$/,
      /renewed/,
    ],
    [
      'a certificate for another host',
      { hosts: ['other.example'] },
      /^the certificate is for other\.example, not for 127\.0\.0\.1 \(ERR_TLS_CERT_ALTNAME_INVALID\)$/,
      /`tls\.servername`/,
    ],
  ];
  for (const [title, facts, detail, advice] of certificates) {
    it(title, async (t) => {
      const server = await feed(t, { tls: authority.issue({ subject: 'the server', ...facts }) });
      const { ca } = await tempFiles(t, { ca: authority.cert });
      const { file } = await pipelineFile(t, { url: server.url, unbounded: true, tls: { ca } });
      assertFailed(await examine(t, file), 'TLS', detail, advice);
    });
  }

  it('a certificate that has few days left, as a warning', async (t) => {
    const notAfter = new Date(Date.now() + 5.5 * 86_400_000);
    const certificate = authority.issue({ subject: 'the server', hosts: ['127.0.0.1'], notAfter });
    const server = await feed(t, { tls: certificate, onConnection: (client) => client.send('1') });
    const { ca } = await tempFiles(t, { ca: authority.cert });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, tls: { ca } });
    const { looks, status } = await examine(t, file);
    assert.equal(looks.get('TLS')?.status, 'warning');
    assert.equal(looks.get('TLS')?.detail, 'TLSv1.3, certificate by Our Authority, 5 days left');
    assert.equal(status, 0);
  });

  it('a server that asks for a certificate of ours', async (t) => {
    const certificate = authority.issue({ subject: 'the server', hosts: ['127.0.0.1'] });
    const server = await feed(t, {
      tls: { ...certificate, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    });
    const { ca } = await tempFiles(t, { ca: authority.cert });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, tls: { ca } });
    const { looks, failed, status } = await examine(t, file);
    // By TLS 1.3 a server says so only after the handshake.
    assert.ok(failed.length === 1 && ['TLS', 'upgrade'].includes(failed[0] ?? ''), failed.join());
    assert.match(looks.get(failed[0] ?? '')?.advice ?? '', /`tls\.cert` and `tls\.key`/);
    assert.equal(status, 1);
  });

  it('a proxy that is not there, and one that refuses our credentials', async (t) => {
    const config = { url: 'wss://feed.invalid', unbounded: true };
    const none = await pipelineFile(t, { ...config, proxy: 'http://127.0.0.1:1' });
    const { looks: first } = await examine(t, none.file);
    assert.equal(
      first.get('TCP')?.detail,
      'the proxy http://127.0.0.1:1: nothing listens at port 1 of 127.0.0.1 (ECONNREFUSED)',
    );
    assert.match(first.get('TCP')?.advice ?? '', /the proxy is up, and the port in `proxy`/);
    const proxy = await httpProxy(t, { login: 'user:right', host: '127.0.0.1' });
    const wrong = await pipelineFile(t, { ...config, proxy: `http://user:S3CR3T@${proxy.address}` });
    const { looks, failed, stdout } = await examine(t, wrong.file);
    const skipped = /^the way leads through the proxy http:\/\/127\.0\.0\.1:\d+: the upgrade tells$/;
    assert.match(looks.get('TLS')?.detail ?? '', skipped);
    assert.deepEqual(failed, ['credentials']);
    assert.match(looks.get('credentials')?.advice ?? '', /`proxy`/);
    assert.ok(!stdout.includes('S3CR3T'));
  });

  it('each of several addresses', async (t) => {
    const server = await feed(t, { onConnection: (client) => client.send('1') });
    const urls = ['ws://127.0.0.1:1', server.url];
    const { looks, failed, status } = await examine(t, (await pipelineFile(t, { urls, unbounded: true })).file);
    assert.deepEqual(failed, ['TCP of 127.0.0.1:1']);
    assert.equal(looks.get(`first frame of 127.0.0.1:${server.port}`)?.status, 'ok');
    assert.equal(status, 1);
  });

  it('a server that does not answer within handshake_timeout', async (t) => {
    const port = await tcp(t, () => {});
    const { file } = await pipelineFile(t, {
      url: `ws://127.0.0.1:${port}`,
      unbounded: true,
      handshake_timeout: '1s',
    });
    const diagnosis = await examine(t, file);
    assertFailed(diagnosis, 'upgrade', /within 1000 ms: the upgrade took too long/, /`handshake_timeout`/);
  });

  it('a server that hangs up on the upgrade', async (t) => {
    const port = await tcp(t, (socket) => socket.once('data', () => socket.destroy()));
    const diagnosis = await examine(t, `ws://127.0.0.1:${port}`);
    assertFailed(diagnosis, 'upgrade', /socket hang up|ECONNRESET/, /not as a WebSocket server/);
  });

  it('a server that speaks something else than HTTP', async (t) => {
    const port = await tcp(t, (socket) => void socket.end('220 mail.example.com ESMTP\r\n'));
    const diagnosis = await examine(t, `ws://127.0.0.1:${port}`);
    assertFailed(diagnosis, 'upgrade', /Parse Error|hang up|ECONNRESET/, /not as a WebSocket server/);
  });
});

describe('spillway doctor names what the server says to the upgrade', { concurrency: 2 }, () => {
  const refusals: [status: number, name: string, detail: RegExp, advice: RegExp][] = [
    [200, 'upgrade', /^status 200 in place of 101$/, /a web page, not a feed/],
    [301, 'upgrade', /^status 301 in place of 101$/, /at another address/],
    [401, 'credentials', /^refused with status 401$/, /none are given\. Set `auth`/],
    [403, 'credentials', /^refused with status 403$/, /what these credentials may do/],
    [404, 'upgrade', /^status 404 in place of 101$/, /nothing at this path/],
    [429, 'upgrade', /^status 429 in place of 101, Retry-After: 7$/, /Too many connects/],
    [500, 'upgrade', /^status 500 in place of 101$/, /try again later/],
    [503, 'upgrade', /^status 503 in place of 101, Retry-After: 7$/, /takes no connections now/],
  ];
  for (const [status, name, detail, advice] of refusals) {
    it(`status ${status}`, async (t) => {
      const headers: Record<string, string> = detail.source.includes('Retry-After') ? { 'Retry-After': '7' } : {};
      const server = await feed(t, { refuse: () => ({ status, headers }) });
      assertFailed(await examine(t, server.url), name, detail, advice);
    });
  }

  it('the reason that stands in a refusal, and where a redirect leads to', async (t) => {
    const body = '{"msg":"This address of the Internet is banned \\u001b[2J\\u202e","key":"planted"}';
    const banned = await feed(t, { refuse: () => ({ status: 403, body }) });
    const said = /^refused with status 403: "This address of the Internet is banned /;
    const diagnosis = await examine(t, banned.url);
    assertFailed(diagnosis, 'credentials', said, /what these credentials may do/);
    assert.doesNotMatch(diagnosis.stdout, /planted|\u001b/);
    const moved = await feed(t, {
      refuse: () => ({ status: 301, headers: { Location: 'https://new.example.com/feed?token=planted' } }),
    });
    assertFailed(
      await examine(t, moved.url),
      'upgrade',
      /^status 301 in place of 101, and leads to https:\/\/new\.example\.com\/feed\?…$/,
      /set `url` to wss:\/\/new\.example\.com\/feed\?…/,
    );
  });

  it('credentials that are not the right ones, which it does not repeat', async (t) => {
    const server = await feed(t, { requireHeader: { authorization: 'Bearer other' } });
    const auth = { type: 'bearer', config: { token: 'S3CR3T-token' } };
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, auth });
    const diagnosis = await examine(t, file);
    assertFailed(
      diagnosis,
      'credentials',
      /^refused with status 401: "The header authorization is not the expected one\."$/,
      /Check `auth` \(bearer\)/,
    );
    assert.ok(!diagnosis.stdout.includes('S3CR3T'));
  });

  it('credentials that cannot be had', async (t) => {
    const auth = { type: 'token_file', config: { path: '/nowhere/token' } };
    const server = await feed(t);
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, auth });
    const diagnosis = await examine(t, file);
    assertFailed(diagnosis, 'credentials', /token file \/nowhere\/token cannot be read/, /No connection was tried/);
    assert.equal(server.requests.length, 0);
  });

  it('a sub-protocol that it does not speak', async (t) => {
    const server = await feed(t, { protocols: ['v2'], onConnection: (client) => client.send('1') });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, protocols: ['v1'] });
    const { looks, status } = await examine(t, file);
    assert.equal(looks.get('upgrade')?.status, 'warning');
    assert.equal(
      looks.get('upgrade')?.detail,
      'status 101, none of the sub-protocols v1 taken, compression not offered',
    );
    assert.match(looks.get('upgrade')?.advice ?? '', /^A run goes on without one\. Check `protocols`/);
    assert.equal(status, 0);
    const strict = await pipelineFile(t, {
      url: server.url,
      unbounded: true,
      protocols: ['v1'],
      require_protocol: true,
    });
    assertFailed(await examine(t, strict.file), 'upgrade', /took none of the .*"v1"/, /Set `protocols`/);
  });

  it('a sub-protocol that nobody asked for', async (t) => {
    const { url } = await upgradeServer(t, (socket, request) => {
      socket.write(accepting(request, { 'Sec-WebSocket-Protocol': 'v9' }));
    });
    assertFailed(await examine(t, url), 'upgrade', /sub-protocol "v9", which was not offered/, /Set `protocols` to it/);
  });

  it('nothing, but that compression was agreed on', async (t) => {
    const server = await feed(t, { perMessageDeflate: true, onConnection: (client) => client.send('1') });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, per_message_deflate: true });
    const { looks } = await examine(t, file);
    assert.match(looks.get('upgrade')?.detail ?? '', /, compression agreed on$/);
  });

  it('nothing, when it takes the credentials and the sub-protocol', async (t) => {
    const server = await feed(t, {
      requireHeader: { authorization: 'Bearer right' },
      protocols: ['v1'],
      onConnection: (client) => client.send('1'),
    });
    const auth = { type: 'bearer', config: { token: 'right' } };
    const config = { url: server.url, unbounded: true, auth, protocols: ['v1'], per_message_deflate: true };
    const { looks, status } = await examine(t, (await pipelineFile(t, config)).file);
    assert.equal(looks.get('credentials')?.detail, 'accepted (bearer)');
    assert.equal(looks.get('upgrade')?.detail, 'status 101, sub-protocol v1, compression offered, and not taken');
    assert.equal(status, 0);
  });
});

describe('spillway doctor names what comes after the upgrade', { concurrency: 2 }, () => {
  it('silence, even when pings arrive', async (t) => {
    const server = await feed(t, {
      onConnection: async (client) => {
        while (client.isOpen) await client.ping();
      },
    });
    const diagnosis = await examine(t, server.url, ['--wait', '0.2']);
    assertFailed(diagnosis, 'first frame', /^no frame within 200 ms$/, /set `subscribe_messages`.* longer --wait/);
  });

  const closes: [code: number, detail: RegExp, advice: RegExp][] = [
    [1000, /^the server closed the connection in good order before any frame$/, /subscribe_messages/],
    [1008, /^the server closed with code 1008 \("no such channel"\)$/, /breaks its rules/],
    [1011, /^the server closed with code 1011/, /try again later/],
    [4001, /^the server closed with code 4001/, /its code 4001/],
  ];
  for (const [code, detail, advice] of closes) {
    it(`a close with code ${code}`, async (t) => {
      const server = await feed(t, { onConnection: (client) => void client.close(code, 'no such channel') });
      assertFailed(await examine(t, server.url), 'first frame', detail, advice);
    });
  }

  it('a connection that is cut', async (t) => {
    const server = await feed(t, { onConnection: (client) => void client.drop() });
    const diagnosis = await examine(t, server.url);
    assertFailed(diagnosis, 'first frame', /^the connection was lost without a close frame/, /hang up/);
  });

  for (const [what, bytes, detail] of [
    ['a ping whose length stands in 16 bits', '897e000568656c6c6f', /invalid payload length 126$/],
    ['a close frame with the code 999', '880203e7', /invalid status code 999$/],
    ['a close frame whose reason is no UTF-8', '880303e8ff', /invalid UTF-8 sequence$/],
  ] as const) {
    it(what, async (t) => {
      const server = await feed(t, { onConnection: (client) => client.sendRaw(Buffer.from(bytes, 'hex')) });
      const diagnosis = await examine(t, server.url);
      assert.match(diagnosis.looks.get('first frame')?.detail ?? '', /^the server broke the WebSocket protocol: /);
      assertFailed(diagnosis, 'first frame', detail, /does not speak the WebSocket protocol well/);
    });
  }

  it('a frame that is too large', async (t) => {
    const server = await feed(t, { onConnection: (client) => client.send('x'.repeat(1_001)) });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, max_message_bytes: 1_000 });
    const diagnosis = await examine(t, file);
    assertFailed(diagnosis, 'first frame', /^a message of more than 1,000 bytes$/, /Raise `max_message_bytes`/);
  });

  it('a frame that is no JSON, clipped', async (t) => {
    const server = await feed(t, { onConnection: (client) => client.send(`oops ${'x'.repeat(10_000)}`) });
    const diagnosis = await examine(t, server.url);
    assertFailed(diagnosis, 'first frame', /^text, 10,005 bytes, no JSON: .* at byte 0, near "oops x+"$/, /raw_string/);
    assert.ok((diagnosis.looks.get('first frame')?.detail.length ?? 0) < 500);
  });

  it('a binary frame that is no JSON', async (t) => {
    const server = await feed(t, { onConnection: (client) => client.send(Buffer.from([1, 2, 3]), { binary: true }) });
    const diagnosis = await examine(t, server.url);
    assertFailed(diagnosis, 'first frame', /^binary, 3 bytes, no JSON/, /`decompress`.*`message_format: binary`/);
  });

  it('nothing, when frames are stored as they come', async (t) => {
    const server = await feed(t, { onConnection: (client) => client.send('oops') });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, message_format: 'raw_string' });
    const { looks, status } = await examine(t, file);
    assert.equal(looks.get('first frame')?.detail, 'text, 4 bytes, stored as text');
    assert.equal(status, 0);
  });

  const login = { send: 'login', expect: { path: 'ok' }, reject: { path: 'no' } };

  it('a subscription that is rejected', async (t) => {
    const server = await feed(t, {
      onConnection: async (client) => {
        await client.expectMessages(['login']);
        await client.send('{"no":"unknown key"}');
      },
    });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, subscribe: [login] });
    assertFailed(await examine(t, file), 'subscribe', /rejected by .*unknown key/, /Check what it sends/);
  });

  it('nothing, when data comes before the subscription is confirmed', async (t) => {
    const server = await feed(t, {
      onConnection: async (client) => {
        await client.expectMessages(['login']);
        await client.sendMany(['{"n":1}', '{"n":2}', '{"ok":true}']);
      },
    });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, subscribe: [login] });
    const { looks, status } = await examine(t, file);
    assert.equal(looks.get('subscribe')?.detail, '1 message sent, 1 confirmed');
    assert.equal(looks.get('first frame')?.detail, 'text, 7 bytes, JSON');
    assert.equal(status, 0);
  });

  it('that it was interrupted, and what it did not look at', async (t) => {
    const server = await feed(t);
    const running = spillway(t, ['doctor', server.url]);
    await running.out.until(/subscribe: /);
    running.child.kill('SIGINT');
    const { status, stdout } = await running.exit;
    assert.match(stdout, /^skip +first frame: not looked at: interrupted$/m);
    assert.equal(status, 130);
  });
});

describe('spillway doctor names what is wrong where the records go, whatever the feed does', { concurrency: 2 }, () => {
  async function examineSink(t: TestContext, config: object): Promise<Diagnosis> {
    const server = await feed(t, { onConnection: (client) => client.send('1') });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, { type: 'jsonl', config });
    return examine(t, file);
  }

  it('a path below a file', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, 'file'), '');
    const diagnosis = await examineSink(t, { path: join(folder, 'file', 'out.jsonl') });
    assertFailed(diagnosis, 'folder', /is a file and not a folder \(ENOTDIR\)$/, /Check the path/);
  });

  it('a folder that nobody can write to', { skip: noSmallDisk() }, async (t) => {
    const diagnosis = await examineSink(t, { path: join(readOnlyDisk(t), 'deep', 'out.jsonl') });
    assertFailed(diagnosis, 'folder', /^the file system is read-only \(EROFS\)$/, /on another one/);
  });

  it('a disk that is almost full', { skip: noSmallDisk() }, async (t) => {
    const diagnosis = await examineSink(t, { path: join(smallDisk(t, 64), 'out.jsonl') });
    assertFailed(diagnosis, 'free space', /^only 0 MB$/, /Free some space/);
  });

  it('a folder in place of a file', async (t) => {
    const diagnosis = await examineSink(t, { path: await temporaryFolder(t) });
    assertFailed(diagnosis, 'file', /^it is a folder \(EISDIR\)$/, /Give the path of a file/);
  });

  it('nothing, but that a run would set a compressed file aside that cannot be added to', async (t) => {
    const path = join(await temporaryFolder(t), 'out.jsonl.gz');
    await writeFile(path, 'no gzip');
    const { looks, status } = await examineSink(t, { path, append: true });
    assert.equal(
      looks.get('file')?.detail,
      'it cannot be added to, since there is no gzip member at byte 0: a run renames it to `.bad`, and begins a new one',
    );
    assert.equal(status, 0);
  });

  it('nothing, but that a run would empty a file', async (t) => {
    const path = join(await temporaryFolder(t), 'out.jsonl.gz');
    await writeFile(path, 'precious');
    const { looks, status } = await examineSink(t, { path });
    assert.equal(looks.get('file')?.detail, 'it exists, and the first page of a run replaces its 8 bytes');
    assert.equal(looks.get('compression')?.detail, 'gzip, which this Node has');
    assert.equal(status, 0);
  });

  it('nothing, when records go to a device or to standard output', async (t) => {
    assert.equal((await examineSink(t, { path: '/dev/null' })).status, 0);
    const server = await feed(t, { onConnection: (client) => client.send('1') });
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, { type: 'stdout' });
    const { looks, status } = await examine(t, file);
    assert.equal(looks.get('standard output')?.detail, 'not a terminal');
    assert.equal(status, 0);
  });

  it('a Kafka broker that is down', async (t) => {
    const server = await feed(t, { onConnection: (client) => client.send('1') });
    const config = { brokers: '127.0.0.1:1', topic: { type: 'fixed', name: 'trades' }, request_timeout: '2s' };
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true }, { type: 'kafka', config });
    assertFailed(await examine(t, file), 'brokers', /no broker listens there \(ECONNREFUSED\)$/, /broker/);
  });

  it('a folder, although the feed could not be looked at', async (t) => {
    const sink = { type: 'jsonl', config: { path: '/dev/null/out.jsonl' } };
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', unbounded: true }, sink);
    const { failed, status } = await examine(t, file);
    assert.deepEqual(failed, ['TCP', 'folder']);
    assert.equal(status, 1);
  });
});
