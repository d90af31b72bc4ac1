import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { FeedClient } from '../../lib/testing/index.js';
import { feed } from '../support/feed.js';
import { PLANTED, SECRET, serverOptions } from '../support/planted-secrets.js';
import { pipelineFile, ROOT, spillway } from './cli.js';

const PLACEHOLDER = '$' + '{env:PLANTED}';
const ADDRESS = '$' + '{env:FEED}';

/** Under names, and in places, that give nothing away. */
const FROM_ENVIRONMENT: Readonly<Record<string, object>> = {
  'a message': { subscribe_messages: [`{"channel":"${PLACEHOLDER}"}`] },
  'a step': { subscribe: [{ send: `hello ${PLACEHOLDER}` }] },
  'a heartbeat': { heartbeat: { interval: 60, message: PLACEHOLDER } },
  'a reply': { reply: [{ match: { text: 'ping' }, send: `pong ${PLACEHOLDER}` }] },
  'a header': { headers: { 'X-Place': PLACEHOLDER } },
  'the path of an address': { url: `${ADDRESS}/ws/${PLACEHOLDER}` },
  'its query': { url: `${ADDRESS}/?a=1&b=${PLACEHOLDER}` },
};

describe('a secret that a server says back', { concurrency: 2 }, () => {
  for (const [index, [what, plant]] of Object.entries(PLANTED).entries()) {
    it(`is not shown by the command: ${what}`, async (t) => {
      let text = SECRET;
      // A frame that is no JSON is quoted in a warning, and the close reason in the summary.
      const script = async (client: FeedClient): Promise<void> => {
        await client.send(`no frame for ${text}`);
        await client.close(4001, `no entry for ${text}`);
      };
      const server = await feed(t, script, serverOptions(what));
      const { config, said = SECRET } = await plant(t, server.url);
      text = said;
      const settings = { ...config, on_parse_error: 'skip', gaps: 'records' };
      const { file, output } = await pipelineFile(t, settings);
      const flag = index % 2 === 0 ? '--verbose' : '--json';
      const { status, stdout, stderr } = await spillway(t, ['run', file, flag]).exit;
      assert.equal(status, 1, stderr);
      const shown = `${stdout}${stderr}${await readFile(output, 'utf8')}`;
      assert.match(shown, /no frame for ?\*\*\*/);
      assert.match(shown, /no entry for ?\*\*\*/);
      // The frame is clipped where it is quoted: in the middle of the secret.
      for (const form of [text, SECRET]) assert.ok(!shown.includes(form.slice(0, 6)), shown);
    });
  }

  for (const [where, config] of Object.entries(FROM_ENVIRONMENT)) {
    it(`is not shown by the command when it came from the environment into ${where}`, async (t) => {
      const server = await feed(t, async (client) => {
        await client.send(`no frame for ${SECRET}`);
        await client.close(4001, `no entry for ${SECRET}`);
      });
      const settings = { url: server.url, unbounded: true, on_parse_error: 'skip', ...config };
      const { file } = await pipelineFile(t, settings);
      const env = { FEED: server.url, PLANTED: SECRET };
      const { stdout, stderr } = await spillway(t, ['run', file, '--verbose'], { env }).exit;
      assert.match(stderr, /no frame for ?\*\*\*/);
      assert.match(stderr, /no entry for \*\*\*/);
      assert.ok(!`${stdout}${stderr}`.includes(SECRET.slice(0, 6)), stderr);
      assert.ok(stderr.includes(server.url.slice('ws://'.length)), stderr);
    });
  }

  it('is not shown by capture when it came from the environment', async (t) => {
    const server = await feed(t, async (client) => {
      await client.close(4001, `no entry for ${SECRET}`);
    });
    const args = ['capture', server.url, '-s', `{"channel":"\${env:PLANTED}"}`];
    const { stdout, stderr } = await spillway(t, args, { env: { PLANTED: SECRET } }).exit;
    assert.match(stderr, /no entry for \*\*\*/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET));
  });

  it('is not shown when it rejects the recipe for a log-in', async (t) => {
    const server = await feed(t, async (client) => {
      const { key } = JSON.parse(String(await client.receive())) as { key: string };
      await client.send(JSON.stringify({ event: 'error', msg: `bad key ${key}` }));
    });
    const recipe = join(ROOT, 'examples/exchange-login.yaml');
    const env = { FEED_URL: server.url, API_KEY: SECRET };
    const { stdout, stderr } = await spillway(t, ['doctor', recipe], { env }).exit;
    assert.match(stdout, /bad key \*\*\*/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET.slice(0, 6)), stdout);
  });

  it('is not shown by doctor: a token that OAuth 2 fetched', async (t) => {
    const server = await feed(t, async (client) => {
      await client.close(4001, `no entry for ${SECRET}`);
    });
    const { config } = await PLANTED['a token that OAuth 2 fetched']!(t, server.url);
    const { file } = await pipelineFile(t, config);
    const { stdout, stderr } = await spillway(t, ['doctor', file]).exit;
    assert.match(stdout, /no entry for \*\*\*/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET));
  });
});
