import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, constants, deflateRawSync, gzipSync } from 'node:zlib';
import { createSource, type Frame, type Source, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock, encodeFrame, type FeedClient, OPCODES } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, run } from '../../support/arrangements.js';
import { deflater } from '../../support/deflater.js';
import { feed } from '../../support/feed.js';
import { signal } from '../../support/signal.js';
import { until } from '../../support/until.js';

/** What a frame has when inflated: a thousand times what it has on the wire. */
const SIZE = 50_000;
const ZEROS = Buffer.alloc(SIZE, '1');
const COUNT = 400;

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

/** The ways in which frames come small that are large. */
const WAYS = [
  [
    'decompress',
    { decompress: 'gzip' },
    (texts: readonly string[]) => texts.map((text) => encodeFrame({ opcode: OPCODES.binary, payload: gzipSync(text) })),
  ],
  [
    'per_message_deflate',
    { per_message_deflate: true },
    (texts: readonly string[]) => {
      const deflate = deflater();
      return texts.map((text) => encodeFrame({ opcode: OPCODES.text, payload: deflate(text), rsv1: true }));
    },
  ],
] as const;
const NUMBERS = Array.from({ length: COUNT }, (_, n) => `${n}`);

for (const [arrangement, [way, compression, framesOf]] of ARRANGEMENTS.flatMap((one) =>
  WAYS.map((other) => [one, other] as const),
)) {
  test(`${way}: frames that wait for a slow sink when the connection is reset are delivered before the gap (${arrangement})`, async (t) => {
    const script = async (client: FeedClient): Promise<void> => {
      if (client.number > 1) {
        await client.sendRaw(Buffer.concat(framesOf(['"last"'])));
        return;
      }
      await client.sendRaw(Buffer.concat(framesOf(NUMBERS)));
      await until(() => isStalled);
      await client.reset();
      await turns(20);
      goOn();
    };
    const server = await feed(t, script, { perMessageDeflate: true });
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
        ...compression,
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

for (const [arrangement, [way, compression, framesOf]] of ARRANGEMENTS.flatMap((one) =>
  WAYS.map((other) => [one, other] as const),
)) {
  for (const how of ['stop()', 'an abort'] as const) {
    test(`${way}: frames that wait for a slow sink are delivered after ${how}, and none that come later (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const abort = new AbortController();
      const held = signal();
      const sink = signal();
      const script = async (client: FeedClient): Promise<void> => {
        await client.sendRaw(Buffer.concat(framesOf(NUMBERS)));
        await held.given;
        await client.send('"late"');
      };
      const server = await feed(t, script, { perMessageDeflate: true });
      let source: Source | undefined;
      const config = {
        url: server.url,
        unbounded: true,
        ...compression,
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

test('per_message_deflate: no more than one message past max_buffered_bytes is inflated while the sink is stalled', async (t) => {
  const payload = deflateRawSync(ZEROS, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const frame = encodeFrame({ opcode: OPCODES.text, payload, rsv1: true });
  const plain = encodeFrame({ opcode: OPCODES.text, payload: ZEROS });
  const server = await feed(
    t,
    async (client) => {
      await client.sendRaw(Buffer.concat([...repeated(frame), plain, ...repeated(frame)]));
      await client.close(1000);
    },
    { perMessageDeflate: true },
  );
  const maxBufferedBytes = 120_000;
  const readable = new WebSocketReadable(server.url, { perMessageDeflate: true, maxBufferedBytes });
  let paused = 0;
  readable.on('paused', () => {
    paused += 1;
  });
  let frames = 0;
  for await (const { data, sequence } of readable as AsyncIterable<Frame>) {
    assert.ok(data.equals(ZEROS));
    assert.equal(sequence, frames);
    frames += 1;
    const { bufferedBytes } = readable.stats;
    assert.ok(bufferedBytes <= maxBufferedBytes + SIZE, `${bufferedBytes} bytes waited`);
    if (frames % 50 === 0) await turns(20);
  }
  assert.deepEqual([frames, readable.stats.gaps], [2 * COUNT + 1, 0]);
  assert.ok(paused > 10);
});

test('per_message_deflate: of messages that are stored, no more than 64 KiB and one of them is inflated past max_buffered_bytes', async (t) => {
  const deflate = deflater();
  const frames = Array.from({ length: COUNT }, () =>
    encodeFrame({ opcode: OPCODES.text, payload: deflate(ZEROS), rsv1: true }),
  );
  const server = await feed(
    t,
    async (client) => {
      await client.sendRaw(Buffer.concat(frames));
      await client.close(1000);
    },
    { perMessageDeflate: true },
  );
  const max_buffered_bytes = 120_000;
  const config = { url: server.url, unbounded: true, per_message_deflate: true, batch_size: 1, max_buffered_bytes };
  const source = createSource(config);
  let records = 0;
  for await (const page of source.pages()) {
    assert.equal(page.bytes.length, SIZE + 1);
    records += page.length;
    const { bufferedBytes } = source.stats;
    assert.ok(bufferedBytes <= max_buffered_bytes + 65_536 + SIZE, `${bufferedBytes} bytes waited`);
    if (records % 50 === 0) await turns(20);
  }
  assert.deepEqual([records, source.stats.gaps], [COUNT, 0]);
});

function repeated(frame: Uint8Array, count = COUNT): Uint8Array[] {
  return Array.from({ length: count }, () => frame);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
