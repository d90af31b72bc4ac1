import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Source } from '../../../lib/index.js';
import { createFakeClock, encodeFrame, type FeedClient, OPCODES } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, gapsOf, run } from '../../support/arrangements.js';
import { closeFrame, feed, hasRead } from '../../support/feed.js';
import { handles, nothingIsLeft } from '../../support/resources.js';
import { signal } from '../../support/signal.js';
import { again } from '../../support/time.js';
import { until } from '../../support/until.js';

for (const arrangement of ARRANGEMENTS) {
  for (const code of [1001, 1012]) {
    test(`a server that says ${code} and leaves the TCP connection open is left, and the next attempt comes at once (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const began = clock.monotonic();
      const server = await feed(t, async (client) => {
        await client.send(`${client.number}`);
        if (client.number > 1) {
          // The old connection, which nothing waited for, is cut off.
          await clock.advance(2_000);
          return;
        }
        await hasRead(client);
        await clock.advance(1_000);
        await client.sendRaw(closeFrame(code));
        // What follows a close frame is none (RFC 6455, section 5.5.1).
        await client.sendRaw(encodeFrame({ opcode: OPCODES.text, payload: '"late"' }));
        client.stall();
        void again(clock, () => server.clients.length === 2, 0);
      });
      const outcome = await run(
        arrangement,
        { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: 600 },
        { clock },
      );
      assert.equal(outcome.error, undefined);
      assert.deepEqual(outcome.texts, ['1', '2']);
      assert.deepEqual(
        outcome.events.filter(({ name }) => name === 'reconnecting').map(({ payload }) => payload),
        [{ attempt: 1, delayMs: 0 }],
      );
      assert.deepEqual(
        gapsOf(outcome).map(({ cause, code: closeCode, afterSequence, beforeSequence }) => [
          cause,
          closeCode,
          afterSequence,
          beforeSequence,
        ]),
        [['disconnected', code, 0, 1]],
      );
      // From the close frame on; the TCP connection is not waited for.
      assert.deepEqual(
        gapsOf(outcome).map(({ from, durationMs }) => [from.monotonic - began, durationMs]),
        [[1_000, 0]],
      );
      assert.equal(clock.pending, 0);
    });
  }

  test(`a server that leaves every TCP connection open behind its close frame is not left with all of them (${arrangement})`, async (t) => {
    await nothingIsLeft();
    const clock = createFakeClock();
    const attempts = 20;
    // Its ends of the connections are counted with ours.
    const script = async (client: FeedClient): Promise<void> => {
      await client.sendRaw(closeFrame(1013));
      client.stall();
    };
    const server = await feed(t, script, { ref: true });
    let held = 0;
    const running = run(
      arrangement,
      { url: server.url, unbounded: true, reconnect: true, reconnect_backoff: 0, max_reconnect_attempts: attempts },
      {
        clock,
        onEvent: (name) => {
          // The server, which has stalled, has noticed no end.
          if (name === 'ended') held = sockets() - server.clients.length;
        },
      },
    );
    await again(clock, () => server.clients.length === attempts + 1, 0);
    await until(() => held > 0);
    await clock.advance(2_000);
    const { error } = await running;
    assert.equal((error as { code?: string }).code, 'ERR_RECONNECT_EXHAUSTED');
    assert.ok(held <= 2, `${held} were held`);
  });

  test(`a server that leaves the TCP connection open behind its close frame is cut off while a slow sink still has its frames to take (${arrangement})`, async (t) => {
    await nothingIsLeft();
    const clock = createFakeClock();
    const count = 400;
    const sink = signal();
    const stalled = signal();
    const server = await feed(t, async (client) => {
      const frames = Array.from({ length: count }, (_, n) =>
        encodeFrame({ opcode: OPCODES.binary, payload: gzipSync(`${n}`) }),
      );
      await client.sendRaw(Buffer.concat([...frames, closeFrame(1000)]));
      client.stall();
    });
    const running = run(
      arrangement,
      { url: server.url, unbounded: true, decompress: 'gzip', max_buffered_bytes: 20, batch_size: 1 },
      {
        clock,
        onPage: () => sink.given,
        onEvent: (name) => {
          if (name === 'paused') stalled.give();
        },
      },
    );
    await stalled.given;
    const held = sockets();
    await until(() => clock.pending === 1);
    await again(clock, () => sockets() < held, 2_000);
    sink.give();
    const { texts, error, stats, events } = await running;
    assert.equal(error, undefined);
    assert.deepEqual(
      texts,
      Array.from({ length: count }, (_, n) => `${n}`),
    );
    assert.deepEqual([stats.frames, stats.gaps], [count, 0]);
    assert.deepEqual(events.at(-1)?.name, 'ended');
    assert.equal(clock.pending, 0);
  });

  test(`subscriptions change while a connection that is over lingers: nothing is sent on it, nor waited for (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    let source: Source | undefined;
    const server = await feed(t, async (client) => {
      if (client.number === 1) {
        const added = source?.addSubscription('a', { send: 'a' });
        assert.equal(await client.receive(), 'a');
        await added;
        await clock.advance(1_000);
        await client.sendRaw(closeFrame(1001));
        client.stall();
        return;
      }
      assert.equal(await client.receive(), 'b');
      await client.send('1');
      await clock.advance(2_000);
    });
    const changed: string[] = [];
    const running = run(
      arrangement,
      { url: server.url, max_messages: 1, reconnect: true, reconnect_backoff: 600 },
      {
        clock,
        onStart: (started) => {
          source = started;
        },
        onEvent: (name) => {
          if (name !== 'reconnecting') return;
          void source?.removeSubscription('a', { send: 'no a' }).then(() => changed.push('no a'));
          void source?.addSubscription('b', { send: 'b' }).then(() => changed.push('b'));
          void again(clock, () => server.clients.length === 2, 0);
        },
      },
    );
    const { texts, error } = await running;
    assert.equal(error, undefined);
    assert.deepEqual([texts, changed], [['1'], ['no a', 'b']]);
    assert.deepEqual(
      server.clients.map(({ received }) => received),
      [['a'], ['b']],
    );
  });

  test(`a credential provider that takes too long is one failed attempt, and another one follows (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, (client) => client.send('1'));
    let asked = 0;
    const running = run(
      arrangement,
      { url: server.url, max_messages: 1, reconnect: true, reconnect_backoff: 1, auth: { ref: 'slow' } },
      {
        clock,
        credentials: {
          slow: async ({ signal }) => {
            asked += 1;
            if (asked > 1) return { type: 'none' };
            void clock.advance(10_000).then(() => until(() => waits === 1).then(() => clock.advance(1_000)));
            return await new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error));
            });
          },
        },
        onEvent: (name) => {
          if (name === 'reconnecting') waits += 1;
        },
      },
    );
    let waits = 0;
    const { events, error, texts } = await running;
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1']);
    const told = events.map(({ name }) => name);
    assert.deepEqual(
      ['connecting', 'disconnected', 'reconnecting'].map((name) => told.filter((one) => one === name).length),
      [2, 1, 1],
    );
    assert.deepEqual([asked, server.requests.length], [2, 1]);
  });
}

function sockets(): number {
  return handles()['TCPSocketWrap'] ?? 0;
}
