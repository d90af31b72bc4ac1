import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { FeedClient } from '../../lib/testing/index.js';
import { feed } from '../support/feed.js';
import { PLANTED, SECRET, serverOptions } from '../support/planted-secrets.js';
import { pipelineFile, ROOT, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

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

/** What gives a secret without saying it. */
const HIDDEN: Readonly<Record<string, string>> = {
  secret: '$' + '{secret:PLANTED}',
  file: '$' + '{file:planted.txt}',
};

describe('what secret: and file: placeholders give', { concurrency: 2 }, () => {
  for (const [kind, placeholder] of Object.entries(HIDDEN)) {
    const env = { PLANTED: SECRET };
    const config = (url: string) => ({
      url: `${url}/${placeholder}?a=1&b=${placeholder}`,
      auth: { type: 'bearer', config: { token: placeholder } },
      headers: { 'X-Place': placeholder },
      subscribe_messages: [`{"channel":"${placeholder}"}`],
      on_parse_error: 'skip',
      unbounded: true,
    });

    it(`${kind}: is not shown by run, in JSON lines or by doctor, whatever the server says back`, async (t) => {
      const server = await feed(t, async (client) => {
        await client.send(`no frame for ${SECRET}`);
        await client.close(4001, `no entry for ${SECRET}`);
      });
      const { file, folder } = await pipelineFile(t, config(server.url));
      await writeFile(join(folder, 'planted.txt'), `${SECRET}\n`);
      for (const args of [
        ['run', file, '--verbose'],
        ['run', file, '--json'],
        ['doctor', file],
        ['validate', file],
      ]) {
        const { stdout, stderr } = await warmSpillway(t, args, { env });
        const shown = `${stdout}${stderr}`;
        // A file that is valid is called that, and nothing of it is shown.
        if (args[0] !== 'validate') assert.match(shown, /\*\*\*/);
        for (const form of [SECRET, encodeURIComponent(SECRET)]) assert.ok(!shown.includes(form.slice(0, 6)), shown);
      }
      assert.equal(server.requests[0]!.headers.authorization, `Bearer ${SECRET}`);
    });

    it(`${kind}: is not shown where it is wrong: in a file, by capture, and in an address`, async (t) => {
      const { file, folder } = await pipelineFile(t, {
        ...{ url: placeholder, max_messages: placeholder, message_format: placeholder, idle_timeout: placeholder },
        ...{ records_path: `a[${placeholder}`, 'x y': placeholder, proxy: placeholder },
      });
      await writeFile(join(folder, 'planted.txt'), `${SECRET}\n`);
      const capture = ['capture', 'ws://127.0.0.1:9'];
      for (const args of [
        ...[
          ['validate', file],
          ['validate', '--json', file],
          ['run', file],
          ['doctor', file],
          ['doctor', placeholder],
        ],
        ...[
          [...capture, '--batch-size', placeholder],
          [...capture, '--select', `a[${placeholder}`],
        ],
        ...[
          ['preview', 'ws://127.0.0.1:9', '--stale-timeout', placeholder],
          ['capture', placeholder],
        ],
      ]) {
        const { status, stdout, stderr } = await warmSpillway(t, args, { env, cwd: folder });
        const shown = `${stdout}${stderr}`;
        assert.equal(status, 2, shown);
        assert.ok(!shown.includes(SECRET.slice(0, 6)), `${args.join(' ')}: ${shown}`);
      }
    });

    it(`${kind}: stays a placeholder in a pipeline file that capture prints`, async (t) => {
      const folder = await temporaryFolder(t);
      await writeFile(join(folder, 'planted.txt'), SECRET);
      const args = ['capture', `ws://127.0.0.1:9/${placeholder}`, '-H', `X-Key: ${placeholder}`, '-s', placeholder];
      const printed = await warmSpillway(t, [...args, '-o', `${placeholder}.jsonl`, '--print-config'], {
        env,
        cwd: folder,
      });
      assert.equal(printed.status, 0, printed.stderr);
      assert.equal(printed.stdout.split(placeholder).length, 5, printed.stdout);
      assert.ok(!`${printed.stdout}${printed.stderr}`.includes(SECRET.slice(0, 6)));
    });
  }
});

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
      const { status, stdout, stderr } = await warmSpillway(t, ['run', file, flag]);
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
      const { stdout, stderr } = await warmSpillway(t, ['run', file, '--verbose'], { env });
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
    const { stdout, stderr } = await warmSpillway(t, args, { env: { PLANTED: SECRET } });
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
    const { stdout, stderr } = await warmSpillway(t, ['doctor', recipe], { env });
    assert.match(stdout, /bad key \*\*\*/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET.slice(0, 6)), stdout);
  });

  it('is not shown by doctor: a token that OAuth 2 fetched', async (t) => {
    const server = await feed(t, async (client) => {
      await client.close(4001, `no entry for ${SECRET}`);
    });
    const { config } = await PLANTED['a token that OAuth 2 fetched']!(t, server.url);
    const { file } = await pipelineFile(t, config);
    const { stdout, stderr } = await warmSpillway(t, ['doctor', file]);
    assert.match(stdout, /no entry for \*\*\*/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET));
  });
});
