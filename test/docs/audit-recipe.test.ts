import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, SPILLWAY, spillway, start, temporaryFolder } from '../cli/cli.js';
import { sealedFiles } from '../sink/rolled/support.js';
import { flip } from '../support/audit-files.js';
import { feed, sends } from '../support/feed.js';
import { pageAt } from '../support/pages.js';

/** The commands of the recipe, in the order in which they stand there. */
const BLOCKS = [
  ...pageAt('docs/kept.md')
    .split('### An audit, years later')[1]!
    .matchAll(/^```sh\n([\s\S]*?)^```$/gm),
]
  .slice(0, 2)
  .map(([, block]) => block!);

describe('the audit that docs/kept.md shows', {
  skip: process.platform !== 'linux' && 'it takes the tools of GNU',
}, () => {
  it('finds nothing wrong in what a run has left, and each file by its hash, also without spillway', async (t) => {
    const folder = await captured(t);
    const [verify, check] = BLOCKS as [string, string];
    const verified = await shell(t, folder, verify);
    assert.equal(verified.status, 0, verified.stderr);
    assert.match(verified.stdout, /^[0-9a-f]{64} {2}-$/m);
    const summary = jsonLines(readFileSync(join(folder, 'audit.jsonl'), 'utf8')).at(-1) as {
      ok: boolean;
      records: number;
    };
    assert.deepEqual([summary.ok, summary.records], [true, 100]);
    const checked = await shell(t, folder, check);
    assert.deepEqual([checked.status, checked.stdout], [0, '']);
  });

  it('finds a file that was changed', async (t) => {
    const folder = await captured(t);
    const [first] = sealedFiles(join(folder, 'out'));
    flip(join(folder, 'out', first!.path), 40);
    for (const block of BLOCKS) assert.notEqual((await shell(t, folder, block)).status, 0, block);
  });
});

/** A folder in which a run has captured a hundred numbered records. */
async function captured(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  const server = await feed(t, sends(...Array.from({ length: 100 }, (_, n) => `{"data":{"u":${n}}}`)));
  const args = ['capture', server.url, '--state', 'state/trades', '-o', 'out/%Y/%m.jsonl.gz', '--roll-records', '30'];
  const { status, stderr } = await spillway(t, args, { cwd: folder }).exit;
  assert.equal(status, 0, stderr);
  return folder;
}

/** Runs commands as a reader does, with `spillway` on the PATH. */
async function shell(t: TestContext, folder: string, commands: string) {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const words = [process.execPath, ...SPILLWAY].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'spillway'), `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(join(bin, 'spillway'), 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  return start(t, 'sh', ['-e', '-c', commands], { cwd: folder, env }).exit;
}
