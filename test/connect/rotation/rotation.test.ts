import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedGaps } from '../../../lib/connect/intake/feed-gaps.js';
import type { Origin } from '../../../lib/connect/intake/frame-handler.js';
import { resolveWebSocketOptions } from '../../../lib/connect/options/options.js';
import { Rotation } from '../../../lib/connect/rotation/rotation.js';
import { type Rotated, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock, type FeedClient, type FeedServer } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, payloadsOf, run } from '../../support/arrangements.js';
import { feed, hasRead } from '../../support/feed.js';
import { AGE, LOGIN, rotatingFeed } from '../../support/rotation.js';
import { again } from '../../support/time.js';
import { until } from '../../support/until.js';

for (const arrangement of ARRANGEMENTS) {
  test(`max_connection_age: the new connection is confirmed before the old one is closed, and each frame comes once (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const order: string[] = [];
    const server = await rotatingFeed(t, clock, ['1'], async (client, first) => {
      void first.closed.then(({ code }) => order.push(`1 closed with ${code}`));
      // What the new connection brings before it is confirmed waits for what the old one still has.
      await client.send('3');
      await first.sendMany(['2', '3']);
      await hasRead(client);
      order.push('2 is confirmed');
      await client.send('welcome');
      await first.closed;
      await client.send('4');
      await client.close(1000);
    });
    const config = { url: server.url, unbounded: true, max_connection_age: AGE, subscribe: [LOGIN] };
    const outcome = await run(arrangement, config, { clock });
    const { texts, error, stats, pages } = outcome;
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '2', '3', '4']);
    assert.deepEqual(order, ['2 is confirmed', '1 closed with 1000']);
    assert.deepEqual(
      [stats.rotations, stats.duplicates, stats.reconnects, stats.connections, stats.gaps],
      [1, 1, 0, 2, 0],
    );
    assert.deepEqual(payloadsOf(outcome, 'rotating'), [{ connection: 1 }]);
    assert.deepEqual(payloadsOf(outcome, 'rotated'), [{ from: 1, to: 2 }]);
    assert.deepEqual(payloadsOf(outcome, 'disconnected'), [
      { url: `${server.url}/`, connection: 2, code: 1000, reason: '', error: undefined, frames: 4 },
    ]);
    const connections = pages.flatMap((page) => page.messages.map(({ frame }) => frame.connection));
    assert.deepEqual(connections, [1, 1, 1, 2]);
    assert.equal(clock.pending, 0);
  });

  test(`max_connection_age: if the new connection fails the old one goes on, and it is tried again with back-off (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server: FeedServer = await rotatingFeed(
      t,
      clock,
      ['1'],
      async (client, first) => {
        await client.send('welcome');
        await first.closed;
        await client.send('3');
        await client.close(1000);
      },
      {
        refuse: (_request, attempt) => {
          if (attempt !== 2) return undefined;
          void (async () => {
            const [first] = server.clients as readonly [FeedClient];
            await until(() => failed.length === 1);
            await first.send('2');
            await hasRead(first);
            void clock.advance(7_000);
          })();
          return { status: 503 };
        },
      },
    );
    const failed: string[] = [];
    const outcome = await run(
      arrangement,
      { url: server.url, unbounded: true, max_connection_age: AGE, subscribe: [LOGIN], reconnect_backoff: 7 },
      { clock, onEvent: (name) => name === 'rotationFailed' && failed.push(name) },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['1', '2', '3']);
    assert.deepEqual(
      payloadsOf<{ delayMs: number; error: { status: number } }>(outcome, 'rotationFailed').map(
        ({ delayMs, error }) => [delayMs, error.status],
      ),
      [[7_000, 503]],
    );
    assert.deepEqual([outcome.stats.rotations, outcome.stats.gaps], [1, 0]);
    assert.equal(clock.pending, 0);
  });

  test(`max_connection_age: a new connection whose credentials are refused has them renewed for the next attempt (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const asked: boolean[] = [];
    const server: FeedServer = await rotatingFeed(
      t,
      clock,
      ['1'],
      async (client, first) => {
        await client.send('welcome');
        await first.closed;
        await client.send('2');
        await client.close(1000);
      },
      { refuse: (_request, attempt) => (attempt === 2 ? { status: 401 } : undefined) },
    );
    const outcome = await run(
      arrangement,
      {
        url: server.url,
        unbounded: true,
        max_connection_age: AGE,
        subscribe: [LOGIN],
        reconnect_backoff: 7,
        auth: { ref: 'vault' },
      },
      {
        clock,
        credentials: {
          vault: ({ refused }) => {
            asked.push(refused);
            return { type: 'none' };
          },
        },
        onEvent: (name) => name === 'rotationFailed' && void clock.advance(7_000),
      },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['1', '2']);
    assert.deepEqual(asked, [false, false, true]);
    assert.deepEqual([outcome.stats.rotations, outcome.stats.gaps], [1, 0]);
  });

  test(`max_connection_age: a connection that is lost meanwhile is followed by the new one, and that is one gap (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await rotatingFeed(t, clock, ['1'], async (client, first) => {
      await client.send('2');
      await hasRead(client);
      await first.drop();
      await client.send('welcome');
      await client.send('3');
    });
    const outcome = await run(
      arrangement,
      { url: server.url, max_messages: 3, max_connection_age: AGE, subscribe: [LOGIN], reconnect: true },
      { clock },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['1', '2', '3']);
    assert.equal(server.requests.length, 2);
    assert.deepEqual([outcome.stats.gaps, outcome.stats.connections], [1, 2]);
    assert.equal(clock.pending, 0);
  });

  test(`a sink that is stalled while the old connection is drained holds the rotation up: order, numbers and the bound of memory hold (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const FRAMES = 2_000;
    const BUDGET = 200_000;
    const padding = 'x'.repeat(2_000);
    const numbered = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, n) => `{"n":${from + n},"k":${(from + n) % 7},"p":"${padding}"}`);
    const server = await rotatingFeed(t, clock, numbered(0, 10), async (client, first) => {
      // The old connection has much on its way when the new one is confirmed; the new one begins with the last of it.
      const rest = first.sendMany(numbered(10, FRAMES));
      await client.send('welcome');
      const sent = 10 + (await rest);
      await client.sendMany(numbered(sent - 5, FRAMES + 100));
    });
    let isStalled = false;
    let wasHeld = false;
    let goOn = (): void => {};
    const stall = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let buffered = 0;
    const outcome = await run(
      arrangement,
      {
        url: server.url,
        max_messages: FRAMES + 100,
        max_connection_age: AGE,
        subscribe: [LOGIN],
        batch_size: 10,
        max_buffered_bytes: BUDGET,
      },
      {
        clock,
        onPage: async (_page, source) => {
          buffered = Math.max(buffered, source.stats.bufferedBytes);
          if (isStalled) await stall;
        },
        onEvent: (name) => {
          if (name === 'subscribed' && server.clients.length === 2) isStalled = true;
          if (name !== 'paused' || !isStalled) return;
          // Longer than any close time-out, with much of the old connection to be read yet.
          wasHeld = true;
          void clock.advance(600_000).then(goOn);
        },
      },
    );
    const { texts, error, stats } = outcome;
    assert.equal(error, undefined);
    assert.deepEqual(
      texts.map((text) => (JSON.parse(text) as { n: number }).n),
      Array.from({ length: FRAMES + 100 }, (_, n) => n),
    );
    assert.deepEqual([stats.rotations, stats.gaps, stats.connections], [1, 0, 2]);
    assert.ok(stats.duplicates > 0 && wasHeld);
    assert.equal(payloadsOf(outcome, 'rotated').length, 1);
    // What waits for the consumer, what the new connection brought meanwhile, and a read of each socket.
    assert.ok(buffered <= 2 * BUDGET + 2 * 64 * 1024, `${buffered} bytes waited`);
    assert.equal(clock.pending, 0);
  });

  for (const per_message_deflate of [false, true])
    test(`a new connection that brings more than may wait before it is confirmed is given up with all of that, and the old one goes on (${arrangement}${per_message_deflate ? ', compressed' : ''})`, async (t) => {
      const clock = createFakeClock();
      const padding = 'x'.repeat(2_000);
      const server = await rotatingFeed(
        t,
        clock,
        ['1'],
        async (client, first) => {
          await client.sendMany(Array.from({ length: 200 }, (_, n) => `{"n":${n},"p":"${padding}"}`));
          await client.closed;
          await first.sendMany(['2', '3']);
          await first.close(1000);
        },
        { perMessageDeflate: per_message_deflate },
      );
      const outcome = await run(
        arrangement,
        {
          url: server.url,
          unbounded: true,
          max_connection_age: AGE,
          subscribe: [LOGIN],
          max_buffered_bytes: 100_000,
          per_message_deflate,
        },
        { clock },
      );
      assert.equal(outcome.error, undefined);
      assert.deepEqual(outcome.texts, ['1', '2', '3']);
      const failed = payloadsOf<{ error: unknown; delayMs: number }>(outcome, 'rotationFailed');
      assert.deepEqual(
        failed.map(({ error }) => error),
        [undefined],
      );
      assert.ok(failed[0]!.delayMs > 0);
      const { rotations, duplicates, gaps, bufferedFrames } = outcome.stats;
      assert.deepEqual([rotations, duplicates, gaps, bufferedFrames], [0, 0, 0, 0]);
      assert.equal(clock.pending, 0);
    });

  test(`rotate_at: a connection is rotated at that time of day, early by its jitter, and not again at it (${arrangement})`, async (t) => {
    const clock = createFakeClock(Date.UTC(2026, 0, 1, 22, 55));
    const rotatedAt: string[] = [];
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      await hasRead(client);
      if (client.number === 1) void again(clock, () => server.clients.length === 2, 3_540_000);
      if (client.number === 2) {
        await server.clients[0]?.closed;
        await until(() => clock.pending === 1);
        await clock.advance(120_000);
        rotatedAt.push(`still ${server.clients.length}`);
        void clock.advance(86_400_000 - 120_000);
      }
      if (client.number === 3) await client.send('"last"');
    });
    const outcome = await run(
      arrangement,
      { url: server.url, max_messages: 4, linger: 'none', rotate_at: '23:55', rotation_jitter: '2m' },
      { clock, random: () => 0.5 },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['1', '2', '3', '"last"']);
    assert.deepEqual(rotatedAt, ['still 2']);
    assert.equal(clock.pending, 0);
  });
}

test('100 rotations under 20,000 frames a second from a server that numbers them: every number once, in order per key', async (t) => {
  const ROTATIONS = 100;
  // The clock of the test makes the rate, however slow this machine is: so many frames for so many milliseconds of it.
  const AGE_MS = 50;
  const FRAMES_AN_AGE = (20_000 * AGE_MS) / 1_000;
  const KEYS = 7;
  const clock = createFakeClock();
  let next = 0;
  const server = await feed(t, (client) => {
    void broadcast(client);
  });
  // Each client gets every number from its subscription on, in chunks of many frames, as fast as it reads.
  async function broadcast(client: FeedClient): Promise<void> {
    assert.equal(await client.receive(), 'login');
    await client.send('welcome');
    subscribers.add(client);
    void client.closed.then(() => subscribers.delete(client));
  }
  const subscribers = new Set<FeedClient>();
  const pump = new AbortController();
  t.after(() => pump.abort());
  const pumping = (async () => {
    while (!pump.signal.aborted) {
      const numbers = Array.from({ length: 100 }, (_, n) => `{"k":${(next + n) % KEYS},"n":${next + n}}`);
      next += numbers.length;
      await Promise.all([...subscribers].map((client) => client.sendMany(numbers)));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const readable = new WebSocketReadable(server.url, {
    clock,
    maxConnectionAgeMs: AGE_MS,
    subscribe: [LOGIN],
    highWaterMark: 64,
  });
  let rotated = 0;
  readable.on('rotated', ({ from, to }: Rotated) => {
    assert.equal(to, from + 1);
    rotated += 1;
    isRotating = false;
    if (rotated === ROTATIONS) readable.stop();
  });
  let isRotating = false;
  readable.on('rotating', () => {
    isRotating = true;
  });
  let agedAt = 0;
  const time = (async () => {
    while (!pump.signal.aborted) {
      await new Promise((resolve) => setImmediate(resolve));
      // Time stands still while a rotation is under way.
      if (isRotating || next < agedAt + FRAMES_AN_AGE) continue;
      agedAt = next;
      await clock.advance(AGE_MS);
    }
  })();
  const startedAt = performance.now();
  const newest = new Map<number, number>();
  let expected: number | undefined;
  let frames = 0;
  let connection = 0;
  for await (const { data, ...frame } of readable) {
    const { k, n } = JSON.parse(data.toString()) as { k: number; n: number };
    expected ??= n;
    assert.equal(n, expected, `after ${frames} frames and ${rotated} rotations`);
    assert.equal(n, (newest.get(k) ?? n - KEYS) + KEYS, `of key ${k}`);
    newest.set(k, n);
    assert.ok(frame.connection >= connection);
    ({ connection } = frame);
    expected += 1;
    frames += 1;
  }
  pump.abort();
  await Promise.all([pumping, time]);
  const { duplicates, rotations, gaps } = readable.stats;
  const rate = Math.round((frames / (performance.now() - startedAt)) * 1_000);
  t.diagnostic(
    `${frames} frames over ${connection} connections, ${duplicates} came twice; ${rate} a second by the wall`,
  );
  assert.deepEqual([rotations, gaps], [ROTATIONS, 0]);
  assert.ok(frames > (ROTATIONS - 1) * FRAMES_AN_AGE && duplicates > 0);
  assert.equal(newest.size, KEYS);
  assert.equal(clock.pending, 0);
});

for (const options of [
  { maxConnectionAgeMs: 0 },
  { rotateAt: '24:00' },
  { rotateAt: '9:00' },
  { rotationJitterMs: 5 },
  { rotationJitterMs: 1_000, maxConnectionAgeMs: 1_000 },
]) {
  test(`${JSON.stringify(options)} is refused`, () => {
    assert.throws(() => new WebSocketReadable('ws://a', options as never), { code: 'ERR_CONFIG' });
  });
}

test('a rotation is under way until both connections have brought the same', () => {
  const { rotation, bring, lost } = begun();
  assert.equal(rotation.isUnderWay, true);
  bring(1, 'a');
  bring(2, 'a');
  assert.equal(rotation.isUnderWay, true);
  assert.deepEqual(rotation.settle(1, { code: 1000, isServers: false }), []);
  assert.equal(rotation.isUnderWay, false);
  assert.equal(rotation.merge, undefined);
  assert.deepEqual([rotation.duplicates, lost], [1, []]);
});

test('an old connection that was lost is a gap once the new one brings something else', () => {
  const { rotation, bring, lost } = begun();
  assert.deepEqual(rotation.settle(1, { code: 1006, isServers: true }), []);
  assert.notEqual(rotation.merge, undefined, 'what the new one brings is still to be looked at');
  assert.deepEqual(lost, []);
  bring(2, 'b');
  assert.deepEqual(lost, [[1, 1006]]);
  assert.equal(rotation.merge, undefined);
});

/** A rotation from connection 1 to 2, and the connections that it tells to be lost, with their codes. */
function begun() {
  const lost: [number, number | undefined][] = [];
  const gaps: Pick<FeedGaps, 'lost'> = { lost: (connection, { code }) => void lost.push([connection, code]) };
  const rotation = new Rotation(resolveWebSocketOptions({ clock: createFakeClock() }), gaps as FeedGaps);
  assert.equal(rotation.isUnderWay, false);
  const [first, second] = [1, 2].map((number) => ({ number }) as Origin);
  rotation.begin(second!, { onOverfull() {}, onCaughtUp() {}, pausedMs: () => 0 });
  const bring = (number: 1 | 2, text: string): boolean =>
    rotation.consumes(rotation.merge!, Buffer.from(text), false, 0, number === 1 ? first! : second!);
  return { rotation, bring, lost };
}
