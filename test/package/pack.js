// Packs the package, installs the tarball into an empty project, and uses it from there: ESM, require(), TypeScript
// and the command. Needs a package registry, so it is not part of `npm test`: `npm run test:package`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'spillway-package-'));
const run = (file, ...args) => execFileSync(file, args, { cwd: folder, encoding: 'utf8' });

test('the packed tarball installs into an empty project', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }),
  );
  const { size } = statSync(join(folder, packed.filename));
  console.log(
    `${packed.filename}: ${size} bytes packed, ${packed.unpackedSize} unpacked, ${packed.files.length} files`,
  );
  assert.ok(packed.files.every(({ path }) => /^(dist\/|LICENSE|README|CHANGELOG|package\.json)/.test(path)));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  run('npm', 'install', '--no-audit', '--no-fund', `./${packed.filename}`);
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

test('its command runs', () => {
  assert.match(run('npx', 'spillway', '--version'), /^spillway 0\.|^0\./);
});

test.after?.(() => rmSync(folder, { recursive: true, force: true }));
