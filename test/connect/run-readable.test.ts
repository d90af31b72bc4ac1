import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { type Frame, WebSocketReadable, type WebSocketReadableOptions } from '../../lib/index.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { feed, hasRead, sendsThenWaits } from '../support/feed.js';
import { until } from '../support/until.js';

const FRAMES = 300;
/** Of 1,000 bytes each, so that they do not all come in one chunk. */
const frames = Array.from({ length: FRAMES }, (_, n) => `${n}`.padEnd(1_000));

for (const [highWaterMark, waiting] of [
  [8, 8],
  [64, 64],
  [200, 64],
] as const) {
  test(`with overflow the consumer is given ${waiting} frames at a time when the mark is ${highWaterMark}`, {
    timeout: 60_000,
  }, async (t) => {
    let isRead = false;
    const server = await feed(t, async (client) => {
      await client.sendMany(frames);
      await hasRead(client);
      isRead = true;
    });
    const readable = new WebSocketReadable(server.url, {
      overflow: 'drop_newest',
      maxBufferedFrames: 100,
      highWaterMark,
    });
    readable.read(0);
    await until(() => isRead);
    assert.equal(readable.readableLength, waiting);
    assert.equal(readable.stats.dropped, FRAMES - waiting - 100);
    readable.destroy();
    await once(readable, 'close');
  });
}

for (const [what, options] of [
  ['the mark', { highWaterMark: 200 }],
  ['the most frames', { highWaterMark: 1_000, maxBufferedFrames: 200 }],
  ['the most bytes', { highWaterMark: 1_000, maxBufferedBytes: 200_000 }],
] as const satisfies readonly [string, WebSocketReadableOptions][]) {
  test(`without overflow the socket is held once as much waits as ${what}, and read again as soon as there is room`, {
    timeout: 60_000,
  }, async (t) => {
    const server = await feed(t, sendsThenWaits(...frames));
    const readable = new WebSocketReadable(server.url, { ...options, maxFrames: FRAMES });
    readable.read(0);
    const [{ bufferedFrames }] = (await once(readable, 'paused')) as [{ bufferedFrames: number }];
    assert.equal(bufferedFrames, 200);
    assert.equal(readable.stats.paused, true);
    // All of the chunk that was read comes, and no more.
    const waiting = readable.readableLength;
    assert.ok(waiting >= 200);
    const texts: string[] = [];
    while (readable.readableLength >= 200) texts.push((readable.read() as Frame).data.toString());
    assert.equal(readable.stats.paused, false);
    for await (const { data } of readable) texts.push(data.toString());
    assert.deepEqual(texts, frames);
  });
}

test('an event tells its error by the names of who set the options, before the run has ended', async (t) => {
  const clock = createFakeClock();
  // It never answers.
  const server = createServer((socket) => {
    t.after(() => socket.destroy());
    void clock.advance(1_000);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const readable = new WebSocketReadable(`ws://127.0.0.1:${port}`, {
    clock,
    handshakeTimeoutMs: 1_000,
    reconnect: true,
  });
  readable.read(0);
  const [{ error }] = (await once(readable, 'disconnected')) as [{ error: Error }];
  assert.match(error.message, /Raise `handshakeTimeoutMs` if/);
  readable.destroy();
  await once(readable, 'close');
});
