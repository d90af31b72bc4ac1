import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogReporter } from '../../../lib/cli/report/log-reporter.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import { ConfigError } from '../../../lib/errors.js';
import { NO_STATS } from '../../../lib/telemetry/readings.js';
import { gapOf } from '../../../lib/testing/index.js';
import { feed } from '../../support/feed.js';
import { jsonLines, pipelineFile, spillway } from '../cli.js';
import { FakeTerminal } from '../fake-terminal.js';

describe('--log json', () => {
  it('has each line in the shape of pino: level, time, pid, hostname, name, feed, event, facts, msg', () => {
    const { reporter, lines } = logging();
    reporter.named('trades');
    reporter.event('connected', { url: 'wss://x/', connection: 1, protocol: '', offered: [], isCompressed: false });
    const [line] = lines();
    const { level, time, pid, hostname, name, feed: of, event, msg, connection, is_compressed: isCompressed } = line!;
    assert.deepEqual([level, pid, name, of, event], [30, process.pid, 'spillway', 'trades', 'connected']);
    assert.deepEqual([connection, isCompressed, msg], [1, false, 'Connected: connection 1.']);
    assert.ok(Math.abs((time as number) - Date.now()) < 60_000);
    assert.ok(typeof hostname === 'string' && hostname !== '');
  });

  it('says by the level what somebody may have to look at', () => {
    const { reporter, lines } = logging();
    reporter.event('gap', gapOf({ cause: 'sequence', missing: 9n ** 20n }));
    reporter.event('paused', { bufferedFrames: 1, bufferedBytes: 1 });
    reporter.notice({ facts: { event: 'rolled', path: 'a' }, message: 'Finished a.' });
    reporter.notice({ facts: { event: 'file_deleted' }, message: 'It was deleted.' });
    reporter.stopping('SIGTERM');
    reporter.failure(new ConfigError([{ path: 'x', message: 'No.' }]));
    reporter.abandoned();
    assert.deepEqual(
      lines().map(({ level, event }) => [level, event]),
      [
        [40, 'gap'],
        [30, 'rolled'],
        [40, 'file_deleted'],
        [30, 'stopping'],
        [60, 'failed'],
        [60, 'abandoned'],
      ],
    );
    const [gap, , , , failed] = lines();
    assert.equal(gap!['missing'], String(9n ** 20n));
    assert.deepEqual((failed!['err'] as { code: string }).code, 'ERR_CONFIG');
    const verbose = logging(true);
    verbose.reporter.event('paused', { bufferedFrames: 1, bufferedBytes: 1 });
    assert.equal(verbose.lines()[0]!['level'], 20);
  });

  it('ends with the summary, and no progress comes before', () => {
    const { reporter, lines } = logging();
    assert.equal(reporter.progressEveryMs, undefined);
    const rest = { signal: undefined, errorCode: undefined, elapsedMs: 5, target: 'out.jsonl' } as const;
    reporter.summary({ ended: 'stopped', records: 7, stats: { ...NO_STATS, frames: 8 }, ...rest });
    const [line] = lines();
    assert.deepEqual([line!['ended'], line!['records'], line!['frames'], line!['elapsed_ms']], ['stopped', 7, 8, 5]);
    assert.match(String(line!['msg']), /^Ended: stopped by request\. 7 records are safely written\.$/);
  });

  it('is what a run says, and nothing is said twice', async (t) => {
    const server = await feed(t, async (client) => {
      await client.sendMany(['{"n":1}', 'no JSON']);
      await client.close(1000);
    });
    const { file } = await pipelineFile(t, { url: server.url, idle_timeout: 60, on_parse_error: 'skip' });
    const { status, stderr } = await spillway(t, ['run', file, '--log', 'json']).exit;
    assert.equal(status, 0, stderr);
    const events = jsonLines(stderr).map(({ event }) => event);
    assert.deepEqual(events.toSorted(), ['connected', 'disconnected', 'refused', 'subscribed', 'summary'].toSorted());
    for (const line of jsonLines(stderr))
      assert.ok(['level', 'time', 'pid', 'hostname', 'name', 'msg'].every((key) => key in line));
    const quiet = await spillway(t, ['run', file, '--log', 'json', '--quiet']).exit;
    assert.equal(quiet.stderr, '');
    const both = await spillway(t, ['run', file, '--log', 'json', '--json']).exit;
    assert.equal(both.status, 2);
  });
});

function logging(verbose = false) {
  const terminal = new FakeTerminal(400);
  terminal.isTTY = false;
  return { reporter: new LogReporter(new Output(terminal), verbose), lines: () => jsonLines(terminal.text) };
}
