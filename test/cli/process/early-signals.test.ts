import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { feed } from '../../support/feed.js';
import { jsonLines, pipelineFile, type Running, SPILLWAY, spillway, start } from '../cli.js';

/**
 * A command that has begun to read its pipeline file, from a standard input that has no end: it is not ready before it has
 * all of it, and has read some of this, since no pipe holds so much.
 */
async function reading(t: TestContext, command: string): Promise<Running> {
  const running = spillway(t, [command, '-'], { input: '# and so on\n'.repeat(75_000), isInputOpen: true });
  await once(running.child.stdin!, 'drain');
  return running;
}

const unshare = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'];
const noNamespaces = spawnSync('unshare', [...unshare, 'true']).status === 0 ? false : 'there are no namespaces here';

describe('a signal before a command listens', { concurrency: 2 }, () => {
  it('ends a run that has not begun with 0', async (t) => {
    const running = await reading(t, 'run');
    running.child.kill('SIGTERM');
    const { status, signal } = await running.exit;
    assert.deepEqual([status, signal], [0, null]);
  });

  it('ends what is no run by that signal', async (t) => {
    const running = await reading(t, 'validate');
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
