import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthError, type SourceConfig } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { feed, sends } from '../../support/feed.js';
import { passingWaits } from '../../support/time.js';
import { tokenServer } from '../../support/token-server.js';

const TOKEN = { access_token: 't1', token_type: 'Bearer', expires_in: 3600 };

for (const arrangement of ARRANGEMENTS) {
  for (const [status, error, advice] of [
    [400, 'invalid_request', /^Check `scope`, `audience` and `params`/],
    [401, 'invalid_client', /^Check `client_id` and `client_secret`, and `client_auth`/],
    [400, 'unauthorized_client', /^Have this client allowed/],
    [400, 'unsupported_grant_type', /^Check `token_url`: this one gives no tokens/],
    [400, 'invalid_scope', /^Check `scope`: it is unknown/],
    [400, undefined, /^Check `client_id`, `client_secret`, `scope` and `audience`/],
    [401, undefined, /^Check `client_id`, `client_secret`, `scope` and `audience`/],
    [403, undefined, /^Check `client_id`, `client_secret`, `scope` and `audience`/],
    [302, undefined, /^Check `token_url`: redirects are not followed/],
    [404, undefined, /^Check `token_url`: redirects are not followed/],
  ] as const) {
    test(`auth: a token endpoint that says ${status} ${error ?? 'alone'} ends the run at once, with what to do (${arrangement})`, async (t) => {
      const server = await feed(t, sends('1'));
      const tokens = await tokenServer(
        t,
        () => (response) => void response.writeHead(status).end(JSON.stringify({ error })),
      );
      const outcome = await run(arrangement, config(server.url, tokens.url));
      assert.ok(outcome.error instanceof AuthError);
      assert.equal(outcome.error.reason, 'token_refused');
      const said = `was refused with status ${status}${error === undefined ? '' : ` (${error})`}. `;
      const [, told] = outcome.error.message.split(said);
      assert.match(told!, advice);
      assert.match(told!, /[^.]\.$/);
      // A client that is refused may be one whose secret is taken in the body alone.
      assert.deepEqual([tokens.requests.length, server.requests.length], [error === 'invalid_client' ? 2 : 1, 0]);
    });
  }

  for (const [what, status, error, headers, delayMs] of [
    ['429 with Retry-After', 429, undefined, { 'Retry-After': '90' }, 90_000],
    ['503 with Retry-After', 503, undefined, { 'Retry-After': '90' }, 90_000],
    ['500', 500, undefined, {}, 7_000],
    ['400 temporarily_unavailable', 400, 'temporarily_unavailable', {}, 7_000],
  ] as const) {
    test(`auth: a token endpoint that says ${what} is asked again, no earlier than it wants (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const server = await feed(t, sends('1'), { requireHeader: { authorization: 'Bearer t1' } });
      const tokens = await tokenServer(t, ({ number }) =>
        number > 1 ? TOKEN : (response) => void response.writeHead(status, headers).end(JSON.stringify({ error })),
      );
      const outcome = await run(
        arrangement,
        { ...config(server.url, tokens.url), max_messages: 1 },
        { clock, onEvent: passingWaits(clock) },
      );
      assert.equal(outcome.error, undefined);
      assert.deepEqual(outcome.texts, ['1']);
      assert.deepEqual(
        outcome.events.filter(({ name }) => name === 'reconnecting').map(({ payload }) => payload),
        [{ attempt: 1, delayMs }],
      );
      assert.equal(tokens.requests.length, 2);
    });
  }
}

function config(url: string, tokenUrl: string): SourceConfig {
  return {
    url,
    unbounded: true,
    reconnect: true,
    reconnect_backoff: 7,
    auth: { type: 'oauth2', config: { token_url: tokenUrl, client_id: 'capture', client_secret: 'hush' } },
  };
}
