import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createFeedServer } from '../../lib/testing/index.js';
import { pipelineFile, type Running, SPILLWAY, start, temporaryFolder } from './cli.js';

const noTerminal = spawnSync('python3', ['-c', 'import pty']).status === 0 ? false : 'python3 is not here';

/** Runs a command on a pseudo-terminal of so many columns, passes on what it shows, and ends as it ends. */
const ON_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
while True:
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

function onTerminal(
  t: TestContext,
  columns: number,
  args: readonly string[],
  env: Record<string, string> = {},
): Running {
  const command = ['-c', ON_TERMINAL, String(columns), process.execPath, ...SPILLWAY, ...args];
  return start(t, 'python3', command, { env: { TERM: 'xterm', ...env } });
}

describe('spillway on a terminal', { skip: noTerminal, concurrency: 2 }, () => {
  it('redraws one status line, with all that it knows, and takes it away at the end', async (t) => {
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const { status, stdout } = await onTerminal(t, 200, ['demo', '--seconds', '1', '-o', path]).exit;
    assert.match(stdout, /\r[\d,]+ records [\d,]+\/s · open.* · [\d.]+ k?B · last frame [\d.]+ m?s ago · .*\x1b\[K/);
    assert.match(stdout, /\r\x1b\[KEnded: /);
    assert.ok(readFileSync(path).length > 0);
    assert.equal(status, 0);
  });

  it('cuts the status line to the width of the terminal', async (t) => {
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const { stdout } = await onTerminal(t, 30, ['demo', '--seconds', '1', '-o', path]).exit;
    const drawn = [...stdout.matchAll(/\r([^\r\n\x1b]+)\x1b\[K/g)].map((match) => match[1]!);
    assert.ok(drawn.length > 0);
    for (const line of drawn) assert.equal([...line].length, 29, line);
    assert.ok(drawn.every((line) => line.endsWith('…')));
  });

  it('draws no status line where TERM says that it cannot be redrawn', async (t) => {
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const { stdout } = await onTerminal(t, 80, ['demo', '--seconds', '1', '-o', path], { TERM: 'dumb' }).exit;
    assert.doesNotMatch(stdout, /\x1b/);
    assert.match(stdout, /Ended: /);
  });

  it('shows records of capture alone where they go to the terminal, and the status line where they go elsewhere', async (t) => {
    const server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(Array(100).fill('{"n":1}'), { rate: 100 });
        await client.close(1000);
      },
    });
    t.after(() => server.close());
    const shown = await onTerminal(t, 80, ['capture', server.url, '--batch-size', '1']).exit;
    assert.match(shown.stdout, /^(\{"n":1\}\r\n){100}Ended: /);
    assert.doesNotMatch(shown.stdout, /\x1b/);
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const words = [process.execPath, ...SPILLWAY, 'capture', server.url].map((word) => `'${word}'`).join(' ');
    const command = ['-c', ON_TERMINAL, '80', 'bash', '-c', `${words} > '${path}'`];
    const { status, stdout } = await start(t, 'python3', command, { env: { TERM: 'xterm' } }).exit;
    assert.match(stdout, /\r[\d,]+ records? [\d,]+\/s · .*\x1b\[K/);
    assert.equal(readFileSync(path, 'utf8'), '{"n":1}\n'.repeat(100));
    assert.equal(status, 0);
  });

  it('colours a preview, takes out what could steer it, cuts long records, and heeds NO_COLOR', async (t) => {
    const path = join(await temporaryFolder(t), 'records.jsonl');
    const record = { text: 'a\u009b2Jb', list: Array.from({ length: 200 }, (_, i) => i) };
    writeFileSync(path, `${JSON.stringify(record)}\n`);
    const coloured = await onTerminal(t, 80, ['preview', path]).exit;
    assert.ok(coloured.stdout.includes('\x1b[34m"text"\x1b[0m: \x1b[32m"a�2Jb"\x1b[0m'), coloured.stdout);
    assert.match(coloured.stdout, /… 105 more lines of this record \(--full shows them\)\r\n$/);
    assert.equal(coloured.stdout.split('\r\n').length, 102);
    const plain = await onTerminal(t, 80, ['preview', path, '--full'], { NO_COLOR: '1' }).exit;
    assert.doesNotMatch(plain.stdout, /\x1b/);
    assert.equal(plain.stdout.split('\r\n').length, 206);
  });

  it('wraps the help at the width of the terminal', async (t) => {
    const { stdout } = await onTerminal(t, 40, ['help', 'serve'], { NO_COLOR: '1' }).exit;
    const long = stdout.split('\r\n').filter((line) => line.length > 40 && line.trim().includes(' '));
    assert.deepEqual(long, []);
    assert.match(stdout, /Examples:/);
  });

  it('draws no status line between records that go to the same terminal', async (t) => {
    const server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(Array(100).fill('{"n":1}'), { rate: 100 });
        await client.close(1000);
      },
    });
    t.after(() => server.close());
    const { file } = await pipelineFile(t, { url: server.url, unbounded: true, batch_size: 1 }, { type: 'stdout' });
    const { status, stdout } = await onTerminal(t, 80, ['run', file]).exit;
    assert.match(stdout, /^(\{"n":1\}\r\n){100}Ended: /);
    assert.doesNotMatch(stdout, /\x1b/);
    assert.equal(status, 0);
  });
});
