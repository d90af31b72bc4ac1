import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { createSource, type Logger, type SourceConfig } from '../../lib/index.js';
import type { FeedServerOptions } from '../../lib/testing/index.js';
import { pipelineFile } from '../cli/cli.js';
import { warmSpillway } from '../cli/warm.js';
import { ARRANGEMENTS, run } from '../support/arrangements.js';
import { feed } from '../support/feed.js';
import { httpProxy } from '../support/http-proxy.js';
import { tokenServer } from '../support/token-server.js';

/** What is planted begins so, wherever it stands. */
const PLANTED = /planted/i;

/** What can go wrong, and so be told, between the first connection and the end of a run. */
const TROUBLE: readonly (readonly [string, FeedServerOptions])[] = [
  ['is dropped', {}],
  ['is refused with 401', refusedWith(401)],
  ['is refused with 404', refusedWith(404)],
  ['is refused with 503', refusedWith(503)],
];

/** The server says all back that it was sent, where it leads to and in the body. */
function refusedWith(status: number): FeedServerOptions {
  return {
    refuse: ({ url, headers }, attempt) => {
      const sent = [url, headers.authorization, headers['x-api-key']].join(' ');
      if (attempt === 1) return undefined;
      return { status, headers: { Location: `https://x${url}` }, body: JSON.stringify({ message: `No: ${sent}` }) };
    },
  };
}

for (const [what, options] of TROUBLE) {
  for (const arrangement of ARRANGEMENTS) {
    test(`A run that ${what} tells no secret in its error, events, stats and logs, ${arrangement}`, async (t) => {
      const logged: unknown[] = [];
      const log = (...said: unknown[]): unknown => logged.push(said);
      const logger = { debug: log, info: log, warn: log, error: log } as Logger;
      const config = await withSecrets(t, options, 'goodbye');
      const { error, events, stats, values } = await run(arrangement, config, { logger });
      assert.deepEqual(values.slice(0, 1), [1]);
      assert.ok(error !== undefined);
      assert.ok(events.length > 3 && logged.length > 3);
      for (const told of [error, events, stats, logged, createSource(config).datasetUri]) {
        assert.doesNotMatch(inspect(told, { depth: 20, showHidden: false }), PLANTED);
      }
    });
  }

  if (what !== 'is dropped' && what !== 'is refused with 404') continue;
  for (const flags of [[], ['--verbose'], ['--json'], ['--json', '--verbose']]) {
    test(`A run that ${what} tells no secret, with ${flags.join(' ') || 'no flags'}`, async (t) => {
      const { file } = await pipelineFile(t, await withSecrets(t, options, 'echo'));
      const { stdout, stderr, status } = await warmSpillway(t, ['run', file, ...flags]);
      assert.equal(status, 1, stderr);
      assert.ok(stderr.length > 50);
      assert.doesNotMatch(stdout + stderr, PLANTED);
    });
  }
}

test('The doctor tells no secret', async (t) => {
  const { file } = await pipelineFile(t, await withSecrets(t, { refuse: () => ({ status: 403 }) }, 'echo'));
  for (const flags of [[], ['--json']]) {
    const { stdout, stderr, status } = await warmSpillway(t, ['doctor', file, ...flags]);
    assert.equal(status, 1, stderr);
    assert.doesNotMatch(stdout + stderr, PLANTED);
  }
});

/**
 * A configuration with a secret of every kind. `echo` has the server say what it can see of them in its close reason: what
 * the command hides, since it knows all that the file holds.
 */
async function withSecrets(
  t: TestContext,
  options: FeedServerOptions,
  reason: 'goodbye' | 'echo',
): Promise<SourceConfig> {
  const tokens = await tokenServer(t, () => ({
    access_token: 'planted-access',
    token_type: 'Bearer',
    expires_in: 3600,
  }));
  const proxy = await httpProxy(t, { login: 'me:planted-proxy', host: '127.0.0.1' });
  const server = await feed(
    t,
    async (client) => {
      await client.receive();
      if (client.number === 1) await client.send('1');
      const seen = `${new URL(client.request.url, 'ws://x').search} ${client.request.headers['x-api-key']}`;
      await client.close(4001, reason === 'echo' ? seen : reason);
    },
    options,
  );
  return {
    url: `${server.url.replace('ws://', 'ws://me:planted-user@').replace('127.0.0.1', 'feed.invalid')}/?token=planted-query`,
    auth: {
      type: 'oauth2',
      config: {
        token_url: `${tokens.url}?key=planted-endpoint`,
        client_id: 'me',
        client_secret: 'planted-client',
        params: { secret: 'planted-param' },
      },
    },
    headers: { 'X-Api-Key': 'planted-header' },
    proxy: `http://me:planted-proxy@${proxy.address}`,
    subscribe_messages: ['{"op":"login","password":"planted-login"}'],
    max_messages: 100,
    reconnect: true,
    reconnect_backoff: 0,
    max_reconnect_attempts: 2,
  };
}
