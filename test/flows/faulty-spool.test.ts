import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { spillway, temporaryFolder } from '../cli/cli.js';
import { FAULTS, failingRuns } from './support/faulty-run.js';
import { checkStored, numbered } from './support/numbered.js';

describe('runs with a spool and a state whose disk fails at the n-th call that changes it, one after another,', {
  concurrency: 2,
}, () => {
  for (const fault of FAULTS) {
    it(`store each record once, in order, and tell what is missing: ${fault}`, async (t) => {
      const folder = await temporaryFolder(t);
      const disk = join(folder, 'disk');
      const output = join(disk, 'out.jsonl');
      const [state, spool] = [join(disk, 'state'), join(disk, 'spool')];
      const server = await numbered(t, 100);
      const args = [
        ...['capture', server.url, '--state', state, '--spool', spool, '--spool-max-bytes', '1048576'],
        ...['-o', output, '--max-messages', '400', '--batch-size', '20', '--linger', '2ms', '--quiet'],
      ];
      const before = await failingRuns(t, { fault, disk, state, args, calls: [20, 120], mayTakeBack: true });
      const { status, stderr } = await spillway(t, args).exit;
      assert.equal(status, 0, stderr);
      const stored = checkStored(output, ['not_running', ...(fault === 'power' ? ['damaged'] : [])]);
      const verified = await spillway(t, ['verify', state, '--sequence', 'n']).exit;
      assert.equal(verified.status, 0, verified.stdout);
      assert.ok(stored >= before + 400, `${stored} stored, ${before} were on the disk before the last 400`);
      assert.deepEqual(
        readdirSync(spool).filter((name) => name.startsWith('seg-') && name.endsWith('.spool')),
        [],
      );
    });
  }
});
