import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { AuthError, type CredentialProvider, type TokenEndpointOptions, tokenEndpoint } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { feed, sends } from '../../support/feed.js';
import { tokenServer } from '../../support/token-server.js';

for (const arrangement of ARRANGEMENTS) {
  test(`auth: token_endpoint gives a feed what an endpoint of any kind answers, in any header (${arrangement})`, async (t) => {
    const tokens = await tokenServer(t, () => ({ auth: { 'session.id': 's1' }, ttl: '3600' }));
    const server = await feed(t, sends('1'), { requireHeader: { cookie: 'sid=s1; v=1' } });
    const { error, values } = await run(arrangement, {
      url: server.url,
      unbounded: true,
      auth: {
        type: 'token_endpoint',
        config: {
          url: tokens.url,
          headers: { 'X-Api-Key': 'k' },
          body: { user: 'me', list: [1] },
          token_path: "$.auth['session.id']",
          expires_path: 'ttl',
          apply_as: { header: 'Cookie', template: 'sid={token}; v=1' },
        },
      },
    });
    assert.equal(error, undefined);
    assert.deepEqual(values, [1]);
    const [request] = tokens.requests;
    assert.deepEqual(
      [request?.method, request?.headers['content-type'], request?.headers['x-api-key'], request?.body],
      ['POST', 'application/json', 'k', '{"user":"me","list":[1]}'],
    );
  });
}

test('encoding: form writes the body as a form, and a method without a body sends none', async (t) => {
  const tokens = await tokenServer(t, () => ({ token: 7 }));
  const credentials = await ask(make(tokens.url, { encoding: 'form', body: { user: 'a b', n: 1, ok: true } }));
  assert.deepEqual(credentials, { type: 'bearer', token: '7' });
  await ask(make(tokens.url, { method: 'GET' }));
  assert.deepEqual(
    tokens.requests.map(({ method, headers, body }) => [method, headers['content-type'], body]),
    [
      ['POST', 'application/x-www-form-urlencoded', 'user=a+b&n=1&ok=true'],
      ['GET', undefined, ''],
    ],
  );
});

for (const [ttl, options, usableMs] of [
  [100, {}, 90_000],
  ['100.5', { expiryMarginMs: 500 }, 100_000],
  [100, { expiryRatio: 0.5 }, 50_000],
  [100, { expiryRatio: 1 }, 100_000],
  ['soon', { expiryMarginMs: 0 }, 300_000],
  [-1, { expiryMarginMs: 0 }, 300_000],
] as const) {
  test(`A token with ${JSON.stringify(ttl)} at expiresPath and ${JSON.stringify(options)} is used for ${usableMs} ms`, async (t) => {
    const tokens = await tokenServer(t, ({ number }) => ({ token: `t${number}`, ttl }));
    const clock = createFakeClock();
    const provider = make(tokens.url, { expiresPath: '$.ttl', clock, ...options });
    const token = async () => ((await ask(provider)) as { token: string }).token;
    assert.equal(await token(), 't1');
    await clock.advance(usableMs - 1);
    assert.equal(await token(), 't1');
    await clock.advance(1);
    assert.equal(await token(), 't2');
  });
}

for (const [what, answer, message] of [
  [
    'no token where one is looked for',
    { other: 1 },
    /is missing in its answer, or none that a header can carry\. Check `token_path`/,
  ],
  ['one of several lines', { token: 'a\nb' }, /none that a header can carry/],
  ['an object in its place', { token: {} }, /is missing in its answer/],
] as const) {
  test(`An answer with ${what} is an error`, async (t) => {
    const tokens = await tokenServer(t, () => answer);
    await assert.rejects(
      ask(make(tokens.url)),
      (error: Error) => error instanceof AuthError && message.test(error.message),
    );
  });
}

test('What the endpoint says when it refuses is told, and where it leads to; what was sent is hidden', async (t) => {
  const tokens = await tokenServer(t, ({ body, headers }) => (response) => {
    const message = `${body} and ${headers['x-thing']} are unknown`;
    response.writeHead(422, { Location: 'https://x/help?k=planted-3' }).end(JSON.stringify({ message }));
  });
  const provider = make(tokens.url, { body: { anything: 'planted-1-long' }, headers: { 'X-Thing': 'planted-2-long' } });
  await assert.rejects(ask(provider), (error: Error) => {
    assert.ok(error instanceof AuthError);
    assert.match(
      error.message,
      /was refused with status 422, and leads to https:\/\/x\/help\?…: ".*\*\*\*.* and \*\*\* are unknown"\. Check `url`/,
    );
    assert.doesNotMatch(inspect(error), /planted/);
    return true;
  });
});

test('An answer without end has a bound, and one that trickles ends with who waits for it', async (t) => {
  const tokens = await tokenServer(t, ({ number }) => (response) => {
    response.writeHead(number === 1 ? 200 : 403);
    const pour = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
    };
    response.on('drain', pour);
    pour();
  });
  await assert.rejects(ask(make(tokens.url)), /answered with more than 262144 bytes/);
  await assert.rejects(ask(make(tokens.url)), /refused with status 403: "x{200}…"/);
});

for (const [wrong, message] of [
  [{ url: 'http://example.com' }, /tokenEndpoint\.url: Expected an address that begins with https/],
  [{ tokenPath: '' }, /tokenEndpoint\.tokenPath: Expected a path/],
  [{ tokenPath: 'a..b' }, /tokenEndpoint\.tokenPath: The path/],
  [{ encoding: 'form', body: { a: { b: 1 } } }, /tokenEndpoint\.body: With `encoding: 'form'`/],
  [{ applyAs: { header: 'X', template: 'none' } }, /tokenEndpoint\.applyAs: Expected/],
  [{ applyAs: { header: 'a b' } }, /tokenEndpoint\.applyAs: Expected/],
  [{ headers: { 'a b': 'planted' } }, /tokenEndpoint\.headers: Expected/],
  [{ method: 'G T' }, /tokenEndpoint\.method: Expected/],
  [{ expiryRatio: 1, expiryMarginMs: 1 }, /tokenEndpoint\.expiryRatio: It does not go together/],
] as const) {
  test(`${JSON.stringify(wrong)} is refused`, () => {
    assert.throws(
      () => make('https://x', wrong as Partial<TokenEndpointOptions>),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'ERR_CONFIG');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /planted/);
        return true;
      },
    );
  });
}

function make(url: string, more: Partial<TokenEndpointOptions> = {}): CredentialProvider {
  return tokenEndpoint({ url, tokenPath: 'token', ...more });
}

async function ask(provider: CredentialProvider) {
  return await provider({ url: 'ws://x', attempt: 1, refused: false, signal: new AbortController().signal });
}
