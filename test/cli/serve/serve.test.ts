import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import { WebSocket } from 'ws';
import { closeOf, messagesOf } from '../../testing/plain-client.js';
import { jsonLines, type Running, type StartOptions, spillway, temporaryFolder } from '../cli.js';

const LINES = '{"n":1.10}\n{"n": 2}\n{"n":3}\n';
const MESSAGES = ['{"n":1.10}', '{"n": 2}', '{"n":3}'];

/** Starts `spillway serve` on a file of this content, and resolves when it listens. */
async function serve(
  t: TestContext,
  content: string | Buffer,
  args: readonly string[] = [],
  { name = 'feed.jsonl', ...options }: StartOptions & { readonly name?: string } = {},
): Promise<{ readonly running: Running; readonly url: string; readonly file: string }> {
  const file = join(await temporaryFolder(t), name);
  await writeFile(file, content);
  const running = spillway(t, ['serve', file, ...args], options);
  return { running, url: await urlOf(running), file };
}

/** The first line on standard output is the address. */
async function urlOf(running: Running): Promise<string> {
  // Where it does not come up, what it says is the reason.
  await Promise.race([running.out.until(/\n/), running.exit.then(({ stderr }) => assert.fail(stderr))]);
  const [url] = running.out.text.split('\n');
  assert.match(url!, /^ws:\/\/127\.0\.0\.1:\d+$/);
  return url!;
}

describe('spillway serve', { concurrency: 2 }, () => {
  it('serves every client the file from its beginning, closes with 1000, and ends with 0 at SIGINT', async (t) => {
    const { running, url, file } = await serve(t, LINES);
    const sockets = [new WebSocket(url), new WebSocket(url)];
    const closes = sockets.map((socket) => closeOf(socket));
    assert.deepEqual(await Promise.all(sockets.map(messagesOf)), [MESSAGES, MESSAGES]);
    assert.deepEqual(
      (await Promise.all(closes)).map(({ code }) => code),
      [1000, 1000],
    );
    assert.deepEqual(await messagesOf(new WebSocket(url)), MESSAGES);
    await running.err.until(/Client 3: 3 messages sent, ended with code 1000\./);
    running.child.kill('SIGINT');
    const { status, stdout, stderr } = await running.exit;
    assert.equal(stdout, `${url}\n`);
    assert.ok(stderr.startsWith(`Serving ${file} to whoever connects.`), stderr);
    assert.match(stderr, /Stopping at SIGINT: closing every connection\.\n$/);
    assert.equal(status, 0);
  });

  it('gives a run of spillway all that it serves', async (t) => {
    const { url } = await serve(t, LINES);
    const { status, stdout } = await spillway(t, ['capture', url, '-q']).exit;
    assert.equal(stdout, LINES);
    assert.equal(status, 0);
  });

  it('inflates gzip', async (t) => {
    const { url } = await serve(t, zlib.gzipSync(LINES), [], { name: 'feed.jsonl.gz' });
    assert.deepEqual(await messagesOf(new WebSocket(url)), MESSAGES);
  });

  const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Buffer };
  it('inflates zstd, many frames in one file, too', { skip: zstdCompressSync === undefined }, async (t) => {
    const content = Buffer.concat([zstdCompressSync!(LINES), zstdCompressSync!('4\n')]);
    const { url } = await serve(t, content, [], { name: 'feed.jsonl.zst' });
    assert.deepEqual(await messagesOf(new WebSocket(url)), [...MESSAGES, '4']);
  });

  it('tells that a zstd file is cut off, after what it holds', { skip: zstdCompressSync === undefined }, async (t) => {
    const content = Buffer.concat([zstdCompressSync!(LINES), zstdCompressSync!('4\n').subarray(0, -3)]);
    const { url, running } = await serve(t, content, [], { name: 'feed.jsonl.zst' });
    const messages = await messagesOf(new WebSocket(url));
    assert.deepEqual(messages.slice(0, MESSAGES.length), MESSAGES);
    await running.err.until(/It is cut off/);
  });

  it('refuses zstd where this Node.js has none', { skip: zstdCompressSync !== undefined }, async (t) => {
    const file = join(await temporaryFolder(t), 'feed.jsonl.zst');
    await writeFile(file, LINES);
    const { status, stderr } = await spillway(t, ['serve', file]).exit;
    assert.match(stderr, /cannot be inflated here: Node .* has no zstd; Node 22\.15/);
    assert.equal(status, 1);
  });

  it('serves the elements of an array inside a document', async (t) => {
    const content = '{"x":1,"data":{"trades":[ {"n": 1.10}, [2] ]}}';
    const { url } = await serve(t, content, ['--records-path', 'data.trades'], { name: 'feed.json' });
    assert.deepEqual(await messagesOf(new WebSocket(url)), ['{"n":1.10}', '[2]']);
  });

  it('sends at a rate', async (t) => {
    const { url } = await serve(t, LINES, ['--rate', '1000/s']);
    assert.deepEqual(await messagesOf(new WebSocket(url)), MESSAGES);
  });

  it('sends as recorded what envelopes hold', async (t) => {
    const content = '{"data":{"n":1.10},"received_at":1000,"url":"x"}\n{"data":2,"received_at":1001,"url":"x"}\n';
    const { url } = await serve(t, content, ['--as-recorded', '--speed', '100x']);
    assert.deepEqual(await messagesOf(new WebSocket(url)), ['{"n":1.10}', '2']);
  });

  it('begins with --on-subscribe when the client has sent something, with each by itself', async (t) => {
    const { url } = await serve(t, LINES, ['--on-subscribe']);
    const silent = new WebSocket(url);
    const silentMessages = messagesOf(silent);
    let received = 0;
    silent.on('message', () => {
      received += 1;
    });
    await once(silent, 'open');
    const talking = new WebSocket(url);
    talking.once('open', () => talking.send('subscribe'));
    assert.deepEqual(await messagesOf(talking), MESSAGES);
    assert.equal(received, 0);
    silent.send('subscribe');
    assert.deepEqual(await silentMessages, MESSAGES);
  });

  it('begins again with --loop until SIGTERM, which closes with 1001', async (t) => {
    const { running, url } = await serve(t, LINES, ['--loop', '--rate', '2000/s']);
    const socket = new WebSocket(url);
    const messages: string[] = [];
    const closed = closeOf(socket);
    socket.on('message', (data: Buffer) => {
      messages.push(data.toString());
      if (messages.length === 10) running.child.kill('SIGTERM');
    });
    assert.equal((await closed).code, 1001);
    assert.deepEqual(messages.slice(0, 7), [...MESSAGES, ...MESSAGES, MESSAGES[0]]);
    assert.equal((await running.exit).status, 0);
  });

  it('drops each connection after --drop-every messages, without a close frame', async (t) => {
    const { running, url } = await serve(t, LINES, ['--drop-every', '2', '--json']);
    for (let i = 0; i < 2; i++) {
      const socket = new WebSocket(url);
      const closed = closeOf(socket);
      assert.deepEqual(await messagesOf(socket), MESSAGES.slice(0, 2));
      assert.equal((await closed).code, 1006);
    }
    await running.err.until(/"ended","client":2.*\n/);
    running.child.kill('SIGTERM');
    const events = jsonLines((await running.exit).stderr);
    assert.deepEqual(
      events.map(({ event, client, frames, dropped }) => [event, client, frames, dropped]),
      [
        ['connected', 1, undefined, undefined],
        ['ended', 1, 2, true],
        ['connected', 2, undefined, undefined],
        ['ended', 2, 2, true],
        ['stopping', undefined, undefined, undefined],
      ],
    );
  });

  it('answers no ping while it stalls, and ends in good order in the middle of it', async (t) => {
    const { running, url } = await serve(t, LINES, ['--stall', '1h', '--stall-every', '2']);
    const socket = new WebSocket(url);
    const messages: string[] = [];
    let pongs = 0;
    const closed = closeOf(socket);
    socket.on('pong', () => {
      pongs += 1;
    });
    socket.on('message', (data: Buffer) => {
      messages.push(data.toString());
      if (messages.length === 2) socket.ping('', true, () => running.child.kill('SIGINT'));
    });
    assert.equal((await closed).code, 1001);
    assert.deepEqual(messages, MESSAGES.slice(0, 2));
    // The one that came with the end of the stall.
    assert.ok(pongs <= 1);
    assert.equal((await running.exit).status, 0);
  });

  it('does not wait for a client that answers nothing when it ends', async (t) => {
    const { running, url } = await serve(t, LINES, ['--on-subscribe', '-q']);
    const socket = new WebSocket(url);
    const closed = closeOf(socket);
    socket.once('open', () => {
      socket.pause();
      running.child.kill('SIGTERM');
    });
    const { status, stderr } = await running.exit;
    assert.deepEqual([status, stderr], [0, '']);
    socket.resume();
    await closed;
  });

  it('closes with 1011 at a line that is no JSON, goes on for others, and ends with 1', async (t) => {
    const { running, url } = await serve(t, '1\n2\noops\n');
    const socket = new WebSocket(url);
    const closed = closeOf(socket);
    assert.deepEqual(await messagesOf(socket), ['1', '2']);
    assert.equal((await closed).code, 1011);
    assert.deepEqual(await messagesOf(new WebSocket(url)), ['1', '2']);
    await running.err.until(/client 2 could not be served: ERR_INPUT: .*feed\.jsonl:3: The line is not JSON/);
    running.child.kill('SIGINT');
    const { status, stderr } = await running.exit;
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.equal(status, 1);
  });

  const misuses: [title: string, content: string, args: string[], says: RegExp][] = [
    ['--speed alone', '1\n', ['--speed', '2x'], /--speed: .*--as-recorded/],
    ['--rate with --as-recorded', '1\n', ['--rate', '1', '--as-recorded'], /cannot be used with/],
    ['a rate that is none', '1\n', ['--rate', 'fast'], /1000\/s, 90\/min/],
    ['a stall that is none', '1\n', ['--stall', 'soon'], /Expected a (number of seconds|duration)/],
    ['a port that is none', '1\n', ['--port', '70000'], /from 0 to 65535/],
    ['an address that is not of this machine', '1\n', ['--host', '192.0.2.1'], /Nobody can listen at 192\.0\.2\.1/],
    ['an option that is mistyped', '1\n', ['--on-subscrib'], /Did you mean --on-subscribe\?/],
  ];
  for (const [title, content, args, says] of misuses) {
    it(`with ${title} exits 2, says what to do, and serves nothing`, async (t) => {
      const file = join(await temporaryFolder(t), 'feed.jsonl');
      await writeFile(file, content);
      const { status, stdout, stderr } = await spillway(t, ['serve', file, ...args]).exit;
      assert.match(stderr, says);
      assert.equal(stdout, '');
      assert.equal(status, 2);
    });
  }

  const unfit: [title: string, content: string, args: string[], says: RegExp][] = [
    ['an empty file', '', [], /There is no record in this file/],
    ['a file that is no JSON', 'oops\n', [], /feed\.jsonl:1: The line is not JSON/],
    ['a torn line alone', 'oops', [], /feed\.jsonl:1: The last line is torn/],
    ['--as-recorded without envelopes', '1\n', ['--as-recorded'], /Record 1 is no envelope.*--envelope/],
  ];
  for (const [title, content, args, says] of unfit) {
    it(`with ${title} exits 1, says what is wrong, advises no option of others, and serves nothing`, async (t) => {
      const file = join(await temporaryFolder(t), 'feed.jsonl');
      await writeFile(file, content);
      const { status, stdout, stderr } = await spillway(t, ['serve', file, ...args]).exit;
      assert.match(stderr, /^spillway: ERR_INPUT: /);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /check: false|nothing was connected/);
      assert.deepEqual([status, stdout], [1, '']);
    });
  }

  it('serves what is whole of a file that ends in the middle, tells that once, and ends with 0', async (t) => {
    for (const [name, content] of [
      ['feed.jsonl', '1\n2\n{"n'],
      ['feed.jsonl.gz', zlib.gzipSync('1\n2\n').subarray(0, -4)],
      ['feed.json', '[1,2,'],
    ] as const) {
      const { running, url } = await serve(t, content, [], { name });
      for (const _ of [1, 2]) {
        const socket = new WebSocket(url);
        const closed = closeOf(socket);
        assert.deepEqual(await messagesOf(socket), ['1', '2']);
        assert.equal((await closed).code, 1000);
      }
      await running.err.until(/Client 2: 2 messages sent/);
      running.child.kill('SIGINT');
      const { status, stderr } = await running.exit;
      assert.equal(stderr.match(/All that is whole before it is there/g)?.length, 1, stderr);
      assert.equal(status, 0);
    }
  });

  it('exits 1 for a file that is not there', async (t) => {
    const { status, stderr } = await spillway(t, ['serve', '/nowhere/feed.jsonl']).exit;
    assert.match(stderr, /\/nowhere\/feed\.jsonl: The file cannot be read \(ENOENT\)/);
    assert.equal(status, 1);
  });

  it('serves an array that is larger than its memory, while another client does not read', async (t) => {
    const file = join(await temporaryFolder(t), 'huge.json');
    const count = 350;
    await pipeline(Readable.from(hugeArray(count)), createWriteStream(file));
    const nodeArgs = ['--max-old-space-size=28', '--max-semi-space-size=1'];
    const running = spillway(t, ['serve', file, '-q'], { nodeArgs });
    const url = await urlOf(running);
    const lazy = new WebSocket(url);
    lazy.once('open', () => lazy.pause());
    const socket = new WebSocket(url);
    let [messages, bytes] = [0, 0];
    socket.on('message', (data: Buffer) => {
      messages += 1;
      bytes += data.length;
    });
    // A minute where others are at work, too.
    assert.equal((await closeOf(socket, 300_000)).code, 1000);
    assert.equal(messages, count);
    assert.ok(bytes > 32200000, String(bytes));
    lazy.terminate();
    running.child.kill('SIGINT');
    const { status, stderr } = await running.exit;
    assert.deepEqual([status, stderr], [0, '']);
  });
});

/** One JSON array of so many elements of 100 kB. */
function* hugeArray(count: number): Generator<string> {
  const element = JSON.stringify({
    trades: Array.from({ length: 1_000 }, (_, i) => ({ id: i, price: `${i}.10`, side: 'buy', at: 'x'.repeat(50) })),
  });
  for (let i = 0; i < count; i++) yield `${i === 0 ? '[' : ','}\n${element}`;
  yield '\n]\n';
}
