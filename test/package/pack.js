// Installs the packed package into an empty project, and uses it from there: ESM, require() and the command. Needs a package
// registry, so it is not part of `npm test`: `npm run test:package`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { measurePackage } from '../../tools/measure-package.js';
import { packed } from './project.js';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'spillway-package-'));
const installed = join(folder, 'node_modules/spillway');
const run = (file, ...args) => execFileSync(file, args, { cwd: folder, encoding: 'utf8' });
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

const tarball = packed();

after(() => rmSync(folder, { recursive: true, force: true }));

test('the tarball holds what is built, its licences and its papers, and nothing else', () => {
  const strangers = tarball.files.filter(
    ({ path }) =>
      !/^(dist\/.+\.(d\.ts|js|schema\.json)|dist\/view\/[\w-]+\.(css|html|svg)|dist\/chunks\/ws\.cjs|dist\/LICENSES\.txt|LICENSE-\w+|README\.md|CHANGELOG\.md|docs\/errors\.md|package\.json)$/.test(
        path,
      ),
  );
  assert.deepEqual(strangers, []);
  assert.ok(
    tarball.files.some(({ path }) => path === 'docs/errors.md'),
    '`--verbose` names it',
  );
  assert.ok(
    tarball.files.some(({ path }) => path === 'dist/LICENSES.txt'),
    'the licences of the packages within',
  );
});

test('the tarball is about as large as the README says', () => {
  const stated = readJson(join(root, 'benchmarks/results/package.json'));
  const now = measurePackage(tarball);
  for (const key of ['packedBytes', 'unpackedBytes']) {
    const ratio = now[key] / stated[key];
    const advice = `${key} is ${now[key]}, and stated as ${stated[key]}. Run \`npm run size && npm run readme\`.`;
    assert.ok(ratio > 0.8 && ratio < 1.25, advice);
  }
  assert.deepEqual(now.dependencies, stated.dependencies, 'Run `npm run size && npm run readme`.');
});

test('it installs into an empty project, and no package that comes with it runs a script', () => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  run('npm', 'install', '--no-audit', '--no-fund', tarball.path);
  const { packages } = readJson(join(folder, 'node_modules/.package-lock.json'));
  const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  assert.deepEqual(withScript, []);
  const scripts = Object.keys(readJson(join(installed, 'package.json')).scripts);
  // npm runs `prepare`, too, for what is no tarball, and warns of it in any case.
  const atInstall = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];
  assert.deepEqual(
    scripts.filter((name) => atInstall.includes(name)),
    [],
  );
  assert.equal(existsSync(join(installed, 'binding.gyp')), false);
});

test('every sub-path can be imported without what is optional, and has types', () => {
  const { exports } = readJson(join(installed, 'package.json'));
  const paths = Object.keys(exports).filter((path) => path !== './package.json');
  assert.ok(paths.length >= 2);
  for (const path of paths) {
    assert.ok(existsSync(join(installed, exports[path].types)), path);
    const names = run(
      process.execPath,
      '--input-type=module',
      '-e',
      `console.log(Object.keys(await import('spillway${path.slice(1)}')).length)`,
    );
    assert.ok(Number(names) > 0, path);
  }
});

const script = `
const server = await createFeedServer({ onConnection: async (client) => { await client.send('{"n":1}'); await client.close(1000); } });
console.log(JSON.stringify(await createSource({ url: server.url, idle_timeout: 5 }).fetchAll()));
await server.close();
`;

test('it works from ESM', () => {
  writeFileSync(
    join(folder, 'a.mjs'),
    `import { createSource } from 'spillway';\nimport { createFeedServer } from 'spillway/testing';\n${script}`,
  );
  assert.equal(run(process.execPath, 'a.mjs'), '[{"n":1}]\n');
});

test('it works from require()', () => {
  writeFileSync(
    join(folder, 'b.cjs'),
    `const { createSource } = require('spillway');\nconst { createFeedServer } = require('spillway/testing');\n(async () => {${script}})();`,
  );
  assert.equal(run(process.execPath, '--no-warnings', 'b.cjs'), '[{"n":1}]\n');
});

test('spillway/testing brings no test framework', () => {
  const loaded = run(
    process.execPath,
    '--input-type=module',
    '-e',
    `await import('spillway/testing'); console.log(process.moduleLoadList.filter((name) => /\\btest\\b/.test(name)).join())`,
  );
  assert.equal(loaded, '\n');
});

test('its command runs', () => {
  const { version } = readJson(join(root, 'package.json'));
  assert.equal(run('npx', 'spillway', '--version'), `spillway ${version} (Node.js ${process.version})\n`);
  run('npx', 'spillway', 'demo', '--seconds', '0.2', '--quiet', '-o', 'trades.jsonl');
  const [first] = readFileSync(join(folder, 'trades.jsonl'), 'utf8').split('\n');
  assert.equal(typeof JSON.parse(first), 'object');
});
