import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createFeedServer, type FeedServer } from '../../lib/testing/index.js';
import { feed } from '../support/feed.js';
import { signal } from '../support/signal.js';
import { pipelineFile, SPILLWAY, spillway, temporaryFolder } from './cli.js';
import { commandOnTerminal, noTerminal, onTerminal } from './on-terminal.js';

describe('spillway on a terminal', { skip: noTerminal, concurrency: 2 }, () => {
  it('redraws one status line, with all that it knows, and takes it away at the end', async (t) => {
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const seen = signal();
    const server = await feedUntil(t, seen.given);
    const running = onTerminal(t, ['capture', server.url, '-o', path], { columns: 200 });
    const drawn = /\r[\d,]+ records [\d,]+\/s · open.* · [\d.]+ k?B · last frame [\d.]+ m?s ago · [^\r]*\x1b\[K/;
    await running.out.until(new RegExp(`${drawn.source}${drawn.source}`));
    seen.give();
    const { status, stdout } = await running.exit;
    assert.match(stdout, /\r\x1b\[K\x1b\[1mEnded:\x1b\[0m /);
    assert.ok(readFileSync(path).length > 0);
    assert.equal(status, 0);
  });

  it('cuts the status line to the width of the terminal', async (t) => {
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const seen = signal();
    const server = await feedUntil(t, seen.given);
    const running = onTerminal(t, ['capture', server.url, '-o', path], { columns: 30 });
    await running.out.until(/\r[^\r]+\x1b\[K/);
    seen.give();
    const { stdout } = await running.exit;
    const drawn = [...stdout.matchAll(/\r([^\r\n\x1b]+)\x1b\[K/g)].map((match) => match[1]!);
    assert.ok(drawn.length > 0);
    for (const line of drawn) assert.equal([...line].length, 29, line);
    assert.ok(drawn.every((line) => line.endsWith('…')));
  });

  it('draws no status line where TERM says that it cannot be redrawn', async (t) => {
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const { stdout } = await onTerminal(t, ['demo', '--seconds', '1', '-o', path], { env: { TERM: 'dumb' } }).exit;
    assert.doesNotMatch(stdout, /\x1b/);
    assert.match(stdout, /Ended: /);
  });

  it('shows records of capture alone where they go to the terminal, and the status line where they go elsewhere', async (t) => {
    const seen = signal();
    const server = await createFeedServer({
      onConnection: async (client) => {
        await client.sendMany(Array(100).fill('{"n":1}'), { rate: 100 });
        if (client.number === 2) await seen.given;
        await client.close(1000);
      },
    });
    t.after(() => server.close());
    const shown = await onTerminal(t, ['capture', server.url, '--batch-size', '1'], { env: { NO_COLOR: '1' } }).exit;
    assert.match(shown.stdout, /^(\{"n":1\}\r\n){100}Ended: /);
    assert.doesNotMatch(shown.stdout, /\x1b/);
    const path = join(await temporaryFolder(t), 'trades.jsonl');
    const words = [process.execPath, ...SPILLWAY, 'capture', server.url].map((word) => `'${word}'`).join(' ');
    const running = commandOnTerminal(t, ['bash', '-c', `${words} > '${path}'`]);
    await running.out.until(/\r[\d,]+ records? [\d,]+\/s · .*\x1b\[K/);
    seen.give();
    const { status } = await running.exit;
    assert.equal(readFileSync(path, 'utf8'), '{"n":1}\n'.repeat(100));
    assert.equal(status, 0);
  });

  it('colours a preview, escapes what could steer it, cuts long records, and heeds NO_COLOR', async (t) => {
    const path = join(await temporaryFolder(t), 'records.jsonl');
    const record = { text: 'a\u009b2Jb', list: Array.from({ length: 200 }, (_, i) => i) };
    writeFileSync(path, `${JSON.stringify(record)}\n`);
    const coloured = await onTerminal(t, ['preview', path]).exit;
    assert.ok(coloured.stdout.includes('\x1b[34m"text"\x1b[0m: \x1b[32m"a\\u009b2Jb"\x1b[0m'), coloured.stdout);
    assert.match(coloured.stdout, /… 105 more lines of this record \(--full shows them\)\r\n$/);
    assert.equal(coloured.stdout.split('\r\n').length, 102);
    const plain = await onTerminal(t, ['preview', path, '--full'], { env: { NO_COLOR: '1' } }).exit;
    assert.doesNotMatch(plain.stdout, /\x1b/);
    assert.equal(plain.stdout.split('\r\n').length, 206);
  });

  it('wraps the help at the width of the terminal', async (t) => {
    const { stdout } = await onTerminal(t, ['help', 'serve'], { columns: 40, env: { NO_COLOR: '1' } }).exit;
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
    const { status, stdout } = await onTerminal(t, ['run', file], { env: { NO_COLOR: '1' } }).exit;
    assert.match(stdout, /^(\{"n":1\}\r\n){100}Ended: /);
    assert.doesNotMatch(stdout, /\x1b/);
    assert.equal(status, 0);
  });

  it('colours what doctor finds by how good it is, and heeds NO_COLOR', async (t) => {
    const args = ['doctor', 'ws://127.0.0.1:1'];
    const { status, stdout } = await onTerminal(t, args).exit;
    assert.match(stdout, /^\x1b\[32mok\x1b\[0m +[\d.]+ m?s +configuration: /m);
    assert.match(stdout, /^\x1b\[31mFAIL\x1b\[0m .*TCP: /m);
    assert.match(stdout, /^\x1b\[2mskip .*\x1b\[0m\r$/m);
    assert.match(stdout, /^\x1b\[31m1 of \d+ looks failed\x1b\[0m: TCP\./m);
    assert.equal(status, 1);
    const plain = await onTerminal(t, args, { columns: 50, env: { NO_COLOR: '1' } }).exit;
    assert.match(plain.stdout, /^FAIL .*TCP: /m);
    assert.ok(
      plain.stdout.split('\r\n').every((line) => line.length <= 50),
      plain.stdout,
    );
    assert.doesNotMatch(plain.stdout, /\x1b/);
    const piped = await spillway(t, args).exit;
    assert.doesNotMatch(piped.stdout, /\x1b/);
    const forced = await spillway(t, args, { env: { FORCE_COLOR: '1' } }).exit;
    assert.match(forced.stdout, /^\x1b\[31mFAIL\x1b\[0m /m);
  });

  it('shows in an error whose it is, which, and where, and in a summary that it failed', async (t) => {
    const { file } = await pipelineFile(t, { url: 'ws://127.0.0.1:1', unbounded: true, bach_size: 1 });
    const wrong = await onTerminal(t, ['run', file]).exit;
    assert.match(wrong.stdout, /^\x1b\[31mspillway:\x1b\[0m \x1b\[1mERR_CONFIG\x1b\[0m: /);
    assert.match(wrong.stdout, /^\x1b\[1m\S+\.\w+:\d+:\d+\x1b\[0m: pipeline\.source\.config\.bach_size: /m);
    const refused = await onTerminal(t, ['capture', 'ws://127.0.0.1:1']).exit;
    assert.match(refused.stdout, /^\x1b\[1mEnded:\x1b\[0m +\x1b\[31mit failed with ERR_CONNECT\.\x1b\[0m\r$/m);
    assert.match(refused.stdout, /^\x1b\[31mspillway:\x1b\[0m \x1b\[1mERR_CONNECT\x1b\[0m: /m);
    assert.deepEqual([wrong.status, refused.status], [2, 1]);
  });
});

/** A feed of some records that is closed in good order once `seen` resolves: a status line is drawn when its time comes. */
function feedUntil(t: TestContext, seen: Promise<void>): Promise<FeedServer> {
  return feed(t, async (client) => {
    await client.sendMany(['{"n":1}', '{"n":2}', '{"n":3}']);
    await seen;
    await client.close(1000);
  });
}
