import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resolveWebSocketOptions } from '../../../lib/connect/options/options.js';
import { Endpoints } from '../../../lib/connect/reach/endpoints.js';
import { Session, type SessionParts } from '../../../lib/connect/session/session.js';
import { FeedSocket } from '../../../lib/connect/socket/feed-socket.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { feed } from '../../support/feed.js';
import { until } from '../../support/until.js';

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
  const endpoint = new Endpoints([server.url]).current;
  const session = new Session({ ...PARTS, ws, origin: { number: 1, endpoint, inflater: undefined }, options });
  session.start();
  // The buffers of this machine take what they can, and then it waits here.
  while (ws.bufferedAmount <= 8 * 1024 * 1024) {
    void session.send('x'.repeat(256 * 1024));
    await nextTurn();
  }
  session.pause();
  await clock.advance(100_000);
  session.resume();
  const isSent = session.send('last');
  client.resume();
  await isSent;
  await until(() => client.received.at(-1) === 'last');
  assert.deepEqual([client.pings, client.pongs, client.received.includes('beat')], [0, 0, false]);
  await clock.advance(1_000);
  await client.nextPing();
  await until(() => client.received.at(-1) === 'beat');
  session.end();
  assert.equal(clock.pending, 0);
});

const PARTS: Omit<SessionParts, 'ws' | 'origin' | 'options'> = {
  secrets: { hide: (text) => text, meet() {} },
  taker: { takesRuns: false, onFrame() {}, onRun() {}, onControl() {}, onAlive() {}, frames: 0 },
  ask: async (question) => await question(),
  onFed() {},
  onLost: ({ cause }) => assert.fail(String(cause)),
};
