import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { idleLinesIn, isCovered } from '../../../tools/mutants/covered-lines.js';
import { tempFolder } from '../../support/temp-folder.js';

const SOURCE = `interface Given {
  readonly a: number;
}

export function used({ a }: Given): string {
  if (a > 1) {
    return 'more';
  }
  return 'less';
}

export function unused(): string {
  const text = 'never';
  return text;
}
`;

describe('idleLinesIn()', () => {
  it('has the lines that ran in none of the processes that loaded the file, and knows no other file', async (t) => {
    const { folder, coverage, run } = await project(t);
    run('0');
    const only = idleLinesIn(coverage, folder);
    assert.deepEqual(Object.keys(only), ['lib/a.ts']);
    assert.deepEqual(
      [2, 6, 7, 9, 13, 14].map((line) => isCovered(only, { file: 'lib/a.ts', line, lastLine: line })),
      [true, true, false, true, false, false],
    );
    run('2');
    assert.deepEqual(idleLinesIn(coverage, folder), { 'lib/a.ts': [13, 14] });
    assert.equal(isCovered({}, { file: 'lib/a.ts', line: 1, lastLine: 1 }), false);
  });

  it('goes by the inner lines of a block', async (t) => {
    const { folder, coverage, run } = await project(t);
    run('0');
    const idle = idleLinesIn(coverage, folder);
    assert.equal(isCovered(idle, { file: 'lib/a.ts', line: 5, lastLine: 10 }), true);
    assert.equal(isCovered(idle, { file: 'lib/a.ts', line: 12, lastLine: 15 }), false);
  });

  it('does without what a process that was killed has written in part', async (t) => {
    const { folder, coverage, run } = await project(t);
    run('2');
    await writeFile(join(coverage, 'coverage-torn.json'), '{"result":[{"scr');
    assert.deepEqual(idleLinesIn(coverage, folder), { 'lib/a.ts': [13, 14] });
  });
});

async function project(t: Parameters<typeof tempFolder>[0]) {
  const folder = await tempFolder(t);
  const coverage = join(folder, 'coverage');
  await mkdir(join(folder, 'lib'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'lib/a.ts'), SOURCE);
  await writeFile(
    join(folder, 'main.ts'),
    "import { used } from './lib/a.ts';\nused({ a: Number(process.argv[2]) });\n",
  );
  const run = (argument: string): void => {
    const env = { ...process.env, NODE_V8_COVERAGE: coverage };
    const args = ['--import', import.meta.resolve('tsx'), 'main.ts', argument];
    execFileSync(process.execPath, args, { cwd: folder, env });
  };
  return { folder, coverage, run };
}
