import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  type ConfigError,
  createSource,
  ReconnectExhaustedError,
  type SourceConfig,
  WebSocketReadable,
} from '../../../lib/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { CertificateAuthority, makeCertificate } from '../../support/certificates.js';
import { feed, sends } from '../../support/feed.js';
import { tempFiles } from '../../support/temp-folder.js';

const authority = new CertificateAuthority('our own authority');
const hosts = ['localhost', '127.0.0.1'];
const good = authority.issue({ subject: 'the server', hosts });

for (const arrangement of ARRANGEMENTS) {
  test(`A server is trusted whose authority stands in the file tls.ca, ${arrangement}`, async (t) => {
    const server = await feed(t, sends('1'), { tls: good });
    const { ca } = await tempFiles(t, { ca: authority.cert });
    const { values, error } = await run(arrangement, config(server.url, { ca }));
    assert.equal(error, undefined);
    assert.deepEqual(values, [1]);
  });

  test(`A server that asks who we are gets the certificate of tls.cert, ${arrangement}`, async (t) => {
    const server = await feed(t, sends('1'), {
      tls: { ...good, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    });
    const client = authority.issue({ subject: 'the client' });
    const tls = await tempFiles(t, { ca: authority.cert, cert: client.cert, key: client.key });
    assert.deepEqual((await run(arrangement, config(server.url, tls))).values, [1]);
    const { error } = await run(arrangement, config(server.url, { ca: tls.ca }));
    assert.equal((error as { code?: string }).code, 'ERR_CONNECT');
    assert.match(String(error?.message), /asks for a certificate of ours.* set `tls\.cert` and `tls\.key`/);
  });

  for (const [what, tls, expected] of [
    [
      'is unknown to us',
      makeCertificate({ subject: 'another', hosts }),
      /name the file of your own authority as `tls.ca`/,
    ],
    [
      'has expired',
      authority.issue({ subject: 'old', hosts, notAfter: new Date('2021-01-01') }),
      /certificate has expired\. Have the server's certificate renewed/,
    ],
    [
      'is for another host',
      authority.issue({ subject: 'another', hosts: ['example.com'] }),
      /The certificate is for another host/,
    ],
  ] as const) {
    test(`A server whose certificate ${what} gives ERR_CONNECT with advice, ${arrangement}`, async (t) => {
      const server = await feed(t, sends('1'), { tls });
      const { ca } = await tempFiles(t, { ca: authority.cert });
      const { error } = await run(arrangement, config(server.url, { ca }));
      assert.equal((error as { code?: string }).code, 'ERR_CONNECT');
      assert.match(String(error?.message), expected);
      assert.equal(server.requests.length, 0);
    });
  }
}

test('The name that a certificate is checked for is tls.servername', async (t) => {
  const tls = authority.issue({ subject: 'another', hosts: ['feed.example.com'] });
  const server = await feed(t, sends('1'), { tls });
  const { ca } = await tempFiles(t, { ca: authority.cert });
  const { values } = await run('fused', config(server.url, { ca, servername: 'feed.example.com' }));
  assert.deepEqual(values, [1]);
});

test('No certificate is refused with tls.reject_unauthorized false', async (t) => {
  const server = await feed(t, sends('1'), { tls: makeCertificate({ subject: 'any' }) });
  assert.deepEqual((await run('fused', config(server.url, { reject_unauthorized: false }))).values, [1]);
});

test('A server that speaks no version that is new enough is refused', async (t) => {
  const server = await feed(t, sends('1'), { tls: { ...good, maxVersion: 'TLSv1.2' } });
  const { ca } = await tempFiles(t, { ca: authority.cert });
  assert.deepEqual((await run('fused', config(server.url, { ca }))).values, [1]);
  const { error } = await run('fused', config(server.url, { ca, min_version: 'TLSv1.3' }));
  assert.equal((error as { code?: string }).code, 'ERR_CONNECT');
});

test('Files are read again at every connect, so that renewed certificates are used', async (t) => {
  const { cert, key } = authority.issue({ subject: 'first' });
  const tls = await tempFiles(t, { ca: authority.cert, cert, key });
  const server = await feed(
    t,
    async (client) => {
      await client.send(String(client.number));
      if (client.number > 1) return;
      const renewed = authority.issue({ subject: 'second' });
      await writeFile(tls.cert, renewed.cert);
      await writeFile(tls.key, renewed.key);
      await client.close(1000);
    },
    { tls: { ...good, ca: authority.cert, requestCert: true } },
  );
  const { values } = await run('fused', { ...config(server.url, tls), ...again, max_messages: 2 });
  assert.deepEqual(values, [1, 2]);
  assert.deepEqual(
    server.requests.map((request) => request.certificate?.subject),
    ['CN=first', 'CN=second'],
  );
});

test('A file that goes bad while the feed runs makes the connect fail, and names the file', async (t) => {
  const { ca } = await tempFiles(t, { ca: authority.cert });
  const server = await feed(
    t,
    async (client) => {
      await client.send('1');
      await writeFile(ca, 'no certificate');
      await client.close(1000);
    },
    { tls: good },
  );
  const { values, error } = await run('fused', { ...config(server.url, { ca }), ...again, max_reconnect_attempts: 1 });
  assert.deepEqual(values, [1]);
  assert.ok(error instanceof ReconnectExhaustedError);
  assert.equal((error.cause as { code?: string }).code, 'ERR_CONNECT');
  assert.ok(error.message.includes(`tls.ca cannot be used any more. The file ${ca} holds no certificate of PEM`));
});

test('Files that cannot be used are ERR_CONFIG before anything is connected, all at once', async (t) => {
  const { key, other } = await tempFiles(t, { key: 'no key', other: authority.issue({ subject: 'other' }).cert });
  assert.throws(
    () => createSource(config('wss://127.0.0.1:1', { ca: '/nowhere/ca.pem', cert: other, key })),
    (error: ConfigError) => {
      assert.equal(error.code, 'ERR_CONFIG');
      assert.deepEqual(
        error.problems.map(({ path, message }) => `${path}: ${message}`),
        [
          'tls.ca: The file /nowhere/ca.pem cannot be read (ENOENT). Check that it exists and is readable.',
          `tls.key: The file ${key} holds no key of PEM, or one that is encrypted: then set \`tls.passphrase\`.`,
        ],
      );
      return true;
    },
  );
});

test('A key of another certificate is told', async (t) => {
  const files = await tempFiles(t, {
    cert: authority.issue({ subject: 'one' }).cert,
    key: authority.issue({ subject: 'two' }).key,
  });
  assert.throws(() => createSource(config('wss://127.0.0.1:1', files)), {
    message: `tls.key: The file ${files.key} holds another key than that of the certificate in ${files.cert}.`,
  });
});

test('A key that is encrypted is opened with tls.passphrase, which is never shown', async (t) => {
  const { cert, key } = authority.issue({ subject: 'the client' });
  const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' } as const;
  const files = await tempFiles(t, { ca: authority.cert, cert, key: String(createPrivateKey(key).export(cipher)) });
  const server = await feed(t, sends('1'), { tls: { ...good, ca: authority.cert, requestCert: true } });
  const { values } = await run('fused', config(server.url, { ...files, passphrase: 'open sesame' }));
  assert.deepEqual(values, [1]);
  assert.equal(server.requests[0]?.certificate?.subject, 'CN=the client');
  assert.throws(
    () => createSource(config(server.url, { ...files, passphrase: 'planted secret' })),
    (error: Error) => /`tls\.passphrase` decrypts/.test(error.message) && !inspect(error).includes('planted'),
  );
});

for (const [what, given, message] of [
  ['cert without key', { tls: { cert: 'x' } }, 'tls.cert: `cert` needs the key `key` beside it, which is missing.'],
  ['an unknown key', { tls: { cacert: 'x' } }, 'tls.cacert: There is no such key. Did you mean `cert`?'],
  ['ws:// with tls', { url: 'ws://x', tls: { ca: 'x' } }, 'tls: `tls` needs an address that begins with `wss://`.'],
  [
    'tls with urls of ws:// alone',
    { urls: ['ws://x', 'WS://y'], tls: { servername: 'x' } },
    'tls: `tls` needs an address that begins with `wss://`.',
  ],
] as const) {
  test(`${what} is ERR_CONFIG`, () => {
    const address = 'urls' in given ? {} : { url: 'wss://x' };
    assert.throws(() => createSource({ ...address, max_messages: 1, ...given } as SourceConfig), { message });
  });
}

test('tls goes with urls of which one is wss://', () => {
  createSource({ urls: ['ws://x', 'wss://y'], max_messages: 1, tls: { servername: 'x' } });
});

test('WebSocketReadable asks a function for its TLS options at every connect', async (t) => {
  const server = await feed(t, sends('1'), { tls: good });
  const asked: string[] = [];
  const readable = new WebSocketReadable(`${server.url}/?token=secret`, {
    tls: async ({ url }) => {
      asked.push(url);
      return { ca: authority.cert };
    },
    reconnect: true,
    reconnectBackoff: 0,
    maxFrames: 2,
  });
  let frames = 0;
  for await (const _ of readable) frames += 1;
  assert.equal(frames, 2);
  assert.deepEqual(asked, [`${server.url}/?…`, `${server.url}/?…`]);
});

for (const arrangement of ARRANGEMENTS) {
  test(`origin goes out with the upgrade request, ${arrangement}`, async (t) => {
    const server = await feed(t, sends('1'));
    await run(arrangement, { url: server.url, idle_timeout: 30, origin: 'https://example.com' });
    assert.equal(server.requests[0]?.headers.origin, 'https://example.com');
  });
}

test('origin beside a header of that name is ERR_CONFIG', () => {
  assert.throws(
    () => createSource({ url: 'ws://x', max_messages: 1, origin: 'https://a', headers: { ORIGIN: 'https://b' } }),
    { message: 'headers.ORIGIN: This header is set by `origin`, too. Remove one of the two.' },
  );
});

function config(url: string, tls: NonNullable<SourceConfig['tls']>): SourceConfig {
  return { url, tls, idle_timeout: 30 };
}

const again = { reconnect: true, reconnect_backoff: 0 } as const;
