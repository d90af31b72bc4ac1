import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { numbered } from '../flows/support/numbered.js';
import { freePorts } from '../support/kafka/ports.js';
import { until } from '../support/until.js';
import { jsonLines, spillway, temporaryFolder } from './cli.js';

describe('a run with a spool and `delivery: exactly_once` that begins while no broker is there', () => {
  it('receives into the spool, and ends well with what it has, and so does the next', async (t) => {
    const { run, bytes } = await awayFeed(t, { drain_timeout: 0.3 });
    let records = 0;
    for (let times = 1; times <= 2; times++) {
      const before = bytes();
      const { child, err, exit } = run();
      await err.until(/"event":"sink_away"/);
      await until(() => bytes() > before + 1_000_000);
      child.kill('SIGTERM');
      const { status, stderr } = await exit;
      assert.equal(status, 0, stderr);
      const summary = jsonLines(stderr).find(({ type }) => type === 'summary')!;
      const left = summary['spool'] as Record<string, number>;
      assert.deepEqual([summary['ended'], summary['records']], ['stopped', 0]);
      assert.equal(left['backlog_records'], records + (summary['received'] as number));
      records = left['backlog_records']!;
    }
  });

  it('ends when `message_timeout` is over, and says what the spool keeps', async (t) => {
    const { run } = await awayFeed(t, { message_timeout: 2 });
    const { status, stderr } = await run().exit;
    assert.equal(status, 1, stderr);
    const { code, message } = jsonLines(stderr).find(({ type }) => type === 'error')! as Record<string, string>;
    assert.equal(code, 'ERR_SINK');
    assert.match(message!, /^The feed cannot be taken over as trades: /);
    assert.match(
      message!,
      /The spool in \S+ keeps [\d,]+ records that the sink has not stored: the next run begins with them\.$/,
    );
  });
});

async function awayFeed(t: TestContext, sink: object) {
  const folder = await temporaryFolder(t);
  const spool = join(folder, 'spool');
  const file = join(folder, 'feed.json');
  const [port] = await freePorts(1);
  const { url } = await numbered(t, 100);
  const config = { brokers: `127.0.0.1:${port}`, topic: { type: 'fixed', name: 'trades' }, ...sink };
  writeFileSync(
    file,
    JSON.stringify({
      version: 1,
      name: 'trades',
      delivery: 'exactly_once',
      pipeline: {
        state: join(folder, 'state'),
        spool: { path: spool, max_bytes: 100_000_000 },
        source: { type: 'websocket', config: { url, unbounded: true } },
        sink: { type: 'kafka', config },
      },
    }),
  );
  return {
    run: () => spillway(t, ['run', file, '--json']),
    /** What is in the spool. */
    bytes: () => sizesIn(spool).reduce((sum, size) => sum + size, 0),
  };
}

function sizesIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.spool'))
      .map((name) => statSync(join(folder, name)).size);
  } catch {
    return [];
  }
}
