import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { createFeedServer } from '../../lib/testing/index.js';
import { temporaryFolder } from '../cli/cli.js';
import { warmSpillway } from '../cli/warm.js';
import { freshFaucetPage } from '../support/faucet-page.js';
import { ROOT } from '../support/readme.js';
import { type FaucetRow, FRAMES } from './row.js';
import { FAUCET_ROWS } from './rows/index.js';

const FAUCET = ((): string | undefined => {
  try {
    execFileSync('faucet', ['--version'], { stdio: 'ignore' });
    return 'faucet';
  } catch {
    return undefined;
  }
})();

const HAS_TRANSFORMS = FAUCET !== undefined && execFileSync(FAUCET, ['list'], { encoding: 'utf8' }).includes('explode');

for (const [part, rows] of Object.entries(FAUCET_ROWS)) {
  describe(`A pipeline file of faucet: ${part}`, { concurrency: 2 }, () => {
    for (const row of rows) {
      it(`${row.construct}: validate says "${firstLine(row.validate)}"`, async (t) => {
        const { file, env } = await laid(t, row, 'ws://127.0.0.1:9/feed');
        const { stdout, stderr } = await warmSpillway(t, ['validate', file, ...(row.args ?? [])], { env });
        assert.equal(verdict(stdout + stderr, file), row.validate);
      });
      if (row.writes === undefined) continue;
      it(`${row.construct}: run writes what it should`, async (t) => {
        const { file, env, written } = await laid(t, row, await feedOf(t, row));
        const { stdout, stderr, status } = await warmSpillway(t, ['run', '--quiet', file, ...(row.args ?? [])], {
          env,
        });
        assert.equal(status, 0, stderr);
        assert.equal(await written(stdout), row.writes);
      });
      it(`${row.construct}: the original writes the same`, { skip: skipped(row) }, async (t) => {
        const { file, env, folder, written } = await laid(t, row, await feedOf(t, row));
        const args = ['run', '--no-env-file', '--log-level', 'error', file, ...(row.args ?? [])];
        const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env }, timeout: 60_000 };
        const { stdout } = await promisify(execFile)(FAUCET!, args, options);
        assert.deepEqual(values(await written(withoutSummary(stdout))), values(row.writes!));
      });
    }
  });
}

it('docs/faucet.md has a line for every construct, as the golden files are now', () => {
  assert.equal(readFileSync(join(ROOT, 'docs/faucet.md'), 'utf8'), freshFaucetPage(), 'Run `npm run readme`.');
});

/** The row's files in a folder that is gone after the test. */
async function laid(t: TestContext, row: FaucetRow, url: string) {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'feed.yaml');
  const out = join(folder, 'out.jsonl');
  await writeFile(file, row.file);
  for (const [name, text] of Object.entries(row.beside ?? {})) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const written = async (stdout: string) => (existsSync(out) ? await readFile(out, 'utf8') : stdout);
  return { folder, file, written, env: { FEED_URL: url, OUT: out, ...row.env } };
}

/** The address of a server that sends the row's frames to everybody. */
async function feedOf(t: TestContext, { frames = FRAMES }: FaucetRow): Promise<string> {
  const server = await createFeedServer({
    onConnection: async (client) => {
      await client.sendMany(frames);
      await client.close(1000);
    },
  });
  t.after(() => server.close());
  return server.url;
}

/** What `validate` said, without the name of the file. */
function verdict(text: string, file: string): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('what to do: '));
  const isValid = lines[0] === `${file}: valid`;
  return [...(isValid ? ['valid'] : []), ...lines.slice(1)].map((line) => line.replaceAll(`${file}:`, '')).join('\n');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** The original ends its standard output with a line about the run. */
function withoutSummary(stdout: string): string {
  return stdout.replace(/^\S+: \d+ invocations?, .*\n?$/m, '');
}

function values(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line !== '');
  try {
    return lines.map((line) => JSON.parse(line) as unknown);
  } catch {
    return lines;
  }
}

function skipped(row: FaucetRow): string | false {
  if (row.original !== 'same') return row.original;
  if (FAUCET === undefined) return 'faucet is not on the PATH: cargo install faucet-cli --version 1.0.1';
  return row.file.includes('\n  transforms:') && !HAS_TRANSFORMS
    ? 'faucet was built without its feature `transforms`'
    : false;
}
