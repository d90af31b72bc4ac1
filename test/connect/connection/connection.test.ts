import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { type Frame, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock, encodeFrame, OPCODES } from '../../../lib/testing/index.js';
import { closeFrame, feed } from '../../support/feed.js';
import { settle } from '../../support/resources.js';

test('nothing is read while subscribe messages are made, also when a consumer that was full goes on meanwhile', {
  timeout: 60_000,
}, async (t) => {
  let askAgain = (): void => {};
  let subscribe = (_messages: string[]): void => {};
  const isAskedAgain = new Promise<void>((resolve) => {
    askAgain = resolve;
  });
  const server = await feed(t, async (client) => {
    if (client.number === 1) {
      // The frames fill the consumer, and the end comes in the same chunk: the next attempt is made while it is full.
      await client.sendRaw(Buffer.concat([...['1', '2'].map(textFrame), closeFrame(1012)]));
      return;
    }
    await client.sendMany(['3', '4']);
    assert.equal(await client.receive(), 'subscribe');
    await client.send('5');
  });
  const readable = new WebSocketReadable(server.url, {
    highWaterMark: 1,
    reconnect: true,
    reconnectBackoff: () => 0,
    subscribeMessages: ({ connection }) => {
      if (connection === 1) return [];
      askAgain();
      return new Promise<string[]>((resolve) => {
        subscribe = resolve;
      });
    },
  });
  const texts: string[] = [];
  readable.read(0);
  await isAskedAgain;
  assert.equal(readable.stats.paused, true);
  const resumed = once(readable, 'resumed');
  for (let frame = readable.read(); frame !== null; frame = readable.read())
    texts.push((frame as Frame).data.toString());
  await resumed;
  await settle();
  assert.equal(readable.stats.frames, 2);
  subscribe(['subscribe']);
  for await (const { data } of readable) {
    texts.push(data.toString());
    if (texts.at(-1) === '5') break;
  }
  assert.deepEqual(texts, ['1', '2', '3', '4', '5']);
});

test('the time for the handshake ends with the upgrade', async (t) => {
  const clock = createFakeClock();
  const server = await feed(t, async (client) => {
    assert.equal(await client.receive(), 'hello');
    await clock.advance(100_000);
    await client.send('late');
  });
  const options = { clock, handshakeTimeoutMs: 1_000, subscribeMessages: ['hello'], maxFrames: 1 };
  const frames = await new WebSocketReadable(server.url, options).toArray();
  assert.deepEqual(
    frames.map(({ data }) => data.toString()),
    ['late'],
  );
});

function textFrame(text: string): Uint8Array {
  return encodeFrame({ opcode: OPCODES.text, payload: Buffer.from(text) });
}
