import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FeedSocket } from '../../lib/connect/feed-socket.js';
import { resolveWebSocketOptions } from '../../lib/connect/options.js';
import { Talk, type TalkActions } from '../../lib/connect/talk.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { feed, until } from '../support/feed.js';

test('a server that reads nothing gets no pings, pongs and heartbeats on top of the megabytes that wait for it', async (t) => {
  const clock = createFakeClock();
  const server = await feed(t, (client) => client.stall());
  const ws = new FeedSocket(server.url, [], { maxPayload: 1_024 });
  t.after(() => ws.terminate());
  await once(ws, 'open');
  const client = await server.nextClient();
  const options = resolveWebSocketOptions({
    clock,
    pingIntervalMs: 1_000,
    heartbeat: { intervalMs: 1_000, message: 'beat' },
  });
  const talk = new Talk(ws, server.url, { connection: 1, url: server.url }, options, undefined, ACTIONS);
  talk.start();
  // The buffers of this machine take what they can, and then it waits here.
  while (ws.bufferedAmount <= 8 * 1024 * 1024) {
    void talk.send('x'.repeat(256 * 1024));
    await nextTurn();
  }
  talk.hold();
  await clock.advance(100_000);
  talk.goOn();
  const isSent = talk.send('last');
  client.resume();
  await isSent;
  await until(() => client.received.at(-1) === 'last');
  assert.deepEqual([client.pings, client.pongs, client.received.includes('beat')], [0, 0, false]);
  await clock.advance(1_000);
  await client.nextPing();
  await until(() => client.received.at(-1) === 'beat');
  talk.end();
  assert.equal(clock.pending, 0);
});

const ACTIONS: TalkActions = {
  data() {},
  control() {},
  alive() {},
  hide: (text) => text,
  meet() {},
  ask: async (question) => await question(),
  lose: (cause) => assert.fail(String(cause)),
};
