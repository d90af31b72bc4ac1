import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { ROOT, temporaryFolder } from '../cli/cli.js';

it('what was built is used again as long as nothing has changed that it is made of, nor it itself', async (t) => {
  const root = await temporaryFolder(t);
  const script = join(root, 'tools/built.js');
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  await cp(join(ROOT, 'tools/built.js'), script);
  for (const folder of ['lib', 'dist', 'build']) await mkdir(join(root, folder));
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'lib/a.ts'), 'a');
  assert.deepEqual([run().status, run('--note').status, run().status], [1, 0, 0]);
  for (const path of ['lib/a.ts', 'lib/b.ts', 'dist/a.js', 'tsconfig.json']) {
    await writeFile(join(root, path), 'b');
    assert.equal(run().status, 1, path);
    run('--note');
  }
  assert.equal(run().status, 0);
});
