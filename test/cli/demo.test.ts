import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { demoCommand } from '../../lib/cli/demo.js';
import { Output } from '../../lib/cli/terminal/output.js';
import { jsonLines, ROOT, spillway, temporaryFolder } from './cli.js';

it('npm start runs the demo, which writes out/trades.jsonl, and npm ci builds it, as the README says', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  assert.equal(scripts['start'], 'node dist/cli/main.js demo');
  // npm runs it whenever it has written node_modules.
  assert.equal(scripts['dependencies'], 'npm run build');
  const { options } = demoCommand(new Output(new PassThrough()));
  assert.equal(options.find(({ long }) => long === '--output')?.defaultValue, 'out/trades.jsonl');
});

describe('spillway demo', { concurrency: 2 }, () => {
  it('captures whole trades, ends by itself with 0, and says what to try next', async (t) => {
    const path = join(await temporaryFolder(t), 'out', 'trades.jsonl');
    const args = ['demo', '--seconds', '1', '--rate', '1000', '-o', path];
    const { status, stdout, stderr } = await spillway(t, args).exit;
    const text = await readFile(path, 'utf8');
    const trades = jsonLines(text);
    assert.ok(text.endsWith('}\n'));
    assert.ok(trades.length > 0);
    for (const trade of trades) assert.deepEqual(Object.keys(trade), ['e', 'E', 's', 't', 'p', 'q', 'T', 'm']);
    assert.match(stderr, /^A made-up market opens for 1\.0 s, with 1000 trades a second\.\n/);
    assert.match(stderr, /Ended: +the server closed the connection in good order/);
    assert.ok(stderr.includes(`Records:  ${trades.length.toLocaleString('en-US')} safely written`), stderr);
    assert.ok(stderr.includes(`head -1 ${path}\n`), stderr);
    assert.match(stderr, /version: 1\n +pipeline:/);
    assert.match(stderr, /npx spillway run trades\.yaml/);
    assert.equal(stdout, '');
    assert.equal(status, 0);
  });

  it('shows a pipeline file that is valid', async (t) => {
    const path = join(await temporaryFolder(t), 'trades.jsonl.gz');
    const { stderr } = await spillway(t, ['demo', '--seconds', '0.01', '-o', path]).exit;
    assert.ok(stderr.includes(`gzip -dc ${path} | head -1\n`), stderr);
    assert.match(gunzipSync(await readFile(path)).toString(), /^(\{.*\}\n)*$/);
    const yaml = /^ +version: 1\n(?: .*\n)+/m.exec(stderr)![0].replaceAll(/^ {4}/gm, '');
    const broken = yaml.replace('wss://', 'https://');
    const { status, stderr: said } = await spillway(t, ['run', '-'], { input: broken }).exit;
    assert.match(said, /ERR_CONFIG: a problem to solve/);
    assert.match(said, /pipeline\.source\.config\.url: .*wss:\/\//);
    assert.equal(status, 2);
  });

  it('is ended early, in good order, by SIGINT', async (t) => {
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const running = spillway(t, ['demo', '--seconds', '3600', '--verbose', '-o', path]);
    await running.err.until(/Subscribed/);
    running.child.kill('SIGINT');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /Ended: +stopped by SIGINT\./);
    assert.match(await readFile(path, 'utf8'), /^(\{.*\}\n)*$/);
    assert.equal(status, 0);
  });

  it('says nothing with --quiet', async (t) => {
    const { status, stdout, stderr } = await spillway(t, ['demo', '--seconds', '0.01', '-o', '/dev/null', '-q']).exit;
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
  });

  it('says nothing but JSON lines with --json', async (t) => {
    const args = ['demo', '--seconds', '0.01', '-o', '/dev/null', '--json'];
    const { status, stderr } = await spillway(t, args).exit;
    assert.equal(jsonLines(stderr).at(-1)!['ended'], 'closed');
    assert.equal(status, 0);
  });
});
