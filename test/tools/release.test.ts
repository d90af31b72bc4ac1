import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { shippedBill } from '../../tools/release/bill-of-materials.js';
import { releasedChangelog, unreleased } from '../../tools/release/changelog.js';
import { nextVersion } from '../../tools/release/next-version.js';
import { program } from '../support/program.js';
import { ROOT } from '../support/readme.js';
import { workFolder } from '../support/run-example.js';

describe('nextVersion()', () => {
  for (const [current, wanted, expected] of [
    ['1.2.3', 'major', '2.0.0'],
    ['1.2.3', 'minor', '1.3.0'],
    ['1.2.3', 'patch', '1.2.4'],
    ['1.2.3', '1.10.0', '1.10.0'],
  ] as const) {
    it(`makes ${expected} of ${current} and ${wanted}`, () => {
      assert.equal(nextVersion(current, wanted), expected);
    });
  }

  for (const wanted of ['1.2.3', '1.1.9', '0.9.9', '1.2', '01.3.0', 'v1.3.0', '1.3.0-rc.1', '']) {
    it(`refuses ${JSON.stringify(wanted)} after 1.2.3`, () => {
      assert.throws(() => nextVersion('1.2.3', wanted), /not higher|Expected/);
    });
  }
});

describe('releasedChangelog()', () => {
  const changelog =
    '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-01-01\n\n- The first.\n';

  it('puts what was unreleased under the version, and leaves a heading for what comes', () => {
    const released = releasedChangelog(changelog, '0.2.0', '2026-11-24');
    assert.match(
      released,
      /## \[Unreleased\]\n\n## \[0\.2\.0\] - 2026-11-24\n\n### Added\n\n- A thing\.\n\n## \[0\.1\.0\]/,
    );
    assert.equal(unreleased(released), '');
  });

  it('refuses to release nothing', () => {
    const nothing = releasedChangelog(changelog, '0.2.0', '2026-11-24');
    assert.throws(() => releasedChangelog(nothing, '0.3.0', '2026-11-25'), /Nothing stands under/);
    assert.throws(() => releasedChangelog('# Changelog\n', '0.3.0', '2026-11-25'), /has no heading/);
  });

  it('can release what the changelog holds now, or holds nothing new', () => {
    assert.doesNotThrow(() => unreleased(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')));
  });
});

describe('npm run release', () => {
  it('rehearses unless it is told to publish: it says each step, and changes nothing', async (t) => {
    const folder = await project(t);
    const { status, stdout, stderr } = release(folder, 'minor');
    assert.equal(stderr, '');
    assert.equal(status, 0);
    const said = stdout.split('\n');
    assert.match(said[0]!, /^A rehearsal of 0\.2\.0: nothing is changed/);
    const steps = [
      /vulnerabilities/,
      /from 0\.1\.0 to 0\.2\.0/,
      /gate/,
      /tag it v0\.2\.0/,
      /of \d+ packages/,
      /provenance/,
    ];
    for (const [index, step] of steps.entries()) assert.match(said[index + 1]!, step);
    assert.match(stdout, /- Something new\./);
    assert.equal(git(folder, 'status', '--porcelain'), '');
    assert.equal(git(folder, 'tag'), '');
  });

  it('tells everything that stands in the way', async (t) => {
    const folder = await project(t);
    git(folder, 'tag', 'v1.0.0');
    writeFileSync(join(folder, 'package.json'), manifest({ repository: undefined }));
    const { status, stderr } = release(folder, '1.0.0');
    assert.equal(status, 1);
    for (const problem of [/tree is not clean/, /a tag v1\.0\.0 already/, /names no `repository`/]) {
      assert.match(stderr, problem);
    }
  });

  it('does not begin to publish where nobody can sign for it', async (t) => {
    const folder = await project(t);
    const { status, stderr } = release(folder, 'patch', '--publish');
    assert.equal(status, 1);
    assert.match(stderr, /nobody can sign for it here/);
    assert.equal(git(folder, 'status', '--porcelain'), '');
  });

  it('refuses what it does not know', async (t) => {
    for (const args of [[], ['minor', '--force'], ['minor', '--publish', '--dry-run']]) {
      assert.equal(release(await workFolder(t), ...args).status, 2);
    }
  });
});

/** A clone, as far as a rehearsal looks at it. */
async function project(t: TestContext): Promise<string> {
  const folder = await workFolder(t);
  writeFileSync(join(folder, 'package.json'), manifest({ repository: 'example/spillway' }));
  copyFileSync(join(ROOT, 'package-lock.json'), join(folder, 'package-lock.json'));
  writeFileSync(join(folder, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n\n- Something new.\n');
  git(folder, 'init', '--quiet');
  git(folder, 'add', '.');
  git(folder, '-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'All of it');
  return folder;
}

function manifest(changes: object): string {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as object;
  return JSON.stringify({ ...own, version: '0.1.0', ...changes });
}

function release(cwd: string, ...args: string[]) {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _, SIGSTORE_ID_TOKEN: __, ...env } = process.env;
  const main = join(ROOT, 'tools/release/main.ts');
  const node = [...program(main), ...args];
  return spawnSync(process.execPath, node, { cwd, env, encoding: 'utf8' });
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8' });
}

it('the bill of materials has what is installed with the package, and what is a part of it', () => {
  const development = [{ name: 'cdx:npm:package:development', value: 'true' }];
  const component = (name: string, version: string, properties: typeof development = []) => ({
    ...{ 'bom-ref': `${name}@${version}`, name, version, properties },
  });
  const all = {
    components: [
      component('ws', '8.0.0'),
      component('yaml', '2.0.0', development),
      component('yaml', '1.0.0', development),
      component('knip', '6.0.0', development),
    ],
    dependencies: [
      { ref: 'spillway@1.0.0', dependsOn: ['ws@8.0.0', 'yaml@2.0.0', 'knip@6.0.0'] },
      { ref: 'knip@6.0.0', dependsOn: ['yaml@1.0.0'] },
    ],
  };
  const bill = shippedBill(all, 'yaml 2.0.0\n\nThe licence, which names knip 6.0.0 in passing.\n');
  assert.deepEqual(
    bill.components.map((one) => one['bom-ref']),
    ['ws@8.0.0', 'yaml@2.0.0'],
  );
  assert.deepEqual(bill.dependencies, [{ ref: 'spillway@1.0.0', dependsOn: ['ws@8.0.0', 'yaml@2.0.0'] }]);
});
