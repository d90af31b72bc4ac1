import assert from 'node:assert/strict';
import { once } from 'node:events';
import { getDefaultHighWaterMark } from 'node:stream';
import { test } from 'node:test';
import { brotliCompressSync, constants, deflateRawSync, gzipSync } from 'node:zlib';
import { type Frame, type Source, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock, encodeFrame, type FeedClient, OPCODES } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, run } from '../../support/arrangements.js';
import { feed } from '../../support/feed.js';
import { signal } from '../../support/signal.js';
import { until } from '../../support/until.js';

/** What a frame has when inflated: a thousand times what it has on the wire. */
const SIZE = 50_000;
const ZEROS = Buffer.alloc(SIZE, '1');
const COUNT = 400;
const FLOOD = 10_000;
/** The most that DEFLATE makes of a byte: 258 bytes of two bits. */
const HIGHEST_RATIO = 1_032;
/** What `ws` may have read when it is paused: one read of the socket beside what its receiver, a Writable, had waiting. */
const READ_AHEAD = 64 * 1024 + getDefaultHighWaterMark(false);

for (const [decompress, compress] of [
  ['gzip', gzipSync],
  ['brotli', brotliCompressSync],
] as const) {
  test(`decompress: ${decompress} never inflates more than one frame past max_buffered_bytes while the sink is stalled`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.sendRaw(Buffer.concat(repeated(encodeFrame({ opcode: OPCODES.binary, payload: compress(ZEROS) }))));
      await client.close(1000);
    });
    const maxBufferedBytes = 120_000;
    const readable = new WebSocketReadable(server.url, { decompress, maxBufferedBytes });
    const held: number[] = [];
    readable.on('paused', () => held.push(readable.stats.bufferedBytes));
    let frames = 0;
    for await (const frame of readable) {
      assert.equal((frame as Frame).data.length, SIZE);
      assert.equal((frame as Frame).sequence, frames);
      frames += 1;
      const { bufferedBytes } = readable.stats;
      assert.ok(bufferedBytes <= maxBufferedBytes + SIZE, `${bufferedBytes} bytes waited`);
      if (frames % 50 === 0) await turns(20);
    }
    assert.equal(frames, COUNT);
    assert.ok(held.length > 10);
    assert.deepEqual([readable.stats.frames, readable.stats.gaps], [COUNT, 0]);
  });
}

for (const arrangement of ARRANGEMENTS) {
  test(`decompress: frames that wait for a slow sink when the connection is reset are delivered before the gap (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      if (client.number > 1) {
        await client.send(gzipSync('"last"'), { binary: true });
        return;
      }
      const frames = Array.from({ length: COUNT }, (_, n) =>
        encodeFrame({ opcode: OPCODES.binary, payload: gzipSync(`${n}`) }),
      );
      await client.sendRaw(Buffer.concat(frames));
      await until(() => isStalled);
      await client.reset();
      await turns(20);
      goOn();
    });
    let isStalled = false;
    let goOn = (): void => {};
    const stalled = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const outcome = await run(
      arrangement,
      {
        url: server.url,
        max_messages: COUNT + 1,
        decompress: 'gzip',
        max_buffered_bytes: 20,
        batch_size: 1,
        reconnect: true,
        reconnect_backoff: 0,
      },
      {
        onPage: () => (isStalled ? undefined : stalled),
        onEvent: (name) => {
          if (name === 'paused') isStalled = true;
        },
      },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, [...Array.from({ length: COUNT }, (_, n) => `${n}`), '"last"']);
    assert.deepEqual(
      gapsOf(outcome).map(({ cause, afterSequence }) => [cause, afterSequence]),
      [['disconnected', COUNT - 1]],
    );
  });
}

for (const arrangement of ARRANGEMENTS) {
  for (const how of ['stop()', 'an abort'] as const) {
    test(`decompress: frames that wait for a slow sink are delivered after ${how}, and none that come later (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const abort = new AbortController();
      const held = signal();
      const sink = signal();
      const frames = Array.from({ length: COUNT }, (_, n) => gzipSync(`${n}`));
      const server = await feed(t, async (client) => {
        await client.sendRaw(Buffer.concat(frames.map((payload) => encodeFrame({ opcode: OPCODES.binary, payload }))));
        await held.given;
        await client.send('"late"');
      });
      let source: Source | undefined;
      const config = {
        url: server.url,
        unbounded: true,
        decompress: 'gzip',
        max_buffered_bytes: 20,
        batch_size: 1,
      } as const;
      const running = run(
        arrangement,
        { ...config, ping_interval: 20, max_connection_age: 600, reconnect: true },
        {
          clock,
          signal: abort.signal,
          onStart: (started) => {
            source = started;
          },
          onPage: () => sink.given,
          onEvent: (name) => {
            if (name === 'paused') held.give();
          },
        },
      );
      await held.given;
      if (how === 'stop()') source?.stop();
      else abort.abort();
      // The server is not kept waiting for the sink.
      await server.clients[0]?.closed;
      await until(() => clock.pending === 0);
      sink.give();
      const outcome = await running;
      assert.equal(outcome.error?.name, how === 'stop()' ? undefined : 'AbortError');
      assert.deepEqual(
        outcome.texts,
        Array.from({ length: COUNT }, (_, n) => `${n}`),
      );
      assert.deepEqual([outcome.stats.frames, outcome.stats.gaps, outcome.stats.connections], [COUNT, 0, 1]);
      assert.equal(outcome.events.at(-1)?.name, 'ended');
    });
  }
}

test('per_message_deflate: what waits for a stalled sink is bounded by what ws has read when it is paused', async (t) => {
  const size = 60_000;
  const message = deflateRawSync(Buffer.alloc(size, '1'), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const frame = encodeFrame({ opcode: OPCODES.text, payload: message, rsv1: true });
  const server = await feed(t, flood, { perMessageDeflate: true });
  async function flood(client: FeedClient): Promise<void> {
    await client.sendRaw(Buffer.concat(repeated(frame, FLOOD)));
  }
  const maxBufferedBytes = 1024 * 1024;
  const bound = maxBufferedBytes + size + READ_AHEAD * HIGHEST_RATIO;
  assert.ok(size * FLOOD > 3 * bound);
  const readable = new WebSocketReadable(server.url, { perMessageDeflate: true, maxBufferedBytes });
  t.after(() => readable.destroy());
  readable.read(0);
  await once(readable, 'paused');
  let bytes = 0;
  while (readable.stats.bufferedBytes > bytes) {
    bytes = readable.stats.bufferedBytes;
    await turns(2_000);
  }
  t.diagnostic(`${bytes} bytes waited, of ${bound} that may`);
  assert.ok(bytes >= maxBufferedBytes && bytes <= bound, `${bytes} bytes waited`);
});

function repeated(frame: Uint8Array, count = COUNT): Uint8Array[] {
  return Array.from({ length: count }, () => frame);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
