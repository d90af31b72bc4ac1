import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { feed, sends } from '../support/feed.js';
import { jsonLines, spillway, start, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

describe('spillway verify', { concurrency: 2 }, () => {
  it('says that a file is well, and what it did not look at', async (t) => {
    const path = await fileWith(t, '{"n":1}\n{"n":2}\n');
    const { status, stdout, stderr } = await spillway(t, ['verify', path]).exit;
    assert.equal(
      stdout,
      `${path}: well: 2 records and 0 gaps in 16 B.
Nothing is wrong. 1 file, 2 records, 0 gaps, 16 B.
Not looked at: whether records are missing from this file without a trace. That takes numbers in the records (--sequence), a ledger (--state of the run) or a manifest.
`,
    );
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('tells what is wrong by file, line and column, goes on behind it, and exits 1', async (t) => {
    const path = await fileWith(t, '{"n":1}\n{"n":\u001b[2J}\n\n{"n":3}\n{"n":');
    const { status, stdout } = await warmSpillway(t, ['verify', path, '--sequence', 'n']);
    assert.equal(
      stdout,
      `${path}:2:6: The line is no JSON: expected a value, near "{\\"n\\":\\u001b[2J}".
${path}: note: One line is empty, and no record.
${path}:5: The last line is torn: its 5 bytes are no whole record, and have no line feed behind them.
${path}: 2 wrong: 2 records and 0 gaps in 33 B, held against the numbers of the feed.
2 things are wrong. 1 file, 2 records, 0 gaps, 33 B.
\`spillway repair --dry-run\` with the same paths says what can be mended.
`,
    );
    assert.equal(status, 1);
  });

  it('tells the same as JSON lines with --json', async (t) => {
    const path = await fileWith(t, '{"n":1}\n{"n":}\n');
    const { status, stdout } = await warmSpillway(t, ['verify', '--json', path]);
    const message = 'The line is no JSON: expected a value, near "{\\"n\\":}".';
    assert.deepEqual(jsonLines(stdout), [
      { type: 'finding', kind: 'not_json', wrong: true, file: path, line: 2, column: 6, byte: null, message },
      { type: 'file', file: path, bytes: 15, records: 1, gaps: 0, wrong: 1, checked: ['lines'] },
      { type: 'summary', ok: false, files: 1, bytes: 15, records: 1, gaps: 0, wrong: 1, notes: 0 },
    ]);
    assert.equal(status, 1);
  });

  it('finds well what runs with a state have rolled, told by a path from where they work', async (t) => {
    const folder = await temporaryFolder(t);
    const numbers = [...Array(50)].map((_, n) => `{"n":${n}}`);
    const server = await feed(t, sends(...numbers));
    const flags = ['--state', 'state', '--roll-records', '20', '--batch-size', '5'];
    const args = ['capture', server.url, '-o', 'out/%Y/trades.jsonl.gz', ...flags];
    const run = await spillway(t, args, { cwd: folder }).exit;
    assert.equal(run.status, 0, run.stderr);
    const { status, stdout } = await warmSpillway(t, ['verify', '.', '--sequence', 'n'], { cwd: folder });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /Nothing is wrong\. 3 files, 50 records, 0 gaps/);
    assert.equal(stdout.match(/held against the numbers of the feed and its manifest/g)?.length, 2);
  });

  it('says nothing with --quiet when all is well', async (t) => {
    const path = await fileWith(t, '\n{"n":1}\n');
    const { status, stdout } = await warmSpillway(t, ['verify', '--quiet', path]);
    assert.deepEqual([status, stdout], [0, '']);
  });

  it('reads a pipe', { skip: process.platform === 'win32' }, async (t) => {
    const path = await fileWith(t, '{"n":1}\n');
    const pipe = join(path, '../pipe.jsonl');
    const script = 'mkfifo "$2" && cat "$1" > "$2" & until [ -p "$2" ]; do :; done; shift 2; exec "$@"';
    const { SPILLWAY } = await import('./cli.js');
    const args = ['-c', script, 'sh', path, pipe, process.execPath, ...SPILLWAY, 'verify', pipe];
    const { status, stdout } = await start(t, 'sh', args).exit;
    assert.match(stdout, /well: 1 record /);
    assert.equal(status, 0);
  });

  it('exits 2 for what cannot be asked', async (t) => {
    const path = await fileWith(t, '');
    for (const args of [
      [],
      [path, '--sequence-key', 's'],
      [path, '--sequence', 'a..b'],
      [path, '--sequence-step', '0'],
    ]) {
      const { status, stderr } = await warmSpillway(t, ['verify', ...args]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /missing required argument|--sequence|sequence\.path/);
    }
  });
});

async function fileWith(t: TestContext, content: string): Promise<string> {
  const path = join(await temporaryFolder(t), 'trades.jsonl');
  writeFileSync(path, content);
  return path;
}
