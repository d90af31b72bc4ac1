import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resolveWebSocketOptions, type WebSocketReadableOptions } from '../../../lib/connect/options/options.js';
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

test('a connection that was stopped says nothing more, and is not declared dead when it is read again', async (t) => {
  const clock = createFakeClock();
  const server = await feed(t, () => {});
  const ws = new FeedSocket(server.url, [], { maxPayload: 1_024 });
  t.after(() => ws.terminate());
  await once(ws, 'open');
  const options = resolveWebSocketOptions({ clock, pingIntervalMs: 1_000, staleTimeoutMs: 5_000 });
  const endpoint = new Endpoints([server.url]).current;
  const session = new Session({ ...PARTS, ws, origin: { number: 1, endpoint, inflater: undefined }, options });
  session.start();
  assert.equal(clock.pending, 2);
  session.pause();
  session.stop();
  session.resume();
  assert.equal(clock.pending, 0);
});

test('frames come in runs where those are taken, and one by one where one of them may be a control frame', async (t) => {
  const reply = [{ match: { text: 'ping' }, send: 'pong' }];
  for (const [takesRuns, options, expected] of [
    [true, {}, 'run a, run b'],
    [false, {}, 'frame a, frame b'],
    [true, { reply }, 'frame a, frame b'],
  ] as const) {
    const { client, session, seen } = await opened(t, options, takesRuns);
    session.start();
    await client.sendMany(['a', 'b']);
    await until(() => seen.length === 2);
    assert.equal(seen.join(', '), expected);
    session.end();
  }
});

test('a connection that is read again is declared dead when it is silent for as long as ever', async (t) => {
  const { clock, session, seen } = await opened(t, { staleTimeoutMs: 5_000 });
  session.start();
  session.pause();
  await clock.advance(60_000);
  session.resume();
  await clock.advance(4_999);
  assert.deepEqual(seen, []);
  await clock.advance(1);
  assert.deepEqual(seen, ['lost by stale_timeout, 5000 ms']);
  session.end();
  assert.equal(clock.pending, 0);
});

/** A session that is not started, and all that it tells of. */
async function opened(t: TestContext, given: WebSocketReadableOptions, takesRuns = false) {
  const clock = createFakeClock();
  const server = await feed(t, () => {});
  const ws = new FeedSocket(server.url, [], { maxPayload: 1_024 });
  t.after(() => ws.terminate());
  await once(ws, 'open');
  const client = await server.nextClient();
  const options = resolveWebSocketOptions({ ...given, clock });
  const seen: string[] = [];
  const taker: SessionParts['taker'] = {
    ...{ ...PARTS.taker, takesRuns },
    onFrame: (data) => void seen.push(`frame ${data}`),
    onRun(run) {
      while (run.next()) {
        seen.push(`run ${run.chunk.subarray(run.start, run.end)}`);
        run.accept();
      }
    },
  };
  const onLost: SessionParts['onLost'] = ({ watchdog }) =>
    void seen.push(`lost by ${watchdog?.name}, ${watchdog?.ms} ms`);
  const origin = { number: 1, endpoint: new Endpoints([server.url]).current, inflater: undefined };
  return { clock, client, seen, session: new Session({ ...PARTS, ws, origin, options, taker, onLost }) };
}

const PARTS: Omit<SessionParts, 'ws' | 'origin' | 'options'> = {
  secrets: { hide: (text) => text, meet() {} },
  taker: { takesRuns: false, onFrame() {}, onRun() {}, onControl() {}, onAlive() {}, onPong() {}, frames: 0 },
  ask: async (question) => await question(),
  onFed() {},
  onLost: ({ cause }) => assert.fail(String(cause)),
};
