import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { OAuth2Config } from '../../../lib/index.js';
import { type CredentialProvider, createSource, type OAuth2Options, oauth2 } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { CertificateAuthority } from '../../support/certificates.js';
import { feed, sends } from '../../support/feed.js';
import { httpProxy } from '../../support/http-proxy.js';
import { signal } from '../../support/signal.js';
import { tempFiles } from '../../support/temp-folder.js';
import { tokenServer } from '../../support/token-server.js';

for (const arrangement of ARRANGEMENTS) {
  test(`A feed gets a bearer token from the token endpoint, and keeps it over reconnects, ${arrangement}`, async (t) => {
    const tokens = await tokenServer(t, ({ number }) => token(`t${number}`));
    const server = await feed(t, async (client) => {
      await client.send(String(client.number));
      if (client.number < 3) await client.drop();
    });
    const { values, error } = await run(arrangement, {
      url: server.url,
      auth: { type: 'oauth2', config: login(tokens.url) },
      ...again,
      max_messages: 3,
    });
    assert.equal(error, undefined);
    assert.deepEqual(values, [1, 2, 3]);
    assert.equal(tokens.requests.length, 1);
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.authorization),
      ['Bearer t1', 'Bearer t1', 'Bearer t1'],
    );
  });

  test(`A token that the server refuses is asked for anew, ${arrangement}`, async (t) => {
    const tokens = await tokenServer(t, ({ number }) => token(`t${number}`));
    const server = await feed(t, sends('1'), { requireHeader: { authorization: 'Bearer t2' } });
    const { values } = await run(arrangement, {
      url: server.url,
      auth: { type: 'oauth2', config: login(tokens.url) },
      ...again,
      max_messages: 1,
    });
    assert.deepEqual(values, [1]);
    assert.equal(tokens.requests.length, 2);
  });
}

test('The request is that of RFC 6749: id and secret encoded in the header, the rest as a form', async (t) => {
  const tokens = await tokenServer(t, () => token('t'));
  await ask(oauth2({ ...own(tokens.url), scope: 'a b', audience: 'https://feed', params: { resource: 'x' } }));
  const [request] = tokens.requests;
  assert.equal(request?.authorization, `Basic ${Buffer.from('my%3Aid:p%40ss+word').toString('base64')}`);
  assert.deepEqual(Object.fromEntries(request?.form ?? []), {
    grant_type: 'client_credentials',
    resource: 'x',
    scope: 'a b',
    audience: 'https://feed',
  });
});

test('Scopes are sent with blanks between, none of them as no scope, and not beside a scope', async (t) => {
  const tokens = await tokenServer(t, () => token('t'));
  for (const scopes of [['a', 'b'], []]) await ask(oauth2({ ...own(tokens.url), scopes }));
  assert.deepEqual(
    tokens.requests.map(({ form }) => form.get('scope')),
    ['a b', null],
  );
  assert.throws(() => oauth2({ ...own(tokens.url), scope: 'a', scopes: ['b'] }), {
    code: 'ERR_CONFIG',
    message: 'oauth2.scopes: It does not go together with `scope`. Remove one of the two.',
  });
});

test('A server that takes id and secret in the body alone is found out, and remembered', async (t) => {
  const tokens = await tokenServer(t, ({ authorization, number }) =>
    authorization === undefined
      ? { ...token(`t${number}`), expires_in: 1 }
      : (response) => void response.writeHead(401).end('{"error":"invalid_client"}'),
  );
  const clock = createFakeClock();
  const provider = oauth2({ ...own(tokens.url), clock });
  assert.equal(await ask(provider), 't2');
  await clock.advance(1_000);
  assert.equal(await ask(provider), 't3');
  await assert.rejects(ask(oauth2({ ...own(tokens.url), clientAuth: 'header' })), /invalid_client/);
  assert.equal(tokens.requests.length, 4);
});

test('A token is used for the part of its time that expiryRatio says', async (t) => {
  const tokens = await tokenServer(t, ({ number }) => ({ ...token(`t${number}`), expires_in: 100 }));
  const clock = createFakeClock();
  const provider = oauth2({ ...own(tokens.url), expiryRatio: 0.5, clock });
  assert.equal(await ask(provider), 't1');
  await clock.advance(49_999);
  assert.equal(await ask(provider), 't1');
  await clock.advance(1);
  assert.equal(await ask(provider), 't2');
});

test("With clientAuth: 'body' id and secret stand in the form", async (t) => {
  const tokens = await tokenServer(t, () => token('t'));
  await ask(oauth2({ ...own(tokens.url), clientAuth: 'body' }));
  const [request] = tokens.requests;
  assert.equal(request?.authorization, undefined);
  assert.equal(request?.form.get('client_id'), 'my:id');
  assert.equal(request?.form.get('client_secret'), 'p@ss word');
});

for (const [lifetime, marginMs, usableMs] of [
  [3600, undefined, 3_540_000],
  [100, undefined, 90_000],
  [100, 1_000, 99_000],
  ['100', 1_000, 99_000],
  [undefined, 0, 300_000],
] as const) {
  test(`A token with expires_in ${lifetime} and a margin of ${marginMs} ms is used for ${usableMs} ms`, async (t) => {
    const tokens = await tokenServer(t, ({ number }) => ({ ...token(`t${number}`), expires_in: lifetime }));
    const clock = createFakeClock();
    const provider = oauth2({ ...own(tokens.url), expiryMarginMs: marginMs, clock });
    assert.equal(await ask(provider), 't1');
    await clock.advance(usableMs - 1);
    assert.equal(await ask(provider), 't1');
    await clock.advance(1);
    assert.equal(await ask(provider), 't2');
  });
}

test('Many that wait share one request', async (t) => {
  const tokens = await tokenServer(t, ({ number }) => token(`t${number}`));
  const provider = oauth2(own(tokens.url));
  assert.deepEqual(await Promise.all([ask(provider), ask(provider), ask(provider)]), ['t1', 't1', 't1']);
  assert.equal(tokens.requests.length, 1);
});

test('A wait that is aborted leaves the others alone; the last one ends the request', async (t) => {
  const asked = signal();
  const gone = signal();
  const tokens = await tokenServer(t, () => (response) => {
    response.once('close', gone.give);
    asked.give();
  });
  const provider = oauth2(own(tokens.url));
  const [one, two] = [new AbortController(), new AbortController()];
  const waits = [ask(provider, one.signal), ask(provider, two.signal)].map((wait) =>
    wait.then(
      () => 'token',
      (error: Error) => error.name,
    ),
  );
  await asked.given;
  one.abort();
  assert.equal(await waits[0], 'AbortError');
  two.abort();
  assert.equal(await waits[1], 'AbortError');
  await gone.given;
  assert.equal(tokens.requests.length, 1);
});

test('A failed request is not kept', async (t) => {
  const tokens = await tokenServer(t, ({ number }) =>
    number === 1 ? (response) => void response.writeHead(500).end() : token('t2'),
  );
  const provider = oauth2(own(tokens.url));
  await assert.rejects(ask(provider), { code: 'ERR_AUTH' });
  assert.equal(await ask(provider), 't2');
});

for (const [what, answer, expected] of [
  [
    'a refusal',
    [401, { error: 'invalid_client' }],
    /was refused with status 401 \(invalid_client\), and leads to http:\/\/x\/\. Check `client_id`/,
  ],
  [
    'a refusal that says more',
    [400, { error: 'planted secret', error_description: 'planted' }],
    /status 400, .*: "\*\*\* \(\*\*\* secret\)"\. Check/,
  ],
  [
    'a redirect',
    [302, {}],
    /was refused with status 302, and leads to http:\/\/x\/\. Check `token_url`: redirects are not followed\.$/,
  ],
  ['a scope too many', [400, { error: 'invalid_scope' }], /\(invalid_scope\), .* Check `scope`/],
  ['a grant that is not allowed', [400, { error: 'unauthorized_client' }], /Have this client allowed/],
  [
    'trouble',
    [503, { error: 'planted secret' }],
    /cannot be had now: its server answered with status 503, .*: "\*\*\* secret"\. Check/,
  ],
  ['no token', [200, { planted: true }], /is missing in its answer/],
  ['a token of another type', [200, { ...token('planted'), token_type: 'mac' }], /of a type that is not known here/],
  ['a token with a line break', [200, token('planted\r\nx: y')], /none that a header can carry/],
  ['too much', [200, { planted: 'x'.repeat(300_000) }], /more than 262144 bytes/],
] as const) {
  test(`${what} is ERR_AUTH without secrets`, async (t) => {
    const [status, body] = answer;
    const tokens = await tokenServer(
      t,
      () => (response) => void response.writeHead(status, { location: 'http://x/' }).end(JSON.stringify(body)),
    );
    await assert.rejects(ask(oauth2(own(`${tokens.url}?key=planted`))), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ERR_AUTH');
      assert.match(error.message, expected);
      assert.doesNotMatch(inspect(error), /planted|p@ss|p%40ss/);
      return true;
    });
  });
}

test('A token endpoint where nobody listens is ERR_AUTH with the reason', async () => {
  await assert.rejects(ask(oauth2(own('http://127.0.0.1:1/token'))), {
    code: 'ERR_AUTH',
    message:
      'The token of http://127.0.0.1:1/token cannot be had: connect ECONNREFUSED 127.0.0.1:1. Check `token_url` and that its server is up.',
  });
});

test('The token endpoint is reached through the proxy of the feed, with its authority', async (t) => {
  const authority = new CertificateAuthority('our own authority');
  const tls = authority.issue({ subject: 'both', hosts: ['feed.invalid', 'id.invalid'] });
  const tokens = await tokenServer(t, () => token('t1'), tls);
  const server = await feed(t, sends('1'), { tls, requireHeader: { authorization: 'Bearer t1' } });
  const proxy = await httpProxy(t, { login: 'user:secret', host: '127.0.0.1' });
  const { ca } = await tempFiles(t, { ca: authority.cert });
  const { values, error } = await run('fused', {
    url: server.url.replace('127.0.0.1', 'feed.invalid'),
    auth: { type: 'oauth2', config: login(tokens.url.replace('127.0.0.1', 'id.invalid')) },
    proxy: `http://user:secret@${proxy.address}`,
    tls: { ca, servername: 'feed.invalid' },
    max_messages: 1,
  });
  assert.equal(error, undefined);
  assert.deepEqual(values, [1]);
  assert.deepEqual(
    proxy.requests.map((address) => address.split(':')[0]),
    ['id.invalid', 'feed.invalid'],
  );
});

for (const [key, value] of [
  ['tokenUrl', 'http://id.example.com/token'],
  ['tokenUrl', 'https://id.example.com/to\tken'],
  ['tokenUrl', 'https://id.example.com/token '],
  ['tokenUrl', undefined],
  ['clientId', ''],
  ['clientSecret', undefined],
  ['clientAuth', 'query'],
] as const) {
  test(`${key}: ${JSON.stringify(value)} is ERR_CONFIG`, () => {
    assert.throws(() => oauth2({ ...own('https://id.example.com/token'), [key]: value }), {
      code: 'ERR_CONFIG',
      message: new RegExp(`^oauth2\\.${key}: Expected`),
    });
  });
}

test('A configuration without a secret, or with an endpoint without TLS, is ERR_CONFIG', () => {
  const make = (config: object) => () =>
    createSource({ url: 'ws://x', max_messages: 1, auth: { type: 'oauth2', config: config as OAuth2Config } });
  assert.throws(make({ token_url: 'https://x', client_id: 'a' }), /`client_secret` is required here/);
  assert.throws(make(login('http://id.example.com')), /Expected an address that begins with `https:\/\/`/);
});

function token(text: string): { access_token: string; token_type: string; expires_in: number } {
  return { access_token: text, token_type: 'Bearer', expires_in: 3600 };
}

function login(url: string): OAuth2Config {
  return { token_url: url, client_id: 'my:id', client_secret: 'p@ss word' };
}

function own(url: string): OAuth2Options {
  return { tokenUrl: url, clientId: 'my:id', clientSecret: 'p@ss word' };
}

/** The token that a provider gives. */
async function ask(provider: CredentialProvider, signal = new AbortController().signal): Promise<string> {
  const credentials = await provider({ url: 'ws://x', attempt: 1, refused: false, signal });
  assert.equal(credentials.type, 'bearer');
  return credentials.token;
}

const again = { reconnect: true, reconnect_backoff: 0 } as const;
