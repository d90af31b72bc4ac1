import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { feed as serve } from '../support/feed.js';
import { until } from '../support/until.js';
import { jsonLines, spillway, temporaryFolder } from './cli.js';
import { warmSpillway } from './warm.js';

// A pipe holds 64 KiB: most of these records find no room in it.
const RECORDS = Array.from({ length: 2_000 }, (_, n) => `{"n":${n},"filling":"${'x'.repeat(500)}"}`);

describe('capture --spool', () => {
  it('pauses no socket for a sink that stands still, and keeps what that did not take, which is no fault', async (t) => {
    const { url, hasSentAll } = await server(t);
    const folder = await temporaryFolder(t);
    const spool = join(folder, 'spool');
    const args = ['capture', url, '--spool', spool, '--batch-size', '50', '--json', '--verbose'];
    const running = spillway(t, [...args, '--drain-timeout', '500ms'], { isStdoutUnread: true });
    await until(hasSentAll);
    await running.err.until(/"event":"connected"/);
    await until(() => spooledIn(spool) > RECORDS.length * 500);
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    assert.equal(status, 0, stderr);
    const lines = jsonLines(stderr);
    assert.equal(
      lines.find(({ event }) => event === 'paused'),
      undefined,
    );
    const summary = lines.find(({ type }) => type === 'summary')!;
    const left = summary['spool'] as Record<string, number>;
    assert.equal(summary['ended'], 'stopped');
    assert.equal(left['backlog_records']! + (summary['records'] as number), RECORDS.length);
    assert.ok(left['backlog_bytes']! > left['backlog_records']! * 500);
    assert.equal(left['dropped'], 0);
    assert.ok(left['backlog_ms']! >= 0);

    // The next run begins with them, whatever its sink.
    const output = join(folder, 'out.jsonl');
    const next = await spillway(t, [...args, '-o', output, '--max-messages', '3']).exit;
    assert.equal(next.status, 0, next.stderr);
    const told = jsonLines(next.stderr).find(({ event }) => event === 'backlog')!;
    assert.equal(told['records'], left['backlog_records']);
    const stored = jsonLines(readFileSync(output, 'utf8')) as unknown as { n?: number; gap?: { cause: string } }[];
    const from = RECORDS.length - left['backlog_records']!;
    assert.deepEqual(
      stored.map(({ n, gap }) => gap?.cause ?? n),
      [...RECORDS.keys()].slice(from).concat(['not_running', 0, 1, 2] as never),
    );
  });

  it('tells the backlog to people, too', async (t) => {
    const { url } = await server(t);
    const spool = join(await temporaryFolder(t), 'spool');
    const args = ['capture', url, '--spool', spool, '--drain-timeout', '300ms', '-n', '2000', '--batch-size', '50'];
    const { status, stderr } = await spillway(t, args, { isStdoutUnread: true }).exit;
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /Spool: +[\d,]+ records \(\S+ \S+, the oldest \S+ \S+ old\) are in \S+, and go first in the next run/,
    );
    assert.doesNotMatch(stderr, /not written/);
  });

  it('prints the pipeline file that does the same', async (t) => {
    const args = ['capture', 'ws://localhost:1', '--print-config', '--spool', './spool'];
    assert.match((await warmSpillway(t, args)).stdout, /\n {2}spool: \.\/spool\n/);
    const flags = ['--spool-max-bytes', '2000000', '--spool-on-full', 'drop_oldest', '--spool-sync', '1s'];
    assert.match(
      (await warmSpillway(t, [...args, ...flags])).stdout,
      /\n {2}spool:\n {4}path: \.\/spool\n {4}max_bytes: 2000000\n {4}on_full: drop_oldest\n {4}sync: 1s\n/,
    );
  });

  for (const [args, sentence] of [
    [['--spool-sync', 'page'], /--spool-sync: It rules what the spool does: name its folder with --spool\./],
    [
      ['--spool', 'a', '--spool-max-bytes', '5'],
      /--spool-max-bytes: Expected a number of bytes, or text with a unit such as "100MB" or "1GiB", of at least 1 MiB, but found 5\./,
    ],
    [['--spool', 'a', '--spool-max-bytes', 'much'], /--spool-max-bytes: Expected a number of bytes/],
    [
      ['--spool', 'a', '--spool-max-bytes', '100kB'],
      /--spool-max-bytes: Expected a number of bytes, or text .*, of at least 1 MiB, but found 100000\./,
    ],
    [['-o', 'a/%Y.jsonl', '--roll-bytes', '0B'], /--roll-bytes: Expected a number of bytes, or text .*, but found 0\./],
    [
      ['--spool', 'a', '--spool-sync', 'soon'],
      /--spool-sync: Expected a duration of at least 1 ms \(.*\), or `page` or `never`, but found the text "soon"\./,
    ],
    [['--spool', 'a', '--spool-on-full', 'wait'], /Allowed choices are block, drop_oldest, drop_newest/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async (t) => {
      const { status, stderr } = await warmSpillway(t, ['capture', 'ws://localhost:1', ...args]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, sentence);
    });
  }
});

describe('the doctor', () => {
  it('looks at the spool: its folder, its lock, the room, and what waits', async (t) => {
    const { url } = await server(t);
    const folder = await temporaryFolder(t);
    const spool = join(folder, 'spool');
    const look = async (maxBytes = 2_000_000) => {
      const file = join(folder, 'feed.yaml');
      writeFileSync(
        file,
        JSON.stringify({
          version: 1,
          pipeline: {
            spool: { path: spool, max_bytes: maxBytes },
            source: { type: 'websocket', config: { url, unbounded: true } },
            sink: { type: 'jsonl', config: { path: join(folder, 'out.jsonl') } },
          },
        }),
      );
      const { stdout } = await warmSpillway(t, ['doctor', file, '--json']);
      return jsonLines(stdout).find(({ name }) => name === 'spool')!;
    };
    const { status, detail } = await look();
    assert.equal(status, 'ok');
    assert.match(detail as string, /can be written to, and nothing waits there; \S+ \S+ free$/);
    mkdirSync(spool);
    writeFileSync(join(spool, 'seg-0000000000000001.spool'), 'x'.repeat(5_000));
    assert.match((await look())['detail'] as string, /1 segment \(5\.0 kB\) wait there/);
    assert.match((await look(2 ** 50))['detail'] as string, /and `max_bytes` is/);
    mkdirSync(join(spool, 'lock'));
    writeFileSync(join(spool, 'holder.json'), JSON.stringify({ pid: process.pid, host: 'elsewhere', since: 0 }));
    assert.deepEqual((await look())['status'], 'failed');
    assert.match((await look())['detail'] as string, /^process \d+ on .* is using/);
  });
});

async function server(t: TestContext) {
  let sent = 0;
  const { url } = await serve(t, async (client) => {
    await client.sendMany(RECORDS);
    sent += RECORDS.length;
  });
  return { url, hasSentAll: () => sent >= RECORDS.length };
}

function spooledIn(folder: string): number {
  try {
    return readFileSync(join(folder, 'seg-0000000000000001.spool')).length;
  } catch {
    return 0;
  }
}
