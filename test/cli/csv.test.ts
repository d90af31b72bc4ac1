import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createFeedServer, type FeedServer } from '../../lib/testing/index.js';
import { until } from '../support/until.js';
import { jsonLines, pipelineFile, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

const RECORDS = ['{"s":"BTC","d":{"p":1.10}}', '{"s":"a,\\"b\\"\\n","d":{"p":2}}', '{"s":"=1+1"}'];
const COLUMNS = ['s', { path: 'd.p', header: 'price' }];

describe('spillway run into a csv sink', { concurrency: 2 }, () => {
  it('writes a row a record, and says where to', async (t) => {
    const { file, path } = await feedInto(t, { columns: COLUMNS });
    const { status, stderr } = await warmSpillway(t, ['run', file]);
    assert.equal(await readFile(path, 'utf8'), 's,price\nBTC,1.10\n"a,""b""\n",2\n=1+1,\n');
    assert.match(stderr, /Records: +3 safely written/);
    assert.ok(stderr.includes(`Written:  ${path}\n`), stderr);
    assert.equal(status, 0);
  });

  it('has each key do what it does in code', async (t) => {
    const config = { columns: COLUMNS, header: false, delimiter: ';', escape_formulas: true, fsync: 'page' };
    const { file, path } = await feedInto(t, config);
    assert.equal((await warmSpillway(t, ['run', file])).status, 0);
    assert.equal(await readFile(path, 'utf8'), 'BTC;1.10\n"a,""b""\n";2\n\'=1+1;\n');
  });

  it('adds to a compressed file, without a second header', async (t) => {
    const { file, path } = await feedInto(t, { columns: ['s'], append: true }, 'out.csv.gz');
    for (let run = 0; run < 2; run++) assert.equal((await warmSpillway(t, ['run', file])).status, 0);
    const rows = 'BTC\n"a,""b""\n"\n=1+1\n';
    assert.equal(gunzipSync(await readFile(path)).toString(), `s\n${rows}${rows}`);
  });

  it('mends a torn end, as doctor has said it would', async (t) => {
    const { file, path } = await feedInto(t, { columns: ['s'], append: true });
    await writeFile(path, 's\nETH\n"half of\na ce');
    const { stdout } = await warmSpillway(t, ['doctor', file, '--json']);
    const looks = new Map(jsonLines(stdout).map(({ name, detail }) => [name, detail]));
    assert.equal(
      looks.get('file'),
      '19 bytes, of which a run cuts off the last 13, which are torn, and adds to the rest',
    );
    assert.equal(looks.get('compression'), 'none');
    const { status } = await warmSpillway(t, ['run', file]);
    assert.equal(await readFile(path, 'utf8'), 's\nETH\nBTC\n"a,""b""\n"\n=1+1\n');
    assert.equal((await readFile(`${path}.torn`, 'utf8')).trimEnd(), '"half of\na ce');
    assert.equal(status, 0);
  });

  it('goes on in a new file after --on-hangup reopen, which begins with the header', async (t) => {
    const server = await feed(t);
    const { file, path } = await feedInto(t, { columns: ['s'] }, 'out.csv', server, { unbounded: true, linger: '1ms' });
    const running = spillway(t, ['run', file, '--on-hangup', 'reopen', '--json']);
    const client = await server.nextClient();
    await client.send('{"s":"old"}');
    await until(() => textOf(path) === 's\nold\n');
    await rename(path, `${path}.1`);
    running.child.kill('SIGHUP');
    await running.err.until(/"event":"reopened","target":".*out\.csv"/);
    await client.send('{"s":"new"}');
    await until(() => textOf(path) === 's\nnew\n');
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
    assert.equal(textOf(`${path}.1`), 's\nold\n');
  });
});

describe('a csv sink in a pipeline file', () => {
  for (const [what, config, ...said] of [
    ['no columns', {}, /columns/],
    ['an empty list of them', { columns: [] }, /config\.columns: Expected a list of 1 to 1000 columns/],
    ['a path that is none', { columns: ['s', 'd..p'] }, /config\.columns\[1\]: .*"d\.\.p"/],
    [
      'a column without a header',
      { columns: [{ path: 's' }] },
      /config\.columns\[0\]\.header: The key `header` is required/,
    ],
    [
      'a key that a column has not',
      { columns: [{ path: 's', header: 's', width: 1 }] },
      /columns\[0\]\.width: There is no/,
    ],
    [
      'a delimiter of two',
      { columns: ['s'], delimiter: '||' },
      /delimiter: Expected one character, and none of ", CR and LF/,
    ],
    ['`pretty`', { columns: ['s'], pretty: true }, /config\.pretty: There is no such key/],
    [
      'a key of faucet',
      { columns: ['s'], write_headers: true },
      /`write_headers` of faucet is not part .* `header` says/,
    ],
  ] as const) {
    it(`is refused with ${what}`, async (t) => {
      const { file } = await feedInto(t, config);
      const { status, stdout } = await warmSpillway(t, ['validate', file]);
      for (const pattern of said) assert.match(stdout, pattern);
      assert.equal(status, 2);
    });
  }
});

it('spillway capture refuses to write JSON lines into a file of that name, and says what to do', async (t) => {
  const path = join(await temporaryFolder(t), 'out.csv.gz');
  const { status, stderr } = await warmSpillway(t, ['capture', 'ws://127.0.0.1:1', '-o', path]);
  assert.match(
    stderr,
    /--output: This is the name of a CSV file, .*`type: csv`, a `path` and `columns`\. .*`--format csv > FILE`/s,
  );
  assert.equal(status, 2);
  assert.ok(!existsSync(path));
});

async function feed(t: TestContext): Promise<FeedServer> {
  const server = await createFeedServer();
  t.after(() => server.close());
  return server;
}

/** A pipeline file from a feed of {@link RECORDS} into a `csv` sink. */
async function feedInto(
  t: TestContext,
  config: object,
  name = 'out.csv',
  server?: FeedServer,
  limits: object = { max_messages: 3 },
): Promise<{ readonly file: string; readonly path: string }> {
  const from = server ?? (await createFeedServer({ onConnection: (client) => void client.sendMany(RECORDS) }));
  t.after(() => from.close());
  const path = join(await temporaryFolder(t), name);
  const sink = { type: 'csv', config: { path, ...config } };
  const { file } = await pipelineFile(t, { url: from.url, ...limits }, sink);
  return { file, path };
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
