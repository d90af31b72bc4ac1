// Packs the package, installs the tarball into an empty project, and uses it from there: ESM, require(), TypeScript
// and the command. Needs a package registry, so it is not part of `npm test`: `npm run test:package`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { measurePackage, packInto } from '../../tools/measure-package.js';

const root = join(import.meta.dirname, '../..');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const folder = mkdtempSync(join(tmpdir(), 'spillway-package-'));
const installed = join(folder, 'node_modules/spillway');
const run = (file, ...args) => execFileSync(file, args, { cwd: folder, encoding: 'utf8' });
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

const packed = packInto(folder);
const tarball = `./${packed.filename}`;

after(() => rmSync(folder, { recursive: true, force: true }));

test('the tarball holds what is built, its licences and its papers, and nothing else', () => {
  const strangers = packed.files.filter(
    ({ path }) =>
      !/^(dist\/.+\.(d\.ts|js|schema\.json)|dist\/chunks\/ws\.cjs|dist\/LICENSES\.txt|LICENSE-\w+|README\.md|CHANGELOG\.md|docs\/errors\.md|package\.json)$/.test(
        path,
      ),
  );
  assert.deepEqual(strangers, []);
  assert.ok(
    packed.files.some(({ path }) => path === 'docs/errors.md'),
    '`--verbose` names it',
  );
  assert.ok(
    packed.files.some(({ path }) => path === 'dist/LICENSES.txt'),
    'the licences of the packages within',
  );
});

test('the tarball is about as large as the README says', () => {
  const stated = readJson(join(root, 'benchmarks/results/package.json'));
  const now = measurePackage(packed);
  for (const key of ['packedBytes', 'unpackedBytes']) {
    const ratio = now[key] / stated[key];
    const advice = `${key} is ${now[key]}, and stated as ${stated[key]}. Run \`npm run size && npm run readme\`.`;
    assert.ok(ratio > 0.8 && ratio < 1.25, advice);
  }
  assert.deepEqual(now.dependencies, stated.dependencies, 'Run `npm run size && npm run readme`.');
});

test('it installs into an empty project, and no package that comes with it runs a script', () => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  run('npm', 'install', '--no-audit', '--no-fund', tarball);
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

const consumer = `
import { pipeline } from 'node:stream/promises';
import { batch, createSource, jsonlFile, map, parse, SpillwayError, validate, WebSocketReadable, type Page } from 'spillway';
import { createFeedServer } from 'spillway/testing';

export async function capture(): Promise<number> {
  const server = await createFeedServer({ onConnection: async (client) => { await client.close(1000); } });
  await pipeline(
    new WebSocketReadable(server.url, { maxMessages: 1 }),
    parse({ onError: 'skip' }),
    validate({ type: 'object' }),
    map((message) => message.value),
    batch({ size: 10 }),
    jsonlFile('out.jsonl'),
  );
  let records = 0;
  for await (const page of createSource({ url: server.url, max_messages: 1 }).pages()) records += length(page);
  return records;
}
export const isOurs = (error: unknown): boolean => error instanceof SpillwayError && error.code === 'ERR_PARSE';
// @ts-expect-error: no such code
export const isNobodys = (error: SpillwayError): boolean => error.code === 'ERR_NOBODY';
// @ts-expect-error: no such option
parse({ onErorr: 'skip' });
// @ts-expect-error: not of this type
createSource({ url: 1 });
function length(page: Page): number { return page.length; }
`;

for (const types of ['20', 'latest']) {
  test(`TypeScript compiles against it, with @types/node ${types}`, () => {
    run('npm', 'install', '--no-audit', '--no-fund', '--no-save', `@types/node@${types}`);
    writeFileSync(join(folder, 'consumer.ts'), consumer);
    writeFileSync(join(folder, 'consumer.cts'), consumer);
    // What the strictest of consumers set; the declarations of everything are read.
    const strict = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--noUncheckedIndexedAccess',
      '--skipLibCheck',
      'false',
    ];
    const common = [tsc, '--ignoreConfig', '--noEmit', '--target', 'es2022', '--types', 'node', ...strict];
    const compile = (...args) => {
      try {
        run(process.execPath, ...common, ...args);
      } catch (error) {
        assert.fail(`tsc ${args.join(' ')}\n${error.stdout}`);
      }
    };
    compile('--module', 'nodenext', '--moduleResolution', 'nodenext', 'consumer.ts', 'consumer.cts');
    compile('--module', 'preserve', '--moduleResolution', 'bundler', 'consumer.ts');
  });
}
