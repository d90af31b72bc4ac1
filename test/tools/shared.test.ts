import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { ROOT } from '../support/readme.js';

it('test files that keep to themselves share a process, and others have one each', async (t) => {
  const compiled = await mkdtemp(join(tmpdir(), 'spillway-shared-'));
  t.after(() => rm(compiled, { recursive: true, force: true }));
  const { programsOf } = (await import(join(ROOT, 'test/shared.js'))) as {
    programsOf(files: readonly string[], compiled: string): string[];
  };
  const own = (name: string) => join(compiled, `test/${name}.test.js`);
  const pure = ['json/path', 'connect/intake/gaps', 'json/time'];
  // The last one has any keys in its texts.
  const others = ['cli/run', 'flows/memory', 'examples', 'cli/process/signals', 'cli/report/reporter', 'json/values'];
  const [entry, ...rest] = programsOf(
    [...pure, ...others].map((name) => `${name}.test.ts`),
    compiled,
  );
  assert.deepEqual(rest, others.map(own));
  assert.equal(readFileSync(entry!, 'utf8'), pure.map((name) => `import '../test/${name}.test.js';\n`).join(''));
  assert.deepEqual(programsOf(['json/path.test.ts'], compiled), [own('json/path')]);
});
