// Builds what examples/docker/Dockerfile copies, in a folder that holds nothing else: `npm run test:package`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'spillway-image-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the image builds from nothing but what it copies', () => {
  const lines = readFileSync(join(root, 'examples/docker/Dockerfile'), 'utf8').split('\n');
  const copied = lines.flatMap((line) => /^COPY (?!--from)(.+) \S+$/.exec(line)?.[1]?.split(' ') ?? []);
  assert.notEqual(copied.length, 0);
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync('npm', ['run', 'build'], { cwd: folder, stdio: 'pipe' });
  const main = join(folder, 'dist/cli/main.js');
  assert.match(execFileSync(process.execPath, [main, '--version'], { encoding: 'utf8' }), /^spillway \d/);
});
