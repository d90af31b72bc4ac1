import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { feed } from '../support/feed.js';
import { until } from '../support/until.js';
import { jsonLines, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

/** A file of feeds, each of which gets its own name as a record: those that begin with `bad` fail, with `end` end. */
async function feedsFile(t: TestContext, names: readonly string[], more = '') {
  const folder = await temporaryFolder(t);
  const server = await feed(t, async (client) => {
    const name = client.request.url.slice(1);
    await client.send(`"${name}"`);
    if (name.startsWith('bad')) await client.close(1011, 'no such feed');
    if (name.startsWith('end')) await client.close(1000);
  });
  const file = join(folder, 'feeds.yaml');
  await writeFile(
    file,
    `version: 1
each: { s: [${names.join(', ')}] }
${more}
pipeline:
  source: { type: websocket, config: { url: "${server.url}/{s}", unbounded: true, linger: 1ms } }
  sink: { type: jsonl, config: { path: "${folder}/$\{each.s}.jsonl" } }
`,
  );
  return { file, read: (name: string) => readFile(join(folder, `${name}.jsonl`), 'utf8') };
}

describe('spillway run of many feeds', { concurrency: 2 }, () => {
  it('drains all at one SIGTERM, and exits 1 when one has failed, with its cause; metrics and health know each by name', async (t) => {
    const { file, read } = await feedsFile(t, ['a', 'bad', 'b']);
    const running = spillway(t, ['run', file, '--json', '--listen', '0']);
    const lines = () => jsonLines(running.err.text);
    const url = async (): Promise<string> => {
      await running.err.until(/"event":"listening".*\n/);
      return String(lines().find(({ event }) => event === 'listening')!['url']);
    };
    const origin = await url();
    const stored = async (name: string) => (await read(name).catch(() => '')) === `"${name}"\n`;
    await until(
      async () => (await stored('a')) && (await stored('b')) && running.err.text.includes('"feed":"bad","code"'),
    );
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    for (const name of ['a', 'b', 'bad'])
      assert.match(metrics, new RegExp(`records_received_total\\{feed="${name}"\\} 1`));
    assert.equal((await fetch(`${origin}/readyz?feed=a`)).status, 200);
    assert.equal((await fetch(`${origin}/readyz?feed=bad`)).status, 503);
    running.child.kill('SIGTERM');
    const { status } = await running.exit;
    assert.equal(status, 1);
    const summaries = lines().filter(({ type }) => type === 'summary');
    assert.deepEqual(
      summaries.map(({ feed: name, ended, signal, records }) => [name, ended, signal, records]).toSorted(),
      [
        ['a', 'stopped', 'SIGTERM', 1],
        ['b', 'stopped', 'SIGTERM', 1],
        ['bad', 'failed', null, 1],
      ],
    );
    const last = lines().at(-1)!;
    assert.deepEqual([last['type'], last['feeds'], last['records']], ['feeds', 3, 3]);
    const [failed] = last['failed'] as { readonly feed: string; readonly code: string }[];
    assert.deepEqual([failed!.feed, failed!.code], ['bad', 'ERR_DISCONNECTED']);
  });

  it('says of each feed with its name how it ended, and of all of them together, for people', async (t) => {
    const { file } = await feedsFile(t, ['end1', 'bad'], 'restart: { on: never }');
    const { status, stderr, stdout } = await warmSpillway(t, ['run', file]);
    assert.equal(stdout, '');
    assert.match(stderr, /^end1: Ended: the server closed the connection in good order\. 1 record in .*end1\.jsonl$/m);
    assert.match(stderr, /^spillway: bad: ERR_DISCONNECTED: The server closed .* code 1011/m);
    assert.match(stderr, /^2 feeds: 1 failed; 2 records safely written in /m);
    assert.match(stderr, /\nspillway: bad has failed: ERR_DISCONNECTED: The server closed[^\n]*\n$/);
    assert.equal(status, 1);
    const quiet = await warmSpillway(t, ['run', '--quiet', file, '--feed', 'end1']);
    assert.deepEqual([quiet.status, quiet.stderr], [0, '']);
  });

  it('starts a feed anew that has failed, and adds to its file', async (t) => {
    const { file, read } = await feedsFile(
      t,
      ['bad', 'end'],
      'restart: { backoff: 1ms }\nexecution: { on_error: stop }',
    );
    const running = spillway(t, ['run', file, '--log', 'json']);
    await until(async () => (await read('bad').catch(() => '')).startsWith('"bad"\n'.repeat(3)));
    running.child.kill('SIGINT');
    const { stderr } = await running.exit;
    const lines = jsonLines(stderr);
    assert.ok(lines.filter(({ event, feed: name }) => event === 'restarting' && name === 'bad').length >= 2);
    const over = lines.at(-1)!;
    assert.deepEqual([over['event'], over['feeds']], ['feeds_over', 2]);
    assert.equal(await read('bad'), '"bad"\n'.repeat(Number(over['records']) - 1));
    assert.equal(await read('end'), '"end"\n');
  });
});
