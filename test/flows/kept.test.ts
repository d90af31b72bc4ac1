import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { spillway, temporaryFolder } from '../cli/cli.js';
import { killed } from './support/killed.js';
import { checkStored, numbered } from './support/numbered.js';
import { randomNumbers, seedOf } from './support/seed.js';

describe('a run with a state that is killed at any moment, again and again,', { concurrency: 2 }, () => {
  for (const [name, bytes] of [
    ['out.jsonl', 1],
    ['out.jsonl', 100_000],
    ['out.jsonl.gz', 100],
  ] as const) {
    it(`stores each record once, in order, and tells what is missing: ${name}, records of ${bytes} bytes`, async (t) => {
      const random = randomNumbers(seedOf(t));
      const folder = await temporaryFolder(t);
      const output = join(folder, name);
      const state = join(folder, 'state');
      const server = await numbered(t, bytes);
      const args = [
        ...['capture', server.url, '--state', state, '-o', output],
        ...['--batch-size', '20', '--linger', '2ms', '--quiet'],
      ];
      const most = Math.min(4_000, 10_000_000 / bytes);
      const stored = await killed({ random, state, most, begin: () => spillway(t, args) });
      const last = spillway(t, [...args, '--max-messages', '100']);
      const { status, stderr } = await last.exit;
      assert.equal(status, 0, stderr);
      assert.equal(checkStored(output, ['not_running']), stored + 100);
      const verified = await spillway(t, ['verify', state, '--sequence', 'n']).exit;
      assert.equal(verified.status, 0, verified.stdout);
      assert.match(verified.stdout, /well: .* held against the numbers of the feed and its ledger/);
    });
  }
});
