import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  batch,
  createSource,
  type DeadLetter,
  DisconnectedError,
  envelope,
  filter,
  type Message,
  map,
  type Page,
  ParseError,
  parse,
  validate,
  WebSocketReadable,
} from '../../lib/index.js';
import { jsonlFile } from '../../lib/sink/file/jsonl-file.js';
import { readText, temporaryFolder } from '../sink/files.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';

test('every stage by hand, from a socket to a file, keeps what passes and diverts what does not', async (t) => {
  const bad = ['{"symbol":"BTC",', '{"symbol":"BTC","price":"x"}'];
  const server = await feed(
    t,
    sends(
      '{"symbol":"BTC","price":1.10}',
      bad[0]!,
      '{"symbol":"ETH","price":2}',
      bad[1]!,
      '{"symbol":"BTC","price":12345678901234567890}',
      '{"symbol":"BTC","price":4}',
    ),
  );
  const folder = temporaryFolder(t);
  const letters = createWriteStream(join(folder, 'dead.jsonl'));
  const deadLetter = new Transform({
    writableObjectMode: true,
    transform({ data, error, sequence }: DeadLetter, _encoding, callback) {
      callback(null, `${JSON.stringify({ data: data.toString(), code: error.code, sequence })}\n`);
    },
  });
  const buried = pipeline(deadLetter, letters);
  const file = jsonlFile(join(folder, 'trades.jsonl'));
  const kept: Message[] = [];

  await pipeline(
    new WebSocketReadable(server.url),
    parse({ onError: 'divert', deadLetter }),
    validate({ type: 'object', properties: { price: { type: 'number' } } }, { onError: 'divert', deadLetter }),
    filter((message) => (message.value as { symbol: string }).symbol === 'BTC'),
    // One of the user's own, which touches nothing.
    new Transform({
      objectMode: true,
      transform(message: Message, _encoding, callback) {
        kept.push(message);
        callback(null, message);
      },
    }),
    map(async (message) =>
      message.frame.sequence === 5 ? { ...(message.value as object), late: true } : message.value,
    ),
    envelope(),
    batch({ size: 2 }),
    file,
  );
  deadLetter.end();
  await buried;

  const [first] = kept;
  const around = (data: string) => `{"data":${data},"received_at":${first!.frame.receivedAt},"url":"${server.url}"}`;
  const lines = readText(file.path).trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.equal(lines[0], around('{"symbol":"BTC","price":1.1}'));
  assert.match(lines[2]!, /"data":\{"symbol":"BTC","price":4,"late":true\}/);
  assert.deepEqual(
    kept.map((message) => [message.frame.sequence, message.text.toString()]),
    [
      [0, '{"symbol":"BTC","price":1.10}'],
      [4, '{"symbol":"BTC","price":12345678901234567890}'],
      [5, '{"symbol":"BTC","price":4}'],
    ],
  );
  assert.deepEqual(
    readText(join(folder, 'dead.jsonl'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { data: bad[0], code: 'ERR_PARSE', sequence: 1 },
      { data: bad[1], code: 'ERR_INVALID_RECORD', sequence: 3 },
    ],
  );
  assert.deepEqual(file.stats.records, 3);
});

test('an error by hand reaches the file only after every record before it, through stages of the user’s own', async (t) => {
  const server = await feed(t, sends(...numbers(300), 'bad', ...numbers(10)));
  const path = join(temporaryFolder(t), 'out.jsonl');
  const file = jsonlFile(path);
  const closed = once(file, 'close').catch(() => undefined);
  const slow = new Transform({
    objectMode: true,
    highWaterMark: 4,
    transform(message: Message, _encoding, callback) {
      setImmediate(callback, null, message);
    },
  });
  await assert.rejects(
    pipeline(
      new WebSocketReadable(server.url),
      parse(),
      filter(() => true),
      slow,
      batch({ size: 7 }),
      file,
    ),
    ParseError,
  );
  await closed;
  assert.equal(readText(path), lines(numbers(300)));
});

for (const [how, pagesOf] of [
  ['fused', (url: string) => createSource({ url, unbounded: true, batch_size: 3, linger: 'none' }).pages()],
  [
    'composed by hand',
    (url: string) =>
      new WebSocketReadable(url).compose(parse()).compose(batch({ size: 3, lingerMs: 'none' })) as unknown as Readable,
  ],
] as const) {
  test(`for await over pages sees every record, and leaving the loop closes the socket with 1000 (${how})`, async (t) => {
    const server = await feed(t, async (client) => {
      for (const frame of numbers(100)) await client.send(frame);
      if (client.number === 1) await client.close(1000);
    });
    const all: string[] = [];
    for await (const page of pagesOf(server.url)) all.push(...textsOf(page as Page));
    assert.deepEqual(all, numbers(100));
    for await (const page of pagesOf(server.url)) {
      assert.deepEqual(textsOf(page as Page), ['0', '1', '2']);
      break;
    }
    assert.equal((await server.clients[1]?.closed)?.code, 1000);
  });

  test(`for await over pages sees every record before the error (${how})`, async (t) => {
    const server = await feed(t, sends(...numbers(100), 'bad'));
    const all: string[] = [];
    await assert.rejects(async () => {
      for await (const page of pagesOf(server.url)) {
        await nextTurn();
        all.push(...textsOf(page as Page));
      }
    }, ParseError);
    assert.deepEqual(all, numbers(100));
  });

  test(`Readable.toWeb gives a web stream of every page, and its cancelling closes the socket with 1000 (${how})`, async (t) => {
    const server = await feed(t, async (client) => {
      for (const frame of numbers(100)) await client.send(frame);
      if (client.number === 1) await client.close(1000);
    });
    const all: string[] = [];
    for await (const page of Readable.toWeb(pagesOf(server.url))) all.push(...textsOf(page as Page));
    assert.deepEqual(all, numbers(100));
    const reader = Readable.toWeb(pagesOf(server.url)).getReader();
    assert.deepEqual(textsOf((await reader.read()).value as Page), ['0', '1', '2']);
    await reader.cancel();
    assert.equal((await server.clients[1]?.closed)?.code, 1000);
  });

  test(`Readable.toWeb without a queue of its own gives every record before the error (${how})`, async (t) => {
    const server = await feed(t, sends(...numbers(100), 'bad'));
    const all: string[] = [];
    await assert.rejects(async () => {
      // A web stream that fails throws its queue away.
      const pages = Readable.toWeb(pagesOf(server.url), { strategy: { highWaterMark: 0 } });
      for await (const page of pages) {
        for (let turn = 0; turn < 10; turn++) await nextTurn();
        all.push(...textsOf(page as Page));
      }
    }, ParseError);
    assert.deepEqual(all, numbers(100));
  });

  test(`pages piped into two sinks reach both whole, at the pace of the slower one (${how})`, async (t) => {
    const server = await feed(t, sends(...numbers(500)));
    const path = join(temporaryFolder(t), 'out.jsonl');
    const file = jsonlFile(path);
    const slow = collecting(5);
    const pages = pagesOf(server.url);
    pages.pipe(file);
    pages.pipe(slow);
    await Promise.all([finished(file), finished(slow)]);
    assert.equal(readText(path), lines(numbers(500)));
    assert.deepEqual(slow.texts, numbers(500));
  });
}

test('an error reaches two sinks only after every record before it', async (t) => {
  const server = await feed(t, async (client) => {
    for (const frame of numbers(200)) await client.send(frame);
    await client.drop();
  });
  for (const fused of [true, false]) {
    const source = createSource({ url: server.url, unbounded: true, batch_size: 3 });
    const quick = collecting(0);
    const slow = collecting(20);
    const streams = fused ? [source.pages()] : source.stages();
    const pages = streams.at(-1)!;
    pages.pipe(quick);
    pages.pipe(slow);
    // A pipe() hands no error on, so a chain of them has to be joined by pipeline().
    const joined = fused ? finished(pages) : pipeline(streams);
    await assert.rejects(joined, DisconnectedError);
    assert.deepEqual(quick.texts, numbers(200));
    assert.deepEqual(slow.texts, numbers(200));
  }
});

test('stop() by hand ends a run with all that was received in the file', async (t) => {
  const server = await feed(t, sendsThenWaits(...numbers(50)));
  const path = join(temporaryFolder(t), 'out.jsonl');
  const frames = new WebSocketReadable(server.url);
  let seen = 0;
  const counting = new Transform({
    objectMode: true,
    transform(message: Message, _encoding, callback) {
      if (++seen === 50) frames.stop();
      callback(null, message);
    },
  });
  await pipeline(frames, parse(), counting, batch({ size: 0 }), jsonlFile(path));
  assert.equal(readText(path), lines(numbers(50)));
});

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${n}`);
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function textsOf(page: Page): string[] {
  return Array.from(page.ends, (_, index) => page.text(index).toString());
}

/** A sink that keeps everything, and takes so many turns of the event loop for a page. */
function collecting(turns: number): Writable & { readonly texts: string[] } {
  const texts: string[] = [];
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 2,
    write(page: Page, _encoding, callback) {
      let turn = 0;
      const take = (): void => {
        if (turn++ < turns) {
          setImmediate(take);
          return;
        }
        texts.push(...textsOf(page));
        callback();
      };
      take();
    },
  });
  return Object.assign(sink, { texts });
}
