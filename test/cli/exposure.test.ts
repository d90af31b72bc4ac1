import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { exposureText } from '../../lib/cli/exposure.js';
import type { FeedClient } from '../../lib/testing/index.js';
import { feed, sends } from '../support/feed.js';
import { jsonLines, pipelineFile, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

const TOKEN = 'sesame-open-1';
const PLACEHOLDER = '$' + '{env:TOKEN}';
const EXPOSED = /A credential stands on the command line, where others on this machine can read it\./g;

describe('a user without a password in an address', { concurrency: 2 }, () => {
  const withToken = (url: string) => url.replace('ws://', `ws://${TOKEN}@`);
  const says = async (client: FeedClient): Promise<void> => {
    const login = String(client.request.headers.authorization).slice('Basic '.length);
    await client.send(`{"n":1}`);
    await client.close(4001, `no entry for ${TOKEN}, ${login}`);
  };

  for (const [what, args] of Object.entries({
    'a summary and an error': (url: string) => ['capture', url, '--verbose'],
    'JSON lines': (url: string) => ['capture', url, '--verbose', '--json'],
    'an envelope': (url: string) => ['capture', url, '--envelope'],
    doctor: (url: string) => ['doctor', url],
    'doctor as JSON': (url: string) => ['doctor', url, '--json'],
    preview: (url: string) => ['preview', url],
    'what init writes': (url: string) => ['init', '-', '--yes', '--from', url],
    'a printed pipeline file': (url: string) => ['capture', url, '--print-config'],
    'a configuration that is wrong': (url: string) => ['capture', url, '--batch-size', 'x'],
    'an address that is wrong': (url: string) => ['capture', url.replace('ws://', 'https://')],
  })) {
    it(`is a secret in ${what}`, async (t) => {
      const server = await feed(t, says);
      const { stdout, stderr } = await warmSpillway(t, args(withToken(server.url)));
      const shown = `${stdout}${stderr}`;
      assert.ok(shown.length > 20);
      assert.ok(!shown.includes(TOKEN), shown);
      assert.ok(!shown.includes(Buffer.from(`${TOKEN}:`).toString('base64').slice(0, 12)), shown);
    });
  }

  it('has a variable of its own in a printed pipeline file', async (t) => {
    const { stdout } = await warmSpillway(t, ['capture', `ws://${TOKEN}@127.0.0.1:1`, '--print-config']);
    assert.match(stdout, /url: "ws:\/\/\$\{env:TOKEN\}@127\.0\.0\.1:1"/);
    assert.match(stdout, /Set these first: TOKEN/);
  });

  it('is a secret of a proxy, too', async (t) => {
    const proxy = `http://${TOKEN}@127.0.0.1:1`;
    const args = ['capture', 'ws://feed.invalid', '--proxy', proxy, '--print-config'];
    const { stdout } = await warmSpillway(t, args);
    assert.ok(!stdout.includes(TOKEN), stdout);
  });
});

describe('a credential on the command line', { concurrency: 2 }, () => {
  for (const [what, args] of Object.entries({
    'the user info of an address': (url: string) => ['capture', url.replace('ws://', `ws://me:${TOKEN}@`)],
    'a user alone': (url: string) => ['capture', url.replace('ws://', `ws://${TOKEN}@`)],
    'a query': (url: string) => ['capture', `${url}/?api_key=${TOKEN}`],
    'a header': (url: string) => ['capture', url, '-H', `Authorization: Bearer ${TOKEN}`],
    'headers as JSON': (url: string) => ['capture', url, '--headers', JSON.stringify({ 'X-Api-Key': TOKEN })],
    'credentials as JSON': (url: string) => [
      ...['capture', url, '--auth'],
      JSON.stringify({ type: 'bearer', config: { token: TOKEN } }),
    ],
    'a log-in': (url: string) => ['capture', url, '-s', JSON.stringify({ op: 'login', token: TOKEN })],
    'what fills a query': (url: string) => ['capture', `${url}/?token={t}`, '--set', `t=${TOKEN}`],
    'an address for preview': (url: string) => ['preview', `${url}/?token=${TOKEN}`],
    'an address for doctor': (url: string) => ['doctor', `${url}/?token=${TOKEN}`],
    'an address for init': (url: string) => ['init', '-', '--yes', '--from', `${url}/?token=${TOKEN}`],
    'an address for a printed file': (url: string) => ['capture', `${url}/?token=${TOKEN}`, '--print-config'],
  })) {
    it(`is told once on standard error: ${what}`, async (t) => {
      const server = await feed(t, sends('{"n":1}'));
      const { status, stdout, stderr } = await warmSpillway(t, args(server.url));
      assert.equal(stderr.match(EXPOSED)?.length, 1, stderr);
      assert.doesNotMatch(stdout, EXPOSED);
      assert.ok(!`${stdout}${stderr}`.includes(TOKEN));
      assert.equal(status, 0);
    });
  }

  it('is told where it fills the address of a pipeline file', async (t) => {
    const server = await feed(t, sends('{"n":1}'));
    const { file } = await pipelineFile(t, { url: `${server.url}/?token={t}`, unbounded: true });
    const { stderr } = await warmSpillway(t, ['run', file, '--set', `t=${TOKEN}`]);
    assert.equal(stderr.match(EXPOSED)?.length, 1, stderr);
  });

  it('is told as a JSON line with --json, and not at all with --quiet', async (t) => {
    const server = await feed(t, sends('{"n":1}'));
    const address = `${server.url}/?token=${TOKEN}`;
    const { stderr } = await warmSpillway(t, ['capture', address, '--json']);
    assert.equal(jsonLines(stderr).filter(({ event }) => event === 'credential_exposed').length, 1);
    const quiet = await warmSpillway(t, ['capture', address, '--quiet']);
    assert.deepEqual([quiet.status, quiet.stderr], [0, '']);
  });

  it('is none when it came from the environment or from a file', async (t) => {
    const server = await feed(t, sends('{"n":1}'));
    const file = join(await temporaryFolder(t), 'headers');
    await writeFile(file, `Authorization: Bearer ${TOKEN}\n`);
    const env = { TOKEN, FEED: `${server.url}/?token=${TOKEN}` };
    const whole = '$' + '{env:FEED}';
    for (const args of [
      ['capture', `${server.url}/?token=${PLACEHOLDER}`],
      ['capture', server.url.replace('ws://', `ws://${PLACEHOLDER}@`)],
      ['capture', whole],
      ['preview', whole],
      ['doctor', whole],
      ['doctor', `${server.url}/?token=${PLACEHOLDER}`],
      ['capture', server.url, '-H', `Authorization: Bearer ${PLACEHOLDER}`],
      ['capture', server.url, '-H', `@${file}`],
    ]) {
      const { status, stdout, stderr } = await warmSpillway(t, args, { env });
      assert.doesNotMatch(stderr, EXPOSED);
      assert.ok(!`${stdout}${stderr}`.includes(TOKEN), args.join(' '));
      assert.equal(status, 0, stderr);
    }
    const sent = server.requests.map(({ url, headers }) => `${url} ${headers.authorization}`);
    for (const request of sent) {
      const login = Buffer.from(`${TOKEN}:`).toString('base64');
      assert.ok(request.includes(TOKEN) || request.includes(login), request);
    }
  });

  it('is known in the form in which it stands there', () => {
    const words = (...given: string[]) => given;
    assert.notEqual(exposureText(['a"b-c'], [], words('--auth', '{"token":"a\\"b-c"}')), undefined);
    assert.equal(exposureText(['secret'], ['secret'], words('--x', 'secret')), undefined);
    assert.equal(exposureText(['secret'], [], words('--x', 'secre')), undefined);
  });
});
