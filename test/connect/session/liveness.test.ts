import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, DisconnectedError, type SourceConfig, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock, type FakeClock, type FeedClient } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, type Outcome, run } from '../../support/arrangements.js';
import { feed, hasRead, sendsThenWaits } from '../../support/feed.js';
import { settle } from '../../support/resources.js';
import { again } from '../../support/time.js';
import { until } from '../../support/until.js';

/** Has a sign of life come, and the clock move on by 20 seconds before it. */
type Come = (client: FeedClient, clock: FakeClock) => Promise<void>;

for (const arrangement of ARRANGEMENTS) {
  test(`pong_timeout: a missed pong ends the connection, and the run goes on (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const script = async (client: FeedClient): Promise<void> => {
      await client.send(`${client.number}`);
      if (client.number === 2) return;
      await hasRead(client);
      await clock.advance(20_000);
      await client.nextPing();
      await clock.advance(4_999);
      await hasRead(client);
      assert.equal(client.isOpen, true);
      void again(clock, () => server.clients.length === 2, 1);
    };
    const server = await feed(t, script, { pongs: false });
    const config = { ping_interval: 20, pong_timeout: 5, max_messages: 2, ...RECONNECTS };
    const outcome = await run(arrangement, { url: server.url, ...config }, { clock });
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['1', '2']);
    const error = lossOf(outcome);
    assert.deepEqual([error.watchdog, error.closeCode, error.frames], ['pong_timeout', 1006, 1]);
    assert.match(error.message, /A ping was not answered within 5000 ms \(`pong_timeout`\)/);
    assert.equal((await server.clients[0]?.closed)?.code, 1000);
    assert.equal(clock.pending, 0);
  });

  test(`pong_timeout: pongs that come keep the connection (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await hasRead(client);
      for (let n = 0; n < 20; n++) {
        await clock.advance(5_000);
        await client.nextPing();
        // The server's pong went out before.
        await hasRead(client);
      }
      await client.send('1');
    });
    const config = { url: server.url, ping_interval: 5, pong_timeout: '3s', max_messages: 1 };
    const { texts, error } = await run(arrangement, config, { clock });
    assert.deepEqual([texts, error], [['1'], undefined]);
  });

  test(`pong_timeout: without reconnect a missed pong is ERR_DISCONNECTED, after every record (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const script = async (client: FeedClient): Promise<void> => {
      await client.send('1');
      await hasRead(client);
      await clock.advance(1_000);
      await client.nextPing();
      void clock.advance(500);
    };
    const server = await feed(t, script, { pongs: false });
    const config = { url: server.url, ping_interval: 1, pong_timeout: '500ms', unbounded: true };
    const { texts, error } = await run(arrangement, config, { clock });
    assert.deepEqual(texts, ['1']);
    assert.ok(error instanceof DisconnectedError);
    assert.equal(error.watchdog, 'pong_timeout');
  });

  test(`stale_timeout: data keeps the connection; pings, pongs and control frames do not (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      if (client.number === 2) return;
      for (let n = 0; n < 3; n++) {
        await hasRead(client);
        await clock.advance(59_000);
        await client.send(`"more ${n}"`);
      }
      await hasRead(client);
      for (let n = 0; n < 5; n++) {
        await clock.advance(10_000);
        await client.send('ping');
        await hasRead(client);
      }
      assert.equal(client.isOpen, true);
      void again(clock, () => server.clients.length === 2, 10_000);
    });
    const outcome = await run(
      arrangement,
      {
        url: server.url,
        stale_timeout: '1m',
        ping_interval: 10,
        reply: [{ match: { text: 'ping' }, send: 'pong' }],
        max_messages: 5,
        ...RECONNECTS,
      },
      { clock },
    );
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['1', '"more 0"', '"more 1"', '"more 2"', '2']);
    assert.equal(lossOf(outcome).watchdog, 'stale_timeout');
    assert.equal(outcome.stats.controlFrames, 5);
  });

  test(`idle_reset data: pings, pongs and control frames do not keep the run alive (${arrangement})`, async (t) => {
    for (const idle_reset of ['data', 'any'] as const) {
      const clock = createFakeClock();
      const server = await feed(t, async (client) => {
        await client.send('1');
        await hasRead(client);
        await clock.advance(20_000);
        await client.send('ping');
        await hasRead(client);
        await clock.advance(20_000);
        await client.send('2').catch(() => {});
        await client.close(1000);
      });
      const config: SourceConfig = {
        url: server.url,
        idle_timeout: 30,
        idle_reset,
        reply: [{ match: { text: 'ping' }, send: 'pong' }],
      };
      const { texts, events } = await run(arrangement, config, { clock });
      const cause = idle_reset === 'any' ? 'closed' : 'idle_timeout';
      assert.deepEqual(events.at(-1), { name: 'ended', payload: { cause, error: undefined } });
      assert.deepEqual(texts, idle_reset === 'any' ? ['1', '2'] : ['1']);
    }
  });

  const signs: readonly (readonly [what: string, config: object, come: Come])[] = [
    [
      'a ping of the server',
      {},
      async (client, clock) => {
        await clock.advance(20_000);
        await hasRead(client);
      },
    ],
    [
      'a pong',
      { ping_interval: 20, pong_timeout: 5 },
      async (client, clock) => {
        const before = clock.pending;
        await clock.advance(20_000);
        await client.nextPing();
        // While one is awaited there is a timer more.
        await until(() => clock.pending === before);
      },
    ],
    [
      'a control frame',
      { reply: [{ match: { text: 'ping' }, send: 'pong' }] },
      async (client, clock) => {
        await clock.advance(20_000);
        await client.send('ping');
        assert.equal(await client.receive(), 'pong');
      },
    ],
  ];
  for (const [what, more, come] of signs) {
    test(`idle_reset any: ${what} alone keeps the run alive, and with data it does not (${arrangement})`, async (t) => {
      for (const idle_reset of ['any', 'data'] as const) {
        const clock = createFakeClock();
        const server = await feed(t, async (client) => {
          await client.send('1');
          await hasRead(client);
          await come(client, clock);
          await clock.advance(15_000);
          await client.send('2').catch(() => {});
          await client.close(1000);
        });
        const config: SourceConfig = { url: server.url, idle_timeout: 30, idle_reset, ...more };
        const { texts } = await run(arrangement, config, { clock });
        assert.deepEqual(texts, idle_reset === 'any' ? ['1', '2'] : ['1']);
      }
    });
  }

  test(`heartbeat: its answers are counted and dropped, other frames stay in order (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send('{"op":"pong","n":0}');
      await hasRead(client);
      for (let n = 1; n <= 3; n++) {
        await clock.advance(15_000);
        await client.expectMessages(['{"op":"ping"}']);
        await client.send(`{"n":${n}}`);
        await client.send('{"op":"pong"}');
        await client.send('{"op":"pong","late":true}');
        await hasRead(client);
      }
      await client.close(1000);
    });
    const { texts, error, stats } = await run(
      arrangement,
      {
        url: server.url,
        unbounded: true,
        heartbeat: { interval: 15, message: '{"op":"ping"}', expect: { path: 'op', equals: 'pong' } },
      },
      { clock },
    );
    assert.equal(error, undefined);
    // Only what answers a heartbeat is a control frame.
    const late = '{"op":"pong","late":true}';
    assert.deepEqual(texts, ['{"op":"pong","n":0}', '{"n":1}', late, '{"n":2}', late, '{"n":3}', late]);
    assert.deepEqual([stats.controlFrames, stats.frames], [3, 7]);
  });

  test(`heartbeat: an answer that does not come in time ends the connection, not the run (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.send(`${client.number}`);
      if (client.number === 2) return;
      await hasRead(client);
      await clock.advance(15_000);
      await client.expectMessages(['ping']);
      void again(clock, () => server.clients.length === 2, 4_000);
    });
    const outcome = await run(
      arrangement,
      {
        url: server.url,
        heartbeat: { interval: 15, message: 'ping', expect: { text: 'pong' }, timeout: '4s' },
        max_messages: 2,
        ...RECONNECTS,
      },
      { clock },
    );
    assert.deepEqual(outcome.texts, ['1', '2']);
    assert.equal(lossOf(outcome).watchdog, 'heartbeat');
    assert.match(lossOf(outcome).message, /within 4000 ms/);
  });

  test(`reply: a ping in text or binary is answered with what it holds (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('{"ping":1492420473027}');
      await client.expectMessages(['{"pong":1492420473027}']);
      await client.send(Buffer.from('{ "ping" : "a$&b" }'), { binary: true });
      await client.expectMessages(['{"pong":"a$&b"}']);
      await client.send('{"op":"heartbeat"}');
      await client.expectMessages(['{"op":"heartbeat-ack"}']);
      await client.send('{"price":1}');
      await client.close(1000);
    });
    const { texts, stats } = await run(arrangement, {
      url: server.url,
      unbounded: true,
      reply: [
        { match: { path: 'ping' }, send: '{"pong":{value}}' },
        { match: { path: 'op', equals: 'heartbeat' }, send: '{"op":"heartbeat-ack"}' },
      ],
    });
    assert.deepEqual(texts, ['{"price":1}']);
    assert.equal(stats.controlFrames, 3);
  });

  test(`control_frames keep: they are records, in their place (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('1', '{"ping":7}', '2'));
    const { texts, stats } = await run(arrangement, {
      url: server.url,
      max_messages: 3,
      control_frames: 'keep',
      reply: [{ match: { path: 'ping' }, send: 'pong' }],
    });
    assert.deepEqual(texts, ['1', '{"ping":7}', '2']);
    assert.deepEqual([stats.controlFrames, stats.frames], [1, 3]);
  });

  for (const demands of [true, false]) {
    test(`a sink that stalls for 5 pong time-outs loses nothing where the server ${demands ? 'demands' : 'does not demand'} pongs (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const pongTimeout = 10_000;
      let goOn: () => void = () => {};
      const stalled = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const numbers = Array.from({ length: 300 }, (_, n) => `${n}`);
      let isPaused: () => boolean = () => false;
      const server = await feed(t, async (client) => {
        await hasRead(client);
        await client.sendMany(numbers);
        await until(() => isPaused());
        // What `ws` does in its own README: a client without a sign of life between two looks is cut.
        for (let ms = 0; ms < 5 * pongTimeout; ms += 5_000) {
          const before = client.pongs;
          if (demands) await client.ping();
          await clock.advance(5_000);
          await client.nextPing();
          if (demands) await until(() => client.pongs > before);
        }
        assert.equal(client.isOpen, true);
        goOn();
        await hasRead(client);
        await clock.advance(pongTimeout - 1);
        await hasRead(client);
        await client.send('"last"');
        await client.close(1000);
      });
      const outcome = await run(
        arrangement,
        {
          url: server.url,
          unbounded: true,
          ping_interval: 5,
          pong_timeout: pongTimeout / 1_000,
          stale_timeout: pongTimeout / 1_000,
          heartbeat: { interval: 5, message: 'beat', expect: { text: 'beaten' }, timeout: 10 },
          reconnect: true,
          max_reconnect_attempts: 0,
          max_buffered_bytes: 1,
          batch_size: 1,
        },
        {
          clock,
          onPage: () => stalled,
          onStart: (source) => {
            isPaused = () => source.stats.paused;
          },
        },
      );
      assert.deepEqual(outcome.texts, [...numbers, '"last"']);
      assert.equal(outcome.stats.connections, 1);
      assert.ok(outcome.stats.pausedMs >= 5 * pongTimeout, `${outcome.stats.pausedMs} ms`);
      assert.equal(clock.pending, 0);
    });
  }
}

for (const [what, options] of [
  ['heartbeat', (broken: () => never) => ({ heartbeat: { intervalMs: 1_000, message: broken } })],
  ['reply', (broken: () => never) => ({ reply: [{ match: { text: 'ping' }, send: broken }] })],
] as const) {
  for (const [does, broken] of [
    ['throws', () => assert.fail('no signature')],
    ['returns something else', () => 7 as never],
  ] as const) {
    test(`a function of ${what} that ${does} ends the run`, async (t) => {
      const clock = createFakeClock();
      const server = await feed(t, async (client) => {
        await hasRead(client);
        if (what === 'reply') await client.send('ping');
        else void clock.advance(1_000);
      });
      await assert.rejects(collect(new WebSocketReadable(server.url, { clock, ...options(broken) })), (error) => {
        assert.ok(error instanceof ConfigError);
        return /(heartbeat\.message|reply\.send): The function (failed: no signature|returned a number)\./.test(
          error.message,
        );
      });
      assert.equal(clock.pending, 0);
    });
  }
}

test('functions make heartbeats and replies', async (t) => {
  const clock = createFakeClock();
  const server = await feed(t, async (client) => {
    await hasRead(client);
    await clock.advance(1_000);
    await client.expectMessages(['beat 1']);
    await clock.advance(1_000);
    await client.expectMessages([Buffer.from('beat 2')]);
    await client.send('{"id":"x"}');
    await client.expectMessages(['<"x">']);
    await client.close(1000);
  });
  let beats = 0;
  const readable = new WebSocketReadable(server.url, {
    clock,
    heartbeat: { intervalMs: 1_000, message: () => (++beats === 1 ? 'beat 1' : Buffer.from('beat 2')) },
    reply: [{ match: { path: 'id' }, send: (value) => `<${value}>` }],
  });
  assert.deepEqual(await collect(readable), []);
});

for (const options of [
  { pongTimeoutMs: 5 },
  { staleTimeoutMs: 0 },
  { idleReset: 'frames' },
  { controlFrames: 'count' },
  { heartbeat: { intervalMs: 0, message: 'x' } },
  { heartbeat: { intervalMs: 5 } },
  { heartbeat: { intervalMs: 5, message: 'x', timeoutMs: 5 } },
  { heartbeat: { intervalMs: 5, message: 'x', expects: { text: 'y' } } },
  { reply: [{ match: {}, send: 'x' }] },
  { reply: [{ match: { text: 'x' } }] },
  { reply: { match: { text: 'x' }, send: 'y' } },
]) {
  test(`${JSON.stringify(options)} is refused`, () => {
    const [key] = Object.keys(options) as [string];
    assert.throws(() => new WebSocketReadable('ws://a', options as never), new RegExp(`WebSocketReadable\\.${key}: `));
  });
}

async function collect(readable: WebSocketReadable): Promise<string[]> {
  const texts: string[] = [];
  for await (const frame of readable) texts.push(frame.data.toString());
  await settle();
  return texts;
}

/** The error of the run's only loss. */
function lossOf(outcome: Outcome): DisconnectedError {
  const losses = outcome.events.filter(({ name }) => name === 'disconnected');
  assert.equal(losses.length, 1);
  const [{ payload } = assert.fail()] = losses;
  const { error } = payload as { error: unknown };
  assert.ok(error instanceof DisconnectedError);
  return error;
}

const RECONNECTS = { reconnect: true, reconnect_backoff: 0 } as const;
