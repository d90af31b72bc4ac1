import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { feed as serve } from '../support/feed.js';
import { jsonLines, pipelineFile, type Running, spillway, temporaryFolder } from './cli.js';

// A pipe holds 64 KiB: most of these records find no room in it.
const RECORDS = Array.from({ length: 2_000 }, (_, n) => `{"n":${n},"filling":"${'x'.repeat(500)}"}`);
const PATIENT = '1h';

describe('a run into something that hangs', { timeout: 120_000, skip: process.platform === 'win32' }, () => {
  test('ends with ERR_SINK `drain_timeout` after SIGTERM when the reader of a pipe stalls', async (t) => {
    const path = await pipe(t);
    const reader = await openReader(t, path);
    const running = await filled(t, { type: 'jsonl', config: { path, drain_timeout: '300ms' } });
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    assert.equal(status, 1, stderr);
    const { message, summary } = told(stderr);
    assert.match(message, /the run ended, and nobody read from it within 300 ms, the `drain_timeout`/);
    const got = jsonLines(await restOf(reader));
    assert.deepEqual(
      got,
      RECORDS.slice(0, got.length).map((text) => JSON.parse(text) as object),
    );
    assert.equal(summary['records'], got.length);
    assert.ok((summary['received'] as number) > got.length);
    assert.match(message, new RegExp(`${got.length} records of this run are stored, each of them whole\\.`));
    assert.match(message, new RegExp(`Not stored: \\d+ records, of frames ${got.length} to \\d+\\.`));
  });

  test('ends with ERR_SINK after SIGTERM when nobody opens a pipe', async (t) => {
    const path = await pipe(t);
    const running = await filled(t, { type: 'jsonl', config: { path, drain_timeout: '300ms' } });
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.exit;
    assert.equal(status, 1, stderr);
    assert.match(told(stderr).message, /nobody read from it within 300 ms.*No record of this run is stored/);
    assert.equal(told(stderr).summary['records'], 0);
  });

  test('ends with ERR_SINK after SIGTERM when nobody reads standard output', async (t) => {
    for (const format of ['json_lines', 'csv']) {
      const sink = { type: 'stdout', config: { format, drain_timeout: '300ms' } };
      const running = await filled(t, sink, { isStdoutUnread: true });
      running.child.kill('SIGTERM');
      const { status, stderr } = await running.exit;
      assert.equal(status, 1, stderr);
      assert.match(told(stderr).message, /Cannot finish stdout: the run ended, and nobody read from it within 300 ms/);
    }
  });

  test('gives up at once at a second signal', async (t) => {
    const path = await pipe(t);
    const running = await filled(t, { type: 'jsonl', config: { path, drain_timeout: PATIENT } });
    running.child.kill('SIGTERM');
    await running.err.until(/"stopping"/);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 130);
  });

  test('says what is stored and ends itself by SIGKILL when the disk never answers', async (t) => {
    const { running, output } = await hangingDisk(t, '300ms');
    running.child.kill('SIGTERM');
    const { signal, stderr } = await running.exit;
    assert.equal(signal, 'SIGKILL', stderr);
    const { message, summary } = told(stderr);
    assert.match(message, /the system did not answer within 300 ms, the `drain_timeout`/);
    assert.match(message, /records went to the system, but how many of them the disk has is not known/);
    const { length } = jsonLines(await readFile(output, 'utf8'));
    assert.deepEqual([summary['records'], summary['received']], [length, length]);
  });

  test('gives up at once at a second signal, though the disk never answers', async (t) => {
    const { running } = await hangingDisk(t, PATIENT);
    running.child.kill('SIGTERM');
    await running.err.until(/"stopping"/);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).signal, 'SIGINT');
  });

  test('loses nothing when the reader goes on in time', async (t) => {
    const path = await pipe(t);
    const reader = await openReader(t, path);
    const running = await filled(t, { type: 'jsonl', config: { path, drain_timeout: PATIENT } });
    running.child.kill('SIGTERM');
    await running.err.until(/"stopping"/);
    const text = await readAll(reader, running);
    const { status, stderr } = await running.exit;
    assert.equal(status, 0, stderr);
    const { received } = jsonLines(stderr).find(({ type }) => type === 'summary')!;
    assert.equal(
      text,
      RECORDS.slice(0, received as number)
        .map((record) => `${record}\n`)
        .join(''),
    );
  });
});

/** A run that has received more than its sink takes. */
async function filled(t: TestContext, sink: object, options: { isStdoutUnread?: boolean } = {}): Promise<Running> {
  const server = await serve(t, async (client) => {
    await client.sendMany(RECORDS);
  });
  const { file } = await pipelineFile(t, { url: server.url, unbounded: true, batch_size: 50 }, sink);
  const running = spillway(t, ['run', file, '--json', '--verbose'], options);
  await running.err.until(/"event":"paused"/);
  return running;
}

/** A run whose fsync occupies a thread for ever: it opens a pipe that nobody else opens. */
async function hangingDisk(t: TestContext, drainTimeout: string) {
  const server = await serve(t, async (client) => {
    await client.sendMany(RECORDS);
    await client.close(1000);
  });
  const path = await pipe(t);
  const preload = join(path, '../hang.mjs');
  await writeFile(
    preload,
    `import { open } from 'node:fs/promises';
    const probe = await open(${JSON.stringify(`${preload}.probe`)}, 'w');
    await probe.close();
    Object.getPrototypeOf(probe).sync = () => {
      process.stderr.write('"hangs now"\\n');
      return open(${JSON.stringify(path)}, 'a');
    };`,
  );
  const config = { path: join(path, '../out.jsonl'), fsync: 'end', drain_timeout: drainTimeout };
  const { file } = await pipelineFile(
    t,
    { url: server.url, unbounded: true, batch_size: 50 },
    { type: 'jsonl', config },
  );
  const running = spillway(t, ['run', file, '--json'], { nodeArgs: ['--import', preload] });
  await running.err.until(/hangs now/);
  return { running, output: config.path };
}

async function pipe(t: TestContext): Promise<string> {
  const path = join(await temporaryFolder(t), 'pipe');
  execFileSync('mkfifo', [path]);
  assert.ok(existsSync(path));
  return path;
}

async function openReader(t: TestContext, path: string): Promise<FileHandle> {
  const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  t.after(() => reader.close());
  return reader;
}

/** What is in the pipe when its writer has gone. */
async function restOf(reader: FileHandle): Promise<string> {
  return (await reader.readFile()).toString();
}

async function readAll(reader: FileHandle, { exit }: Running): Promise<string> {
  let isOver = false;
  void exit.then(() => {
    isOver = true;
  });
  const piece = Buffer.alloc(64 * 1024);
  const pieces: Buffer[] = [];
  for (;;) {
    const wasOver = isOver;
    const length = await reader.read(piece).then(
      ({ bytesRead }) => bytesRead,
      // Nothing is there now.
      () => 0,
    );
    pieces.push(Buffer.from(piece.subarray(0, length)));
    if (length === 0 && wasOver) return Buffer.concat(pieces).toString();
    if (length === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

function told(stderr: string) {
  const lines = jsonLines(stderr.replace('"hangs now"\n', ''));
  const summary = lines.find(({ type }) => type === 'summary')!;
  const error = lines.find(({ type }) => type === 'error')!;
  assert.equal(error['code'], 'ERR_SINK');
  assert.equal(summary['error_code'], 'ERR_SINK');
  return { summary, message: error['message'] as string };
}
