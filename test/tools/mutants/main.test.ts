import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { idleLinesIn } from '../../../tools/mutants/covered-lines.js';
import { runTest } from '../../../tools/mutants/run-test.js';
import { ROOT, start } from '../../cli/cli.js';
import { compile } from '../../compile.js';
import { program } from '../../support/program.js';
import { tempFolder } from '../../support/temp-folder.js';

const FILES = {
  'package.json': '{ "type": "module" }',
  'tsconfig.json': '{ "compilerOptions": { "strict": true, "target": "es2022", "module": "nodenext", "types": [] } }',
  '.gitignore': 'node_modules\n',
  'lib/age.ts': `export function isOfAge(years: number): boolean {
  return years >= 18;
}

export function nobodyCalls(years: number): number {
  const lived = years;
  return lived * 365;
}
`,
  'lib/later.ts': 'export const first = 1;\n',
  'test/age.test.ts': `import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isOfAge } from '../lib/age.js';
it('knows who is old enough', () => {
  assert.equal(isOfAge(30), true);
  assert.equal(isOfAge(3), false);
});
`,
  'test/broken.test.ts': `import { isOfAge } from '../lib/age.js';
throw new Error(String(isOfAge(1)));
`,
  'test/endless.test.ts': `import '../lib/later.js';
setInterval(() => {}, 1000);
`,
  'test/loop.test.ts': 'for (;;);',
  'test/leaving.test.ts': `import { spawn } from 'node:child_process';
import { join } from 'node:path';
spawn(process.execPath, [join(process.env.SPILLWAY_COMPILED!, 'test/left.js')], { stdio: 'ignore' }).unref();
`,
  'test/left.ts': `import { nobodyCalls } from '../lib/age.js';
setTimeout(() => nobodyCalls(1), 300);
`,
  'tools/mutants/accepted.json': JSON.stringify([
    { file: 'lib/age.ts', before: 'return lived * 365;', after: 'return lived / 365;', because: 'Nobody calls it.' },
    { file: 'lib/age.ts', before: 'return 1;', after: 'return 0;', because: 'It is gone.' },
  ]),
};

describe('npm run mutants', () => {
  it('tells what survives, with the tests that ran, and leaves the tree as it is', async (t) => {
    const folder = await project(t);
    const { status, stdout } = await mutants(t, folder, 'lib/age.ts').exit;
    assert.equal(
      stdout.replace(/seed \d+/, 'seed 1'),
      `3 of 3 mutants, seed 1.
SURVIVED lib/age.ts:2 operator changed
    - return years >= 18;
    + return years > 18;
    ran test/age.test.ts
NOT COVERED lib/age.ts:7 number changed
    - return lived * 365;
    + return lived * 0;
    no test that passes runs this line
1 of 3 killed (33 %), 1 survived, 1 not covered.
Left out, since they fail without a mutant: test/broken.test.ts
No longer there, to be taken out of tools/mutants/accepted.json: lib/age.ts
    - return 1;
    + return 0;
`,
    );
    assert.equal(status, 1);
    assertUntouched(folder);
  });

  it('tries what changed', async (t) => {
    const folder = await project(t);
    await writeFile(join(folder, 'lib/age.ts'), FILES['lib/age.ts'].replace('>= 18', '>= 21'));
    await writeFile(join(folder, 'test/age.test.ts'), FILES['test/age.test.ts'].replace('(30)', '(21)'));
    const { status, stdout } = await mutants(t, folder, '--seed', '1').exit;
    assert.match(
      stdout,
      /^Of the lines of lib\/ that changed since [0-9a-f]+:\n2 of 2 mutants, seed 1\.\n2 of 2 killed/,
    );
    assert.equal(status, 0);
    assert.ok(existsSync(join(folder, 'node_modules/.cache/mutants/baselines.json')));
  });

  it('ends on a signal with all that it has started, and leaves nothing behind', async (t) => {
    const folder = await project(t);
    const temporary = await tempFolder(t);
    const running = mutants(t, folder, 'lib/later.ts', { TMPDIR: temporary });
    await running.out.until(/1 of 1 mutants/);
    running.child.kill('SIGINT');
    const { status } = await running.exit;
    assert.equal(status, 130);
    assertUntouched(folder);
    assert.deepEqual(
      readdirSync(temporary).filter((name) => name.startsWith('mutants-')),
      [],
    );
  });

  it('tells what survives of the whole tree at once, and again at the end', async (t) => {
    const folder = await project(t);
    const { stdout, stderr } = await mutants(t, folder, '--all', '9', 'lib/age.ts').exit;
    for (const text of [stdout, stderr])
      assert.match(text, /^SURVIVED lib\/age\.ts:2 operator changed\n {4}- return years >= 18;/m);
  });

  it('says what it did not get to when time is up', async (t) => {
    const folder = await project(t);
    const { stdout } = await mutants(t, folder, 'lib/later.ts', '--seconds', '1').exit;
    assert.match(stdout, /^1 of 1 mutants, seed \d+\.\n0 of 0 killed .*Time was up before 1 more were tried\.\n$/);
  });

  it('refuses an option that it does not know', async (t) => {
    const { status, stderr } = await mutants(t, await project(t), '--alle').exit;
    assert.equal(status, 2);
    assert.match(stderr, /Unknown option '--alle'/);
  });
});

describe('runTest()', () => {
  it('tells a test that takes too long from one that fails, and from one that lets nothing else happen', async (t) => {
    const folder = await project(t);
    await compile(folder);
    const options = { folder, temporary: folder, signal: new AbortController().signal };
    assert.equal(await runTest('test/endless.test.ts', { ...options, limitMs: 1_000 }), 'timed out');
    assert.equal(await runTest('test/loop.test.ts', { ...options, limitMs: 1_000, answerMs: 1_000 }), 'endless');
    assert.equal(await runTest('test/broken.test.ts', options), 'failed');
    assert.equal(await runTest('test/age.test.ts', options), 'passed');
    assert.equal(await runTest('test/age.test.ts', { ...options, signal: AbortSignal.abort() }), 'stopped');
  });

  it('knows what was run by a process that ends after the test', async (t) => {
    const folder = await project(t);
    await compile(folder);
    const coverage = join(folder, 'coverage');
    const options = { folder, temporary: folder, coverage, signal: new AbortController().signal };
    assert.equal(await runTest('test/leaving.test.ts', options), 'passed');
    assert.deepEqual(idleLinesIn(coverage, folder), { 'lib/age.ts': [2] });
  });
});

function mutants(t: TestContext, folder: string, ...args: (string | Record<string, string>)[]) {
  const options = args.filter((arg) => typeof arg === 'string');
  const env = args.find((arg) => typeof arg === 'object');
  const command = [...program(join(ROOT, 'tools/mutants/main.ts')), ...options];
  return start(t, process.execPath, command, { cwd: folder, longestMs: 120_000, ...(env && { env }) });
}

/** A small project in a repository of its own. */
async function project(t: TestContext): Promise<string> {
  const folder = await tempFolder(t);
  for (const [file, text] of Object.entries(FILES)) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  await mkdir(join(folder, 'node_modules'));
  for (const name of ['tsx', 'typescript'])
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
  };
  git('init', '--quiet');
  git('commit', '--quiet', '--allow-empty', '--message', 'None');
  git('add', '.');
  git('commit', '--quiet', '--message', 'All');
  return folder;
}

function assertUntouched(folder: string): void {
  assert.equal(execFileSync('git', ['status', '--porcelain'], { cwd: folder, encoding: 'utf8' }), '');
  for (const [file, text] of Object.entries(FILES)) assert.equal(readFileSync(join(folder, file), 'utf8'), text);
}
