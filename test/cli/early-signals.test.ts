import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { feed } from '../support/feed.js';
import { jsonLines, pipelineFile, SPILLWAY, spillway, start } from './cli.js';

/** Says on standard error that this file is being loaded, and holds that up. */
function heldAt(file: string): string[] {
  const code = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      import { writeSync } from 'node:fs';
      export async function load(url, context, next) {
        if (!url.includes('${file}')) return next(url, context);
        writeSync(2, 'held\\\\n');
        return new Promise(() => {});
      }
    \`));
    setInterval(() => {}, 1_000);
  `;
  return ['--disable-warning=DEP0205', '--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

const unshare = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'];
const noNamespaces = spawnSync('unshare', [...unshare, 'true']).status === 0 ? false : 'there are no namespaces here';

// Node 22 ends a process whose loader hooks wait for ever, before a signal can come.
const skip = process.version.startsWith('v22.') ? 'Node 22 cannot be held while it loads' : false;

describe('a signal before a command listens', { concurrency: 2, skip }, () => {
  it('ends a run that has not begun with 0', async (t) => {
    const running = spillway(t, ['run', 'x.yaml'], { nodeArgs: heldAt('cli/reporter.ts') });
    await running.err.until(/held/);
    running.child.kill('SIGTERM');
    const { status, signal } = await running.exit;
    assert.deepEqual([status, signal], [0, null]);
  });

  it('ends what is no run by that signal', async (t) => {
    const running = spillway(t, ['validate', 'x.yaml'], { nodeArgs: heldAt('cli/usable-pipeline.ts') });
    await running.err.until(/held/);
    running.child.kill('SIGTERM');
    const { status, signal } = await running.exit;
    assert.deepEqual([status, signal], [null, 'SIGTERM']);
  });
});

describe('spillway as process 1 of a container', { skip: noNamespaces }, () => {
  it('writes what was received at SIGTERM, and ends with 0', async (t) => {
    const server = await feed(t, (client) => void client.flood('{"price":1.10}'));
    const { file, output } = await pipelineFile(t, { url: server.url, unbounded: true });
    // The signal comes from the process that is its parent, and outside.
    const args = [...unshare, process.execPath, ...SPILLWAY, 'run', file, '--json', '--verbose'];
    const running = start(t, 'unshare', args);
    await running.err.until(/"event":"subscribed"/);
    const { stdout: children } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(running.child.pid)], {
      encoding: 'utf8',
    });
    process.kill(Number(children.trim()), 'SIGTERM');
    const { status, stderr } = await running.exit;
    const summary = jsonLines(stderr).find(({ type }) => type === 'summary')!;
    assert.deepEqual([summary['ended'], summary['signal']], ['stopped', 'SIGTERM']);
    assert.equal(await readFile(output, 'utf8'), '{"price":1.10}\n'.repeat(summary['records'] as number));
    assert.equal(status, 0);
  });
});
