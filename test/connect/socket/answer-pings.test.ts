import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketReadable } from '../../../lib/index.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';
import { feed } from '../../support/feed.js';

test('answerPings answers the newest of many pings that came at once, and the connection lives on', async (t) => {
  const pongs: string[] = [];
  const server = await feed(t, async (client) => {
    const pings = Array.from({ length: 500 }, (_, n) => encodeFrame({ opcode: OPCODES.ping, payload: `${n}` }));
    await client.sendRaw(Buffer.concat(pings));
    while (pongs.at(-1) !== '499') pongs.push((await client.nextPong()).toString());
    await client.send('1');
    await client.close(1000);
  });
  const frames: string[] = [];
  for await (const frame of new WebSocketReadable(server.url)) frames.push(frame.data.toString());
  assert.deepEqual(frames, ['1']);
  assert.ok(pongs.length < 500, 'the protocol asks only for the newest');
});

test('answerPings answers each ping that comes alone, with its own payload', async (t) => {
  const server = await feed(t, async (client) => {
    for (const payload of ['', 'a', 'x'.repeat(125)]) {
      await client.ping(payload);
      assert.equal((await client.nextPong()).toString(), payload);
    }
    await client.close(1000);
  });
  for await (const _ of new WebSocketReadable(server.url));
});
