import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { spillway, temporaryFolder } from '../cli/cli.js';
import { allFiles, linesOf, sealedFiles } from '../sink/rolled/support.js';
import { FAULTS, failingRuns } from './support/faulty-run.js';
import { checkFiles, numbered, type StoredLine } from './support/numbered.js';

describe('runs with a state whose files are rolled, and whose disk fails at the n-th call that changes it,', {
  concurrency: 2,
}, () => {
  for (const suffix of ['', '.gz']) {
    for (const fault of FAULTS) {
      it(`store each record once, in order over their files, and tell what is missing: out.jsonl${suffix}, ${fault}`, async (t) => {
        const disk = join(await temporaryFolder(t), 'disk');
        const [out, state] = [join(disk, 'out'), join(disk, 'state')];
        const server = await numbered(t, 100);
        const args = [
          ...[
            'capture',
            server.url,
            '--state',
            state,
            '-o',
            join(out, `%Y/out.jsonl${suffix}`),
            '--roll-records',
            '60',
          ],
          ...['--max-messages', '400', '--batch-size', '20', '--linger', '2ms', '--quiet'],
        ];
        const durable = await failingRuns(t, { fault, disk, state, args, calls: [30, 150] });
        const { status, stderr } = await spillway(t, args).exit;
        assert.equal(status, 0, stderr);
        const parts = allFiles(out).filter((path) => path.endsWith('.part'));
        const files = [...sealedFiles(out), ...parts.map((path) => ({ path }))].map((file) => {
          return { ...file, lines: linesOf(join(out, file.path)).map((line) => JSON.parse(line) as StoredLine) };
        });
        const stored = checkFiles(files, ['not_running', ...(fault === 'power' ? ['damaged'] : [])]);
        assert.ok(stored >= durable + 400, `${stored} stored, ${durable} were on the disk before the last 400`);
        for (const path of [out, state]) {
          const verified = await spillway(t, ['verify', path, '--sequence', 'n']).exit;
          assert.equal(verified.status, 0, verified.stdout);
        }
      });
    }
  }
});
