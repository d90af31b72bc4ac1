import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import {
  askForToken,
  isClientRefused,
  isGrantRefused,
  isSendable,
  lifetimeMs,
  readGrant,
} from '../../../lib/connect/reach/token-request.js';
import { AuthError } from '../../../lib/errors.js';
import { Secrets } from '../../../lib/secrets/secrets.js';
import { createFakeClock } from '../../../lib/testing/index.js';

for (const [given, ms] of [
  [3600, 3_600_000],
  [0.5, 500],
  ['60', 60_000],
  [' 60 ', 60_000],
  [0, undefined],
  [-1, undefined],
  ['', undefined],
  [' ', undefined],
  ['soon', undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [null, undefined],
  [undefined, undefined],
  [{}, undefined],
] as const) {
  test(`${JSON.stringify(given)} seconds are ${ms} ms`, () => assert.equal(lifetimeMs(given), ms));
}

test('a header carries what can be seen, and no blanks', () => {
  for (const token of ['a', '!~', 'a.b-c_d~e+f/g=']) assert.equal(isSendable(token), true, token);
  for (const token of ['', 'a b', ' a', 'a\n', 'é', '\x7f', '\x1f']) assert.equal(isSendable(token), false, token);
});

for (const [what, answer, expected] of [
  ['all', { access_token: 't', token_type: 'Bearer', expires_in: 5, refresh_token: 'r' }, ['t', 5_000, 'r']],
  ['a token alone', { access_token: 't' }, ['t', undefined, undefined]],
  [
    'an empty refresh token',
    { access_token: 't', token_type: 'bearer', refresh_token: '' },
    ['t', undefined, undefined],
  ],
  ['a refresh token that is none', { access_token: 't', refresh_token: 1 }, ['t', undefined, undefined]],
  [
    'no token',
    { token_type: 'Bearer' },
    /is missing in its answer, or none that a header can carry\. Check `token_url`\.$/,
  ],
  ['a token that no header carries', { access_token: 'a b' }, /is missing in its answer, or none that/],
  [
    'a token of another type',
    { access_token: 't', token_type: 'mac' },
    /is of a type that is not known here\. Only bearer tokens are\.$/,
  ],
  ['no object', 'text', /is missing in its answer/],
  ['nothing', undefined, /is missing in its answer/],
  ['null', null, /is missing in its answer/],
] as const) {
  test(`an answer with ${what} is ${Array.isArray(expected) ? 'taken' : 'refused'}`, () => {
    const read = () => readGrant('https://u:p@x/token', answer);
    if (Array.isArray(expected)) {
      const { token, lifetimeMs: ms, refreshToken } = read();
      assert.deepEqual([token, ms, refreshToken], expected);
    } else {
      assert.throws(read, (error) => {
        assert.ok(error instanceof AuthError);
        assert.match(error.message, /^The token of https:\/\/x\/token /);
        assert.match(error.message, expected as RegExp);
        return true;
      });
    }
  });
}

test('what a server refuses is the client, or the grant', () => {
  const error = (tokenError?: string): AuthError => new AuthError('No.', { tokenError });
  assert.deepEqual(
    ['invalid_client', 'invalid_grant', undefined].map((code) => isClientRefused(error(code))),
    [true, false, false],
  );
  assert.deepEqual(
    ['invalid_client', 'invalid_grant', undefined].map((code) => isGrantRefused(error(code))),
    [false, true, false],
  );
  assert.deepEqual([isClientRefused(new Error('x')), isGrantRefused(undefined)], [false, false]);
});

for (const [what, answer, outcome] of [
  ['JSON', (end: (text: string) => void) => end('{"a":1}'), { a: 1 }],
  ['no JSON', (end: (text: string) => void) => end('hello'), undefined],
  [
    '256 KiB',
    (end: (text: string) => void) => end(JSON.stringify('x'.repeat(256 * 1024 - 2))),
    'x'.repeat(256 * 1024 - 2),
  ],
  [
    'more than that',
    (end: (text: string) => void) => end('x'.repeat(256 * 1024 + 1)),
    /answered with more than 262144 bytes/,
  ],
  ['half an answer', undefined, /^The token of http:\/\/127\.0\.0\.1:\d+\/\?… cannot be had: aborted\.$/],
] as const) {
  test(`a token endpoint that answers with ${what} gives ${outcome instanceof RegExp ? 'an error' : 'that'}`, async (t) => {
    const server = createServer((_request, response) => {
      if (answer !== undefined) answer((text) => void response.end(text));
      else {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half', () => response.destroy());
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const asked = askForToken(
      {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?key=k`,
        key: 'token_url',
        method: 'POST',
        headers: {},
        body: 'x',
        tls: {},
        proxy: 'none',
        clock: createFakeClock(),
        secrets: new Secrets(),
      },
      new AbortController().signal,
    );
    if (outcome instanceof RegExp) await assert.rejects(asked, { name: 'AuthError', message: outcome });
    else assert.deepEqual(await asked, outcome);
  });
}
