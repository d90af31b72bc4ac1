import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { spillway, temporaryFolder } from '../cli/cli.js';
import { FAULTS, failingRuns } from './support/faulty-run.js';
import { checkStored, numbered } from './support/numbered.js';

describe('runs with a state whose disk fails at the n-th call that changes it, one after another,', {
  concurrency: 2,
}, () => {
  for (const name of ['out.jsonl', 'out.jsonl.gz']) {
    for (const fault of FAULTS) {
      it(`store each record once, in order, and tell what is missing: ${name}, ${fault}`, async (t) => {
        const folder = await temporaryFolder(t);
        const disk = join(folder, 'disk');
        const output = join(disk, name);
        const state = join(disk, 'state');
        const server = await numbered(t, 100);
        const args = [
          ...['capture', server.url, '--state', state, '-o', output, '--max-messages', '400'],
          ...['--batch-size', '20', '--linger', '2ms', '--quiet'],
        ];
        const durable = await failingRuns(t, { fault, disk, state, args, calls: [12, 60] });
        const { status, stderr } = await spillway(t, args).exit;
        assert.equal(status, 0, stderr);
        const stored = checkStored(output, ['not_running', ...(fault === 'power' ? ['damaged'] : [])]);
        const verified = await spillway(t, ['verify', state, '--sequence', 'n']).exit;
        assert.equal(verified.status, 0, verified.stdout);
        assert.ok(stored >= durable + 400, `${stored} stored, ${durable} were on the disk before the last 400`);
      });
    }
  }
});
