import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { feed, hasRead, sends } from './support/feed.js';
import { fakeBroker } from './support/kafka/fake-broker.js';
import { ROOT } from './support/readme.js';
import { RECIPES } from './support/recipes.js';
import { runExample, startExample, workFolder } from './support/run-example.js';
import { until } from './support/until.js';

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
  'own-sink-test.ts': async (t) => {
    const { stdout } = await runExample(t, 'own-sink-test.ts');
    assert.equal(stdout, '');
  },
  'own-writable.ts': async (t) => {
    const server = await feed(t, sends('1', '2', '3'));
    const { stdout } = await runExample(t, 'own-writable.ts', server.url);
    assert.equal(stdout, '2 records, 4 bytes, from frame 0 on\n1 records, 2 bytes, from frame 2 on\n');
  },
  'feed-server.ts': async (t) => {
    assert.equal((await runExample(t, 'feed-server.ts')).stdout, '');
  },
  'sink-conformance.ts': async (t) => {
    const { stdout } = await runExample(t, 'sink-conformance.ts');
    assert.match(stdout, /Lines stores every page in order and byte for byte/);
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
  'many-feeds.yaml': async (t) => {
    const folder = await workFolder(t);
    const [main, file] = [join(ROOT, 'dist/cli/main.js'), join(ROOT, 'examples/many-feeds.yaml')];
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'plan', file], { cwd: folder });
    assert.match(
      stdout,
      /^trades-btcusdt {2}wss:\/\/.*\/btcusdt {2}jsonl \.\/out\/btcusdt\.jsonl\ntrades-ethusdt .*\ntrades-solusdt .*\n$/,
    );
    assert.equal(existsSync(join(folder, 'out')), false);
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
  'kafka-outages.yaml': async (t) => {
    let isAway = true;
    const broker = await fakeBroker(t, { topics: { trades: 1 }, onProduce: () => (isAway ? 'drop' : 'store') });
    const folder = await workFolder(t);
    const server = await feed(t, async (client) => {
      await client.sendMany(Array.from({ length: 999 }, (_, n) => `{"n":${n}}`));
      // It is all received, however long the broker is away.
      await hasRead(client);
      await until(() => broker.attempts.length > 0);
      isAway = false;
      await client.send('{"n":999}');
    });
    await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'dist/cli/main.js'), 'run', join(ROOT, 'examples/kafka-outages.yaml')],
      { cwd: folder, env: { ...process.env, FEED_URL: server.url, KAFKA_BROKERS: broker.address } },
    );
    const stored = broker.records('trades', 0).map(({ value }) => JSON.parse(String(value)) as { n: number });
    assert.deepEqual(
      stored.map(({ n }) => n),
      Array.from({ length: 1000 }, (_, n) => n),
    );
    const left = await readdir(join(folder, 'spool/trades'));
    assert.deepEqual(
      left.filter((name) => name.endsWith('.spool')),
      [],
    );
  },
  'upload-hours.ts': async (t) => {
    const folder = await workFolder(t);
    const run = async (from: number): Promise<void> => {
      const server = await feed(t, async (client) => {
        await client.sendMany(Array.from({ length: 50 }, (_, n) => `{"n":${from + n}}`));
        await hasRead(client);
        await until(() => sealedIn(folder).length > from / 50);
        child.kill('SIGTERM');
      });
      const { child, ended } = await startExample(t, 'upload-hours.ts', [server.url, 'bucket', '40'], { folder });
      await ended;
    };
    await run(0);
    const [first] = await readdir(join(folder, 'bucket'));
    // It was finished, and its upload is gone.
    await rm(join(folder, 'bucket', first!));
    await run(50);
    const uploaded = await readdir(join(folder, 'bucket'));
    assert.ok(uploaded.includes(first!));
    assert.deepEqual(
      uploaded.sort(),
      sealedIn(folder)
        .map((path) => `out/${path}`.replaceAll('/', '_'))
        .sort(),
    );
    const text = gunzipSync(await readFile(join(folder, 'bucket', first!))).toString();
    // Fewer, where an hour has ended meanwhile.
    assert.ok(text.startsWith('{"n":0}\n') && text.trimEnd().split('\n').length <= 40, text);
  },
};

/** What the manifest says is finished. */
function sealedIn(folder: string): string[] {
  const path = join(folder, 'out/manifest.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map((line) => (JSON.parse(line) as { path: string }).path);
}

for (const [name, check] of Object.entries({ ...EXPECTED, ...RECIPES })) {
  test(`examples/${name} does what it says`, (t) => check(t));
}

test('every example is run', async () => {
  const files = await readdir(join(ROOT, 'examples'), { withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map((file) => file.name);
  assert.deepEqual(names.sort(), Object.keys({ ...EXPECTED, ...RECIPES }).sort());
});
