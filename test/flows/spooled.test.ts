import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { spillway, start, temporaryFolder } from '../cli/cli.js';
import { program } from '../support/program.js';
import { killed } from './support/killed.js';
import { checkStored, newestIn, numbered } from './support/numbered.js';
import { randomNumbers, seedOf } from './support/seed.js';

const SLOW_SINK = program(join(import.meta.dirname, 'processes/spooled.ts'));

describe('a run with a spool that is killed at any moment, again and again,', { concurrency: 2 }, () => {
  for (const bytes of [1, 100_000]) {
    it(`stores each record once, in order, and tells what is missing: a file, records of ${bytes} bytes`, async (t) => {
      const folder = await temporaryFolder(t);
      const output = join(folder, 'out.jsonl');
      // The last run stores all that is in the spool.
      const server = await numbered(t, bytes, ['a'], bytes === 1 ? 20_000 : 500);
      const args = [
        ...['capture', server.url, '--state', join(folder, 'state'), '--spool', join(folder, 'spool'), '-o', output],
        ...['--batch-size', '20', '--linger', '2ms', '--quiet'],
      ];
      const most = Math.min(4_000, 10_000_000 / bytes);
      const stored = await killed({
        ...{ random: randomNumbers(seedOf(t)), state: join(folder, 'state'), most },
        begin: () => spillway(t, args),
      });
      const { status, stderr } = await spillway(t, [...args, '--max-messages', '100']).exit;
      assert.equal(status, 0, stderr);
      checkWhole(output, folder, stored + 100);
      const verified = await spillway(t, ['verify', join(folder, 'state'), '--sequence', 'n']).exit;
      assert.equal(verified.status, 0, verified.stdout);
      assert.deepEqual(segmentsIn(folder), []);
    });
  }

  it('stores each record once, in order, and tells what is missing: a sink that is slow', async (t) => {
    const folder = await temporaryFolder(t);
    const server = await numbered(t, 100);
    const run = (...args: string[]) => start(t, process.execPath, [...SLOW_SINK, server.url, folder, ...args]);
    const stored = await killed({
      ...{ random: randomNumbers(seedOf(t)), state: join(folder, 'state'), most: 8_000, progress: server.sent },
      begin: () => run('5'),
    });
    const { status, stderr } = await run('0', '100').exit;
    assert.equal(status, 0, stderr);
    checkWhole(join(folder, 'out.jsonl'), folder, stored + 100);
    assert.deepEqual(segmentsIn(folder), []);
  });
});

/** All that the ledger knows is there, and at least so much. */
function checkWhole(output: string, folder: string, least: number): void {
  const next = checkStored(output, ['not_running']);
  assert.equal(next, newestIn(join(folder, 'state')));
  assert.ok(next >= least, `${next} frames, and at least ${least} were stored`);
}

function segmentsIn(folder: string): string[] {
  return readdirSync(join(folder, 'spool')).filter((name) => name.startsWith('seg-'));
}
