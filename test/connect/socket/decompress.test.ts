import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import {
  createSource,
  type DeadLetter,
  MessageTooLargeError,
  ParseError,
  parse,
  WebSocketReadable,
} from '../../../lib/index.js';
import { ARRANGEMENTS, gapsOf, run } from '../../support/arrangements.js';
import { feed, sends, sendsThenWaits } from '../../support/feed.js';
import { noZstd, zstdCompress } from '../../support/zstd.js';

const CODECS = [
  ['gzip', 'gzip', gzipSync],
  ['deflate', 'zlib', deflateSync],
  ['deflate_raw', 'raw deflate', deflateRawSync],
  ['brotli', 'brotli', brotliCompressSync],
  ['auto', 'gzip', gzipSync],
  ['auto', 'zlib', deflateSync],
  ...(zstdCompress === undefined
    ? []
    : ([
        ['zstd', 'zstd', zstdCompress],
        ['auto', 'zstd', zstdCompress],
        ['zstd', 'zstd in several frames', (text: string) => Buffer.concat([...text].map((one) => zstdCompress!(one)))],
      ] as const)),
] as const;

/** Gzip with one bit of its checksum turned. */
const CORRUPT = gzipSync('{"n":2}');
CORRUPT[CORRUPT.length - 6]! ^= 1;

for (const arrangement of ARRANGEMENTS) {
  for (const [decompress, kind, compress] of CODECS) {
    test(`decompress: ${decompress} inflates ${kind}, and text passes beside it (${arrangement})`, async (t) => {
      const server = await feed(t, sends(compress('{"n":1.10}'), '{"n":2}', compress('{"n":3}')));
      const { texts, error, stats } = await run(arrangement, { url: server.url, unbounded: true, decompress });
      assert.equal(error, undefined);
      assert.deepEqual(texts, ['{"n":1.10}', '{"n":2}', '{"n":3}']);
      assert.equal(stats.bytes, 24);
    });
  }

  test(`decompress: auto takes binary frames that are not compressed as they are (${arrangement})`, async (t) => {
    const server = await feed(t, sends(Buffer.from('{"n":1}'), gzipSync('{"n":2}')));
    const { texts } = await run(arrangement, { url: server.url, unbounded: true, decompress: 'auto' });
    assert.deepEqual(texts, ['{"n":1}', '{"n":2}']);
  });

  test(`decompress: without it a compressed frame is no JSON (${arrangement})`, async (t) => {
    const server = await feed(t, sends(gzipSync('{"n":1}')));
    const { error } = await run(arrangement, { url: server.url, unbounded: true });
    assert.ok(error instanceof ParseError);
    assert.doesNotMatch(error.message, /inflated/);
  });

  test(`decompress: raw_string, binary and lines are made of the inflated bytes (${arrangement})`, async (t) => {
    for (const [format, expected] of [
      [{ message_format: 'raw_string' }, ['"1\\n2"']],
      [{ message_format: 'binary' }, [`"${Buffer.from('1\n2').toString('base64')}"`]],
      [{ split: 'lines' }, ['1', '2']],
    ] as const) {
      const server = await feed(t, sends(gzipSync('1\n2')));
      const { texts } = await run(arrangement, { url: server.url, unbounded: true, decompress: 'gzip', ...format });
      assert.deepEqual(texts, expected);
    }
  });

  test(`decompress: a frame larger than max_message_bytes when inflated is ERR_MESSAGE_TOO_LARGE, after every record (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits(gzipSync('"1234"'), gzipSync(Buffer.alloc(5_000_000, '1'))));
    const { texts, error } = await run(arrangement, {
      url: server.url,
      unbounded: true,
      decompress: 'gzip',
      max_message_bytes: 10_000,
    });
    assert.deepEqual(texts, ['"1234"']);
    assert.ok(error instanceof MessageTooLargeError);
    assert.match(error.message, /larger than 10000 bytes when inflated/);
    assert.equal((await server.clients[0]?.closed)?.code, 1009);
  });

  test(`decompress: a bomb of zstd frames is ERR_MESSAGE_TOO_LARGE, too (${arrangement})`, {
    skip: noZstd,
  }, async (t) => {
    const bomb = Buffer.concat(Array.from({ length: 50 }, () => zstdCompress!(Buffer.alloc(1_000, '1'))));
    const server = await feed(t, sendsThenWaits(zstdCompress!('"1234"'), bomb));
    const config = { url: server.url, unbounded: true, decompress: 'zstd', max_message_bytes: 10_000 } as const;
    const { texts, error } = await run(arrangement, config);
    assert.deepEqual(texts, ['"1234"']);
    assert.ok(error instanceof MessageTooLargeError);
  });

  test(`decompress: what comes with a frame that is too large is behind a gap, and the feed goes on with reconnect (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      if (client.number > 1) await client.send(gzipSync('3'), { binary: true });
      else await client.sendMany([gzipSync('1'), gzipSync(Buffer.alloc(5_000, '1')), gzipSync('2')], { binary: true });
    });
    const outcome = await run(arrangement, {
      url: server.url,
      max_messages: 2,
      decompress: 'gzip',
      max_message_bytes: 1_000,
      reconnect: true,
      reconnect_backoff: 0,
    });
    assert.deepEqual(outcome.texts, ['1', '3']);
    assert.deepEqual(
      gapsOf(outcome).map(({ cause, code, afterSequence }) => [cause, code, afterSequence]),
      [['disconnected', 1006, 0]],
    );
  });

  test(`decompress: what cannot be inflated is ERR_PARSE with the reason, or skipped, in every format (${arrangement})`, async (t) => {
    const truncated = gzipSync('{"n":2}').subarray(0, -4);
    const formats = [{}, { message_format: 'raw_string' }, { message_format: 'binary' }, { split: 'lines' }] as const;
    for (const [bytes, reason] of [
      [CORRUPT, /cannot be inflated .*gzip: incorrect data check/],
      [truncated, /cannot be inflated .*gzip: unexpected end of file/],
      [Buffer.from('{"n":2}'), /cannot be inflated .*gzip: incorrect header check/],
    ] as const) {
      for (const format of formats) {
        const server = await feed(t, sends(gzipSync('1'), bytes, gzipSync('3')));
        const config = { url: server.url, unbounded: true, decompress: 'gzip', ...format } as const;
        const failed = await run(arrangement, config);
        assert.equal(failed.texts.length, 1);
        assert.ok(failed.error instanceof ParseError);
        assert.match(failed.error.reason, reason);
        assert.deepEqual([failed.error.sequence, failed.error.offset], [1, 0]);
        const skipped = await run(arrangement, { ...config, on_parse_error: 'skip' });
        assert.equal(skipped.error, undefined);
        assert.deepEqual([skipped.texts.length, skipped.stats.skipped], [2, 1]);
      }
    }
  });

  test(`decompress: pings, heartbeats and subscriptions are answered by what is inflated (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.expectMessages(['{"op":"sub"}']);
      await client.send(gzipSync('{"event":"subscribed"}'), { binary: true });
      await client.send(gzipSync('{"ping":17}'), { binary: true });
      await client.expectMessages(['{"pong":17}']);
      await client.send(gzipSync('{"n":1}'), { binary: true });
    });
    const { texts, error, stats } = await run(arrangement, {
      url: server.url,
      max_messages: 1,
      decompress: 'gzip',
      subscribe: [{ send: '{"op":"sub"}', expect: { path: 'event', equals: 'subscribed' } }],
      reply: [{ match: { path: 'ping' }, send: '{"pong":{value}}' }],
    });
    assert.equal(error, undefined);
    assert.deepEqual([texts, stats.controlFrames], [['{"n":1}'], 2]);
  });

  test(`decompress: numbers and duplicates are found in what is inflated (${arrangement})`, async (t) => {
    const frames = ['{"u":1}', '{"u":1}', '{"u":4}'].map((text, index) => gzipSync(text, { level: index }));
    const server = await feed(t, sends(...frames));
    const outcome = await run(arrangement, {
      url: server.url,
      unbounded: true,
      decompress: 'gzip',
      sequence: { path: 'u' },
      dedupe: { by: ['u'], window: 60 },
    });
    assert.deepEqual(outcome.texts, ['{"u":1}', '{"u":4}']);
    assert.deepEqual([outcome.stats.sequence?.missing, outcome.stats.duplicates], [2, 1]);
  });

  test(`decompress: a frame that waits by its key keeps why it cannot be inflated (${arrangement})`, async (t) => {
    const server = await feed(t, sends(gzipSync('{"k":1}'), CORRUPT));
    const { error, texts } = await run(arrangement, {
      url: server.url,
      unbounded: true,
      decompress: 'gzip',
      overflow: { latest_by: 'k' },
    });
    assert.deepEqual(texts, ['{"k":1}']);
    assert.match(String(error), /incorrect data check/);
  });
}

test('a frame that cannot be inflated is emitted as it came, and its dead letter holds those bytes', async (t) => {
  for (const split of ['none', 'lines'] as const) {
    const server = await feed(t, sends(gzipSync('1'), CORRUPT, gzipSync('3')));
    const letters: DeadLetter[] = [];
    const records: string[] = [];
    const deadLetter = new Writable({
      objectMode: true,
      write(letter: DeadLetter, _encoding, callback) {
        letters.push(letter);
        callback();
      },
    });
    await pipeline(
      new WebSocketReadable(server.url, { decompress: 'gzip' }),
      parse({ onError: 'divert', deadLetter, split }),
      async (messages) => {
        for await (const message of messages) records.push(String(message.text));
      },
    );
    assert.deepEqual(records, ['1', '3']);
    const [letter, ...more] = letters;
    assert.deepEqual(more, []);
    assert.deepEqual([letter?.data, letter?.offset, letter?.sequence], [CORRUPT, 0, 1]);
    assert.match(String(letter?.error), /cannot be inflated/);
  }
});

test('an unknown compression is refused', () => {
  assert.throws(
    () => new WebSocketReadable('ws://127.0.0.1:1', { decompress: 'zip' as 'gzip' }),
    /WebSocketReadable\.decompress: Expected one of 'gzip', 'deflate', 'deflate_raw', 'brotli', 'zstd', 'auto'/,
  );
});

test('decompress: zstd is refused where this Node has none, before anything is connected', (t) => {
  if (noZstd === false) return t.skip('this Node has zstd');
  assert.throws(() => new WebSocketReadable('ws://a', { decompress: 'zstd' }), {
    code: 'ERR_CONFIG',
    message:
      /^WebSocketReadable\.decompress: Node \S+ has no zstd; Node 22\.15, .* have it\. Run this with one of them\.$/,
  });
  assert.throws(() => createSource({ url: 'ws://a', unbounded: true, decompress: 'zstd' }), {
    code: 'ERR_CONFIG',
    message: /^decompress: Node \S+ has no zstd/,
  });
  assert.doesNotThrow(() => createSource({ url: 'ws://a', unbounded: true, decompress: 'auto' }));
});
