import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { rolledFiles } from '../../lib/index.js';
import { allFiles, linesOf, sealedFiles } from '../sink/rolled/support.js';
import { feed, sends } from '../support/feed.js';
import { until } from '../support/until.js';
import { jsonLines, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

const RECORDS = Array.from({ length: 7 }, (_, n) => `{"n":${n},"s":"${n % 2 === 0 ? 'even' : 'odd'}"}`);

describe('spillway, whose files are rolled,', () => {
  it('captures by flags, and tells which files are finished', async (t) => {
    const { url } = await feed(t, sends(...RECORDS));
    const folder = join(await temporaryFolder(t), 'out');
    const flags = ['--roll-records', '3', '--roll-every', '1d', '--roll-bytes', '10MB', '--keep-files', '2'];
    const args = ['capture', url, '-o', join(folder, '%Y/trades.jsonl.gz'), ...flags, '--batch-size', '2'];
    const { status, stderr } = await warmSpillway(t, args);
    assert.equal(status, 0, stderr);
    const [first, second, ...others] = sealedFiles(folder);
    assert.deepEqual([first?.records, second?.records, others], [3, 1, []]);
    assert.match(stderr, /trades\.jsonl\.gz is finished: 3 records, \d+ bytes\./);
    assert.match(stderr, /trades\.jsonl\.gz was removed, as `keep\.files` asks for\./);
    assert.match(stderr, /\nFinished: 3 files, the last one \S+\/trades-000002\.jsonl\.gz\n/);
  });

  it('runs a pipeline file by the name of its feed, and says in JSON what became of its files', async (t) => {
    const { url } = await feed(t, sends(...RECORDS));
    const folder = join(await temporaryFolder(t), 'out');
    const file = await feedFile(t, url, join(folder, '{feed}/{field:s}.jsonl'));
    const { status, stderr } = await warmSpillway(t, ['run', file, '--json']);
    assert.equal(status, 0, stderr);
    const lines = jsonLines(stderr);
    const [even, odd] = ['even', 'odd'].map((name) => join(folder, 'my%20feed', `${name}.jsonl`));
    assert.deepEqual(
      lines.filter(({ event }) => event === 'rolled').map(({ path, records }) => [path, records]),
      [
        [even, 4],
        [odd, 3],
      ],
    );
    const summary = lines.find(({ type }) => type === 'summary');
    assert.deepEqual(summary?.['rolled'], { rolled: 2, newest: odd, open: [], gone: 0 });
    assert.deepEqual(
      linesOf(odd!),
      RECORDS.filter((_, n) => n % 2 === 1),
    );
    // The manifest is where the first part that changes is.
    assert.equal(sealedFiles(join(folder, 'my%20feed')).length, 2);
  });

  it('says which file stays open for the next run, and goes on in it', async (t) => {
    const folder = await temporaryFolder(t);
    for (let run = 1; run <= 2; run++) {
      const { url } = await feed(t, sends(...RECORDS));
      const args = ['capture', url, '-o', join(folder, 'out/%Y.jsonl'), '--state', join(folder, 'state')];
      const { status, stderr } = await warmSpillway(t, args);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /%Y\.jsonl\nFinished: no file; \S+\.jsonl\.part stays open for the next run\n/);
      assert.match(
        stderr,
        new RegExp(`\\.part stays open, with ${run * 7} records: the next run with this state goes on`),
      );
    }
    const [part] = allFiles(join(folder, 'out')).filter((name) => name.endsWith('.part'));
    // With the gap in between.
    assert.equal(linesOf(join(folder, 'out', part!)).length, 15);
  });

  for (const [what, args, message] of [
    ['{feed} without a name', ['-o', '{feed}.jsonl'], /Nobody says what \{feed\} stands for/],
    ['append', ['-o', '%H.jsonl', '--append'], /append: Files that are finished one after another are never replaced/],
    ['pretty', ['-o', '%H.jsonl', '--pretty'], /pretty: Such files have one record a line/],
    ['a size that is none', ['-o', '%H.jsonl', '--roll-bytes', '10 parsecs'], /bytes/],
    ['a time that is none', ['-o', '%H.jsonl', '--roll-every', '1hour'], /--roll-every: Expected /],
    ['a time of one file that is none', ['-o', 'a.jsonl', '--drain-timeout', '5x'], /--drain-timeout: Expected /],
    ['flags without a file', ['--roll-every', '1h'], /--roll-every: It rules how a file is written: name one with -o/],
    ['a part of the time that there is not', ['-o', '%S.jsonl'], /Nobody fills `%S` in here/],
  ] as const) {
    it(`refuses ${what}`, async (t) => {
      const cwd = await temporaryFolder(t);
      const { status, stderr } = await warmSpillway(t, ['capture', 'ws://127.0.0.1:9', ...args], { cwd });
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.deepEqual(allFiles(cwd), []);
    });
  }

  it('is told by doctor who has the folder, and what earlier runs have left', async (t) => {
    const { url } = await feed(t, sends(...RECORDS));
    const folder = join(await temporaryFolder(t), 'out');
    mkdirSync(folder);
    writeFileSync(join(folder, '10.jsonl.part'), '{}\n');
    const file = await feedFile(t, url, join(folder, '%H.jsonl'));
    const looks = async (): Promise<Record<string, unknown>> => {
      const { stdout } = await warmSpillway(t, ['doctor', file, '--json']);
      const found = jsonLines(stdout).filter(({ side }) => side === 'sink');
      return Object.fromEntries(found.map(({ name, detail }) => [name as string, detail]));
    };
    const { lock, manifest, files, ...others } = await looks();
    assert.deepEqual([lock, manifest], ['nobody writes there', 'there is none yet']);
    assert.match(String(files), /^1 that earlier runs have not finished/);
    assert.deepEqual(Object.keys(others), ['folder', 'free space', 'compression']);
    assert.deepEqual(allFiles(folder), ['10.jsonl.part']);
    const sink = rolledFiles(join(folder, '%d.jsonl'));
    await until(() => existsSync(join(folder, '.spillway/holder.json')));
    assert.match(String((await looks())['lock']), new RegExp(`^process ${process.pid} on .* is writing there$`));
    sink.destroy();
  });
});

/** A pipeline file of a feed that has a name. */
async function feedFile(t: TestContext, url: string, path: string): Promise<string> {
  const file = join(await temporaryFolder(t), 'feed.json');
  const source = { type: 'websocket', config: { url, idle_timeout: 30 } };
  const pipeline = { source, sink: { type: 'jsonl', config: { path } } };
  writeFileSync(file, JSON.stringify({ version: 1, name: 'my feed', pipeline }));
  return file;
}
