import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { feed, sends } from './support/feed.js';
import { fakeBroker } from './support/kafka/fake-broker.js';
import { ROOT } from './support/readme.js';
import { RECIPES } from './support/recipes.js';
import { runExample, workFolder } from './support/run-example.js';

/** What each example must leave behind: a folder of its own, the output, what the server saw. */
const EXPECTED: Readonly<Record<string, (t: TestContext) => Promise<void>>> = {
  'quick-start.ts': async (t) => {
    const server = await feed(t, sends(...Array.from({ length: 120 }, (_, n) => (n === 5 ? 'bad' : `{"n":${n}}`))));
    const { read } = await runExample(t, 'quick-start.ts', server.url);
    assert.equal((await read('out/trades.jsonl')).toString().trim().split('\n').length, 99);
  },
  'from-config.ts': async (t) => {
    const server = await feed(t, sends('{"p":1.10}'));
    const { read, stdout } = await runExample(t, 'from-config.ts', `${server.url}/{symbol}`);
    assert.match(gunzipSync(await read('out/trades.jsonl.gz')).toString(), /^{"data":{"p":1.10},"received_at":\d+,/);
    assert.equal(stdout, `1 records from ${server.url}/btcusdt\n`);
  },
  'dead-letter.ts': async (t) => {
    const server = await feed(t, sends('{"price":1}', 'bad', '{"x":2}'));
    const { read } = await runExample(t, 'dead-letter.ts', server.url);
    assert.match((await read('prices.jsonl')).toString(), /^{"price":1,"at":\d+}\n$/);
    const letters = (await read('refused.jsonl'))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(letters, [
      { sequence: 1, error: 'ERR_PARSE', data: Buffer.from('bad').toString('base64') },
      { sequence: 2, error: 'ERR_INVALID_RECORD', data: Buffer.from('{"x":2}').toString('base64') },
    ]);
  },
  'own-writable.ts': async (t) => {
    const server = await feed(t, sends('1', '2', '3'));
    const { stdout } = await runExample(t, 'own-writable.ts', server.url);
    assert.equal(stdout, '2 records, 4 bytes, from frame 0 on\n1 records, 2 bytes, from frame 2 on\n');
  },
  'feed-server.ts': async (t) => {
    assert.equal((await runExample(t, 'feed-server.ts')).stdout, '');
  },
  'trades.yaml': async (t) => {
    const server = await feed(t, async (client) => {
      await client.expectMessages(['{"op":"subscribe","channel":"trades"}']);
      for (let n = 0; n < 100; n++) await client.send(`${n}`);
    });
    const folder = await workFolder(t);
    const main = join(ROOT, 'dist/cli/main.js');
    const file = join(ROOT, 'examples/trades.yaml');
    await promisify(execFile)(process.execPath, [main, 'run', file], {
      cwd: folder,
      env: { ...process.env, FEED_URL: server.url },
    });
    assert.equal((await readFile(join(folder, 'out/trades.jsonl'), 'utf8')).trim().split('\n').length, 100);
  },
  'into-kafka.ts': async (t) => {
    const server = await feed(t, sends(...Array.from({ length: 1000 }, (_, n) => `{"s":"S${n % 5}","p":${n}}`)));
    const broker = await fakeBroker(t, { autoCreate: 3 });
    const { stdout } = await runExample(t, 'into-kafka.ts', server.url, broker.address);
    assert.match(stdout, /acknowledged: 1000,\n {2}retries: 0,/);
  },
  'dead-letter.yaml': async (t) => {
    const server = await feed(t, sends('{"price":1.10}', 'oops', '{"cost":2}', '{"price":3}'));
    const folder = await workFolder(t);
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'dist/cli/main.js'), 'run', join(ROOT, 'examples/dead-letter.yaml')],
      { cwd: folder, env: { ...process.env, FEED_URL: server.url } },
    );
    assert.equal(await readFile(join(folder, 'trades.jsonl'), 'utf8'), '{"price":1.10}\n{"price":3}\n');
    const letters = (await readFile(join(folder, 'refused.jsonl'), 'utf8')).trim().split('\n');
    assert.deepEqual(
      letters.map((line) => (JSON.parse(line) as { data: string }).data),
      ['oops', '{"cost":2}'],
    );
    assert.match(stderr, /2 skipped \(2 dead letters in \.\/refused\.jsonl\)/);
  },
  'kafka.yaml': async (t) => {
    const server = await feed(t, sends(...Array.from({ length: 1000 }, (_, n) => `{"s":"S${n % 5}","p":${n}}`)));
    const broker = await fakeBroker(t, { autoCreate: 3 });
    const folder = await workFolder(t);
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'dist/cli/main.js'), 'run', join(ROOT, 'examples/kafka.yaml')],
      { cwd: folder, env: { ...process.env, FEED_URL: server.url, KAFKA_BROKERS: broker.address } },
    );
    const stored = [0, 1, 2].flatMap((partition) => broker.records('trades', partition));
    assert.equal(stored.length, 1000);
    assert.match(stderr, /Delivery: 1,000 acknowledged, 0 requests sent again/);
  },
};

for (const [name, check] of Object.entries({ ...EXPECTED, ...RECIPES })) {
  test(`examples/${name} does what it says`, (t) => check(t));
}

test('every example is run', async () => {
  const files = await readdir(join(ROOT, 'examples'), { withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map((file) => file.name);
  assert.deepEqual(names.sort(), Object.keys({ ...EXPECTED, ...RECIPES }).sort());
});
