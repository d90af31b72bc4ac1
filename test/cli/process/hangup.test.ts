import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { isUnderNohup } from '../../../lib/cli/process/nohup.js';
import { createFeedServer, type FeedClient, type FeedServer } from '../../../lib/testing/index.js';
import { hasRead } from '../../support/feed.js';
import { fakeBroker } from '../../support/kafka/fake-broker.js';
import { until } from '../../support/until.js';
import { jsonLines, pipelineFile, ROOT, type Running, SPILLWAY, spillway, start, temporaryFolder } from '../cli.js';
import { noTerminal } from '../on-terminal.js';

const COUNT = 300;
const RECORDS = Array.from({ length: COUNT }, (_, n) => `{"n":${n}}`);
const LINES = RECORDS.map((record) => `${record}\n`).join('');
const noNohup = spawnSync('nohup', ['true']).status === 0 ? false : 'nohup is not here';
/** Far longer than any test: what is written before is written because the run ends. */
const LINGER = '1h';

describe('spillway at SIGHUP', { concurrency: 2 }, () => {
  it('writes what was received to a file, sums up, and ends with 0', async (t) => {
    const server = await feed(t);
    const path = await place(t, 'out.jsonl');
    const running = spillway(t, ['capture', server.url, '-o', path, '--linger', LINGER, '--json']);
    await sent(server);
    running.child.kill('SIGHUP');
    const { status, signal, stderr } = await running.exit;
    assert.deepEqual([status, signal], [0, null]);
    assert.equal(await readFile(path, 'utf8'), LINES);
    const summary = jsonLines(stderr).find(({ type }) => type === 'summary')!;
    assert.deepEqual([summary['ended'], summary['signal'], summary['records']], ['stopped', 'SIGHUP', COUNT]);
  });

  it('ends a compressed file whole', async (t) => {
    const server = await feed(t);
    const path = await place(t, 'out.jsonl.gz');
    const running = spillway(t, ['capture', server.url, '-o', path, '--linger', LINGER]);
    await sent(server);
    running.child.kill('SIGHUP');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /^Stopping at SIGHUP: writing what was received\.$/m);
    assert.equal(gunzipSync(await readFile(path)).toString(), LINES);
    assert.equal(status, 0);
  });

  it('writes what was received into a pipe', async (t) => {
    const server = await feed(t);
    const running = spillway(t, ['capture', server.url, '--linger', LINGER]);
    await sent(server);
    running.child.kill('SIGHUP');
    const { status, stdout, stderr } = await running.exit;
    assert.equal(stdout, LINES);
    assert.match(stderr, /Ended: +stopped by SIGHUP\./);
    assert.equal(status, 0);
  });

  it('delivers what was received to Kafka', async (t) => {
    const server = await feed(t);
    const broker = await fakeBroker(t, { topics: { trades: 1 } });
    const config = { brokers: broker.address, topic: { type: 'fixed', name: 'trades' } };
    const source = { url: server.url, unbounded: true, linger: LINGER };
    const { file } = await pipelineFile(t, source, { type: 'kafka', config });
    const running = spillway(t, ['run', file]);
    await sent(server);
    running.child.kill('SIGHUP');
    const { status, stderr } = await running.exit;
    assert.deepEqual(broker.values('trades'), RECORDS);
    assert.match(stderr, new RegExp(`Delivery: ${COUNT} acknowledged`));
    assert.equal(status, 0);
  });

  it('takes no number of them, nor a SIGTERM after one, for a reason to give up', async (t) => {
    const server = await feed(t);
    // Nobody reads what comes out: it cannot end before they all came.
    const running = spillway(t, ['capture', server.url, '--linger', LINGER, '--verbose'], { isStdoutUnread: true });
    const client = await sent(server);
    const big = JSON.stringify('x'.repeat(1_000_000));
    await client.sendMany([big, big]);
    await hasRead(client);
    running.child.kill('SIGHUP');
    await running.err.until(/Stopping at SIGHUP/);
    for (const signal of ['SIGHUP', 'SIGTERM', 'SIGHUP'] as const) running.child.kill(signal);
    let read = '';
    for await (const chunk of running.child.stdout!.setEncoding('utf8')) read += chunk as string;
    const { status, stderr } = await running.exit;
    assert.equal(read, `${LINES}${big}\n${big}\n`);
    assert.doesNotMatch(stderr, /Given up/);
    assert.equal(status, 0);
  });

  it('gives up at a second SIGTERM after it', async (t) => {
    const server = await feed(t);
    const running = spillway(t, ['capture', server.url, '--linger', LINGER], { isStdoutUnread: true });
    const client = await sent(server);
    await client.send(JSON.stringify('x'.repeat(1_000_000)));
    await hasRead(client);
    running.child.kill('SIGHUP');
    await running.err.until(/Stopping at SIGHUP/);
    running.child.kill('SIGTERM');
    // Signals of one kind that come close together are one.
    const again = setInterval(() => running.child.kill('SIGTERM'), 50);
    const { status } = await running.exit;
    clearInterval(again);
    assert.equal(status, 130);
  });

  it('ends a run that has not begun with 0, and what is no run by that signal', async (t) => {
    for (const [command, ended] of [
      ['run', [0, null]],
      ['validate', [null, 'SIGHUP']],
    ] as const) {
      const running = await reading(t, [command, '-']);
      running.child.kill('SIGHUP');
      const { status, signal } = await running.exit;
      assert.deepEqual([status, signal], ended);
    }
  });

  it('closes the connections of serve', async (t) => {
    const path = await place(t, 'in.jsonl');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path, '{}\n');
    const running = spillway(t, ['serve', path]);
    await running.err.until(/Serving/);
    running.child.kill('SIGHUP');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /Stopping at SIGHUP: closing every connection/);
    assert.equal(status, 0);
  });
});

describe('spillway capture --on-hangup', { concurrency: 2 }, () => {
  it('reopen goes on in a new file after logrotate renamed the old one, and loses nothing', async (t) => {
    const server = await feed(t);
    const path = await place(t, 'out.jsonl');
    const args = ['capture', server.url, '-o', path, '--on-hangup', 'reopen', '--linger', '1ms', '--json'];
    const running = spillway(t, args);
    const client = await sent(server);
    await until(() => textOf(path) === LINES);
    await rename(path, `${path}.1`);
    running.child.kill('SIGHUP');
    await running.err.until(/"event":"reopened","target":".*out\.jsonl"/);
    await client.send('{"n":"new"}');
    await until(() => textOf(path) !== '');
    running.child.kill('SIGTERM');
    const { status } = await running.exit;
    assert.equal(await readFile(`${path}.1`, 'utf8'), LINES);
    assert.equal(await readFile(path, 'utf8'), '{"n":"new"}\n');
    assert.equal(status, 0);
  });

  it('reopen says when that fails, and goes on in the old file', async (t) => {
    const server = await feed(t);
    const path = await place(t, 'out.jsonl');
    const { mkdir } = await import('node:fs/promises');
    const running = spillway(t, ['capture', server.url, '-o', path, '--on-hangup', 'reopen', '--linger', '1ms']);
    const client = await sent(server);
    await until(() => textOf(path) === LINES);
    await rename(path, `${path}.1`);
    await mkdir(path);
    running.child.kill('SIGHUP');
    await running.err.until(/spillway: not reopened at SIGHUP, and gone on in the old file: ERR_SINK: /);
    await client.send('{"n":"more"}');
    await until(() => textOf(`${path}.1`) === `${LINES}{"n":"more"}\n`);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
  });

  it('reopen is refused where records go to no file', async (t) => {
    const { status, stderr } = await spillway(t, ['capture', 'ws://127.0.0.1:1', '--on-hangup', 'reopen']).exit;
    assert.match(stderr, /--on-hangup: The sink `stdout` has no file to reopen/);
    assert.equal(status, 2);
  });

  it('ignore goes on, also while the command begins', async (t) => {
    const running = await reading(t, ['run', '-', '--on-hangup', 'ignore']);
    const server = await feed(t);
    running.child.kill('SIGHUP');
    const path = await place(t, 'out.jsonl');
    const source = { type: 'websocket', config: { url: server.url, unbounded: true } };
    const sink = { type: 'jsonl', config: { path } };
    running.child.stdin!.end(`\n${JSON.stringify({ version: 1, pipeline: { source, sink } })}`);
    const client = await sent(server);
    running.child.kill('SIGHUP');
    await hasRead(client);
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /Ended: +stopped by SIGTERM\./);
    assert.equal(status, 0);
  });
});

describe('spillway under nohup', { skip: noNohup }, () => {
  it('does not heed SIGHUP', async (t) => {
    const server = await feed(t);
    const path = await place(t, 'out.jsonl');
    const words = [process.execPath, ...SPILLWAY, 'capture', server.url, '-o', path].map((word) => `'${word}'`);
    // As a shell does it, which names what it runs.
    const running = start(t, 'bash', ['-c', `nohup ${words.join(' ')} & echo $!; wait $!`]);
    const client = await sent(server);
    const pid = Number(running.out.text);
    process.kill(pid, 'SIGHUP');
    await client.send('{"n":"after"}');
    await hasRead(client);
    process.kill(pid, 'SIGTERM');
    const { status, stderr } = await running.exit;
    assert.match(stderr, /Ended: +stopped by SIGTERM\./);
    assert.equal(await readFile(path, 'utf8'), `${LINES}{"n":"after"}\n`);
    assert.equal(status, 0);
  });

  it('is told by what a shell has named, and by a parent that ignores SIGHUP', () => {
    const none = () => '';
    assert.equal(isUnderNohup({ _: '/usr/bin/nohup' }, none), true);
    assert.equal(isUnderNohup({ _: '/usr/bin/node' }, none), false);
    assert.equal(isUnderNohup({}, none), false);
    assert.equal(
      isUnderNohup({}, () => 'SigBlk:\t0\nSigIgn:\t0000000000001001\n'),
      true,
    );
    assert.equal(
      isUnderNohup({}, () => 'SigIgn:\t0000000000001000\nSigCgt:\t1\n'),
      false,
    );
  });
});

describe('spillway whose terminal is closed', { skip: noTerminal, concurrency: 2 }, () => {
  for (const [what, options] of Object.entries({ 'a status line': [], 'many words': ['--verbose'] })) {
    it(`writes what was received to a file, and ends with 0: with ${what}`, async (t) => {
      const server = await feed(t);
      const path = await place(t, 'out.jsonl');
      const words = ['capture', server.url, '-o', path, '--linger', LINGER, ...options];
      const running = hangUp(t, '', [process.execPath, ...SPILLWAY, ...words]);
      await sent(server);
      running.child.stdin!.end();
      assert.deepEqual(await endOf(running), { status: 0, signal: null });
      assert.equal(await readFile(path, 'utf8'), LINES);
    });
  }

  it('ends with 0 when the records went to it, too', async (t) => {
    const server = await feed(t);
    const running = hangUp(t, '', [process.execPath, ...SPILLWAY, 'capture', server.url]);
    const client = await sent(server);
    const more = client.flood('{"n":0}').catch(() => {});
    running.child.stdin!.end();
    assert.deepEqual(await endOf(running), { status: 0, signal: null });
    await more;
  });

  it('goes on without it with --on-hangup ignore', async (t) => {
    const server = await feed(t);
    const path = await place(t, 'out.jsonl');
    const words = ['capture', server.url, '-o', path, '--on-hangup', 'ignore', '--linger', '1ms'];
    const running = hangUp(t, '', [process.execPath, ...SPILLWAY, ...words]);
    const client = await sent(server);
    running.child.stdin!.end();
    await running.out.until(/closed\n$/);
    await client.send('{"n":"after"}');
    await client.close(1000);
    assert.deepEqual(await endOf(running), { status: 0, signal: null });
    assert.equal(await readFile(path, 'utf8'), `${LINES}{"n":"after"}\n`);
  });

  it('writes all of it when a shell passes the signal on, and sums up where somebody can read it', async (t) => {
    const server = await feed(t);
    const [path, said, over] = await Promise.all(['out.jsonl', 'said', 'over'].map((name) => place(t, name)));
    const words = [process.execPath, ...SPILLWAY, 'capture', server.url, '-o', path, '--linger', LINGER];
    const line = `${words.map((word) => `'${word}'`).join(' ')} 2>'${said}'`;
    const running = hangUp(t, `(${line}; echo $? > '${over}')\n`, ['bash', '--norc', '-i']);
    await sent(server);
    running.child.stdin!.end();
    await running.exit;
    await until(async () => existsSync(said!) && /Written/.test(await readFile(said!, 'utf8')));
    assert.match(await readFile(said!, 'utf8'), /Ended: +stopped by SIGHUP\.\nRecords: +300 safely written/);
    assert.equal(await readFile(path!, 'utf8'), LINES);
  });
});

/** A feed of {@link RECORDS} that goes on being there. */
async function feed(t: TestContext): Promise<FeedServer> {
  const server = await createFeedServer();
  t.after(() => server.close());
  return server;
}

/** Sends them to who comes next; resolves when all were read. */
async function sent(server: FeedServer): Promise<FeedClient> {
  const client = await server.nextClient();
  await client.sendMany(RECORDS);
  await hasRead(client);
  return client;
}

async function place(t: TestContext, name: string): Promise<string> {
  return join(await temporaryFolder(t), name);
}

function hangUp(t: TestContext, typed: string, command: readonly string[]): Running {
  const env = { TERM: 'xterm' };
  return start(t, 'python3', [join(ROOT, 'tools/hang-up.py'), typed, ...command], { env, isInputOpen: true });
}

async function endOf(running: Running): Promise<unknown> {
  const { stdout } = await running.exit;
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
}

/** A command that has begun to read a pipeline file from standard input, and waits for the rest of it. */
async function reading(t: TestContext, args: readonly string[]): Promise<Running> {
  const running = spillway(t, args, { input: '# and so on\n'.repeat(75_000), isInputOpen: true });
  await once(running.child.stdin!, 'drain');
  return running;
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
