import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthError, DisconnectedError, type SourceConfig } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, payloadsOf, run } from '../../support/arrangements.js';
import { feed } from '../../support/feed.js';
import { whileTimePasses } from '../../support/time.js';
import { tokenServer } from '../../support/token-server.js';

for (const arrangement of ARRANGEMENTS) {
  for (const [what, status, error] of [
    ['status 401', 401, AuthError],
    ['status 403', 403, AuthError],
    ['a close with 1008', undefined, DisconnectedError],
  ] as const) {
    test(`auth: a server that refuses a fresh token, too, with ${what} ends a run that never had a connection (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const server = await feed(
        t,
        async (client) => {
          await client.receive();
          await client.close(1008);
        },
        { refuse: () => (status === undefined ? undefined : { status }) },
      );
      const tokens = await freshTokens(t);
      const login = { send: 'login', expect: { text: 'welcome' } };
      const config = { ...configOf([server.url], tokens.url), subscribe: [login], max_reconnect_attempts: 5 };
      const outcome = await whileTimePasses(clock, run(arrangement, config, { clock }));
      assert.ok(outcome.error instanceof error);
      assert.deepEqual([tokens.requests.length, server.requests.length], [2, 2]);
      assert.deepEqual(payloadsOf(outcome, 'reconnecting'), [{ attempt: 1, delayMs: 1_000 }]);
      assert.equal(clock.pending, 0);
    });
  }

  test(`auth: the endpoint that refuses a fresh token, too, is left for the next one (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const refuses = await feed(t, () => {}, { refuse: () => ({ status: 403 }) });
    const accepts = await feed(t, (client) => void client.send('1'));
    const tokens = await freshTokens(t);
    const config = { ...configOf([refuses.url, accepts.url], tokens.url), max_messages: 1, max_reconnect_attempts: 5 };
    const outcome = await whileTimePasses(clock, run(arrangement, config, { clock }));
    assert.deepEqual([outcome.texts, outcome.error], [['1'], undefined]);
    assert.deepEqual([refuses.requests.length, accepts.requests.length], [2, 1]);
    assert.equal(accepts.requests[0]?.headers.authorization, 'Bearer t3');
  });

  test(`auth: a run that had a connection asks for tokens until one is accepted (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(
      t,
      async (client) => {
        await client.send(`${client.number}`);
        if (client.number === 1) await client.drop();
      },
      { refuse: (_request, attempt) => (attempt > 1 && attempt < 6 ? { status: 403 } : undefined) },
    );
    const tokens = await freshTokens(t);
    const config = { ...configOf([server.url], tokens.url), max_messages: 2, max_reconnect_attempts: 9 };
    const outcome = await whileTimePasses(clock, run(arrangement, config, { clock }));
    assert.deepEqual([outcome.texts, outcome.error], [['1', '2'], undefined]);
    assert.deepEqual([server.requests.length, tokens.requests.length, gapsOf(outcome).length], [6, 5, 1]);
  });
}

/** A token endpoint that gives another token each time. */
function freshTokens(t: Parameters<typeof tokenServer>[0]): ReturnType<typeof tokenServer> {
  return tokenServer(t, ({ number }) => ({
    access_token: `t${number}`,
    token_type: 'Bearer',
    expires_in: 3600,
  }));
}

function configOf(urls: readonly string[], tokenUrl: string): SourceConfig {
  return {
    urls,
    unbounded: true,
    reconnect: true,
    handshake_timeout: 1_000,
    auth: { type: 'oauth2', config: { token_url: tokenUrl, client_id: 'capture', client_secret: 'hush' } },
  };
}
