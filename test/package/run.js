// `npm run test:package`: packs the package once, and tries it as others will use it, two files at a time. What cannot be tried on
// this machine is skipped, with a sentence that says why.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packTo } from './project.js';

const HELPERS = ['run.js', 'project.js', 'postgres.js', 'tour.js'];

const folder = mkdtempSync(join(tmpdir(), 'spillway-packed-'));
try {
  const facts = join(folder, 'packed.json');
  writeFileSync(facts, JSON.stringify(packTo(folder)));
  const words = process.argv.slice(2);
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.js') && !HELPERS.includes(name))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .map((name) => join(import.meta.dirname, name));
  const args = ['--test', '--test-reporter=spec', '--test-concurrency=2', ...files];
  const { status } = spawnSync(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, SPILLWAY_PACKED: facts },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
