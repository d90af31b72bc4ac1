import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConfigError,
  createSource,
  DisconnectedError,
  ReconnectExhaustedError,
  type Source,
  type SourceConfig,
  SubscribeError,
  type SubscribeStep,
  WebSocketReadable,
} from '../../../lib/index.js';
import { createFakeClock, type FeedClient } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, run } from '../../support/arrangements.js';
import { feed, hasRead, sendsThenWaits } from '../../support/feed.js';
import { again } from '../../support/time.js';
import { until } from '../../support/until.js';

const LOGIN = {
  send: '{"op":"login"}',
  expect: { path: 'event', equals: 'login' },
  reject: { path: 'event', equals: 'error' },
} as const;
const TRADES = { send: '{"op":"subscribe","arg":"trades"}', expect: { path: 'event', equals: 'subscribed' } } as const;

for (const arrangement of ARRANGEMENTS) {
  test(`subscribe: each step waits for the one before, and data in between stays in order (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.expectMessages(['hello', LOGIN.send]);
      await client.send('{"n":1}');
      await hasRead(client);
      assert.equal(client.received.length, 2);
      await client.send('{"event":"login"}');
      await client.expectMessages([TRADES.send]);
      await client.send('{"n":2}');
      await client.send('{"event":"login","again":true}');
      await client.send('{"event":"subscribed"}');
      await client.expectMessages(['bye']);
      await client.send('{"n":3}');
      await client.close(1000);
    });
    const { texts, error, stats, events } = await run(arrangement, {
      url: server.url,
      unbounded: true,
      subscribe_messages: ['hello'],
      subscribe: [LOGIN, TRADES, { send: 'bye' }],
    });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['{"n":1}', '{"n":2}', '{"event":"login","again":true}', '{"n":3}']);
    assert.equal(stats.controlFrames, 2);
    assert.deepEqual(events.find(({ name }) => name === 'subscribed')?.payload, { connection: 1, messages: 4 });
  });

  test(`subscribe: a rejected login ends a run that never had a connection, with the answer (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.send('{"n":1}');
      await client.send('{"event":"error","msg":"bad sign"}');
    });
    for (const reconnect of [false, true]) {
      const config = { url: server.url, unbounded: true, subscribe: [LOGIN], reconnect };
      const { texts, error } = await run(arrangement, config);
      assert.deepEqual(texts, ['{"n":1}']);
      assert.ok(error instanceof SubscribeError);
      assert.deepEqual(
        [error.reason, error.what, error.answer],
        ['rejected', 'Step 1 of `subscribe`', '{"event":"error","msg":"bad sign"}'],
      );
    }
    assert.equal(server.requests.length, 2);
  });

  test(`subscribe: a login that worked before is tried again (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.send(client.number === 2 ? '{"event":"error"}' : '{"event":"login"}');
      await client.send(`${client.number}`).catch(() => {});
      if (client.number === 1) await client.drop();
    });
    const config = { url: server.url, max_messages: 2, subscribe: [LOGIN], reconnect: true, reconnect_backoff: 0 };
    const { error, stats, values } = await run(arrangement, config);
    assert.equal(error, undefined);
    assert.ok(stats.connections >= 2);
    assert.equal(values[0], 1);
  });

  test(`subscribe: an answer may take 10 s where no timeout is given (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.send('"welcome"');
      await hasRead(client);
      await clock.advance(9_999);
      await client.send('{"event":"login"}');
      await hasRead(client);
      await client.close(1000);
    });
    const { error, texts } = await run(
      arrangement,
      { url: server.url, unbounded: true, subscribe: [LOGIN] },
      { clock },
    );
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['"welcome"']);
    const silent = await feed(t, async (client) => {
      await client.receive();
      await hasRead(client);
      await clock.advance(10_000);
    });
    const late = await run(arrangement, { url: silent.url, unbounded: true, subscribe: [LOGIN] }, { clock });
    assert.ok(late.error instanceof SubscribeError);
    assert.match(late.error.message, /within 10000 ms/);
  });

  test(`subscribe: an answer that does not come in time is ERR_SUBSCRIBE, and data before it resets no count (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.send('"welcome"');
      await hasRead(client);
      void again(clock, () => server.requests.length > client.number || client.number === 3, 3_000);
    });
    const { texts, error } = await run(
      arrangement,
      {
        url: server.url,
        unbounded: true,
        subscribe: [{ ...LOGIN, timeout: '3s' }],
        reconnect: true,
        reconnect_backoff: 0,
        max_reconnect_attempts: 2,
      },
      { clock },
    );
    assert.deepEqual(texts, ['"welcome"', '"welcome"', '"welcome"']);
    assert.ok(error instanceof ReconnectExhaustedError && error.cause instanceof SubscribeError);
    assert.equal(error.cause.reason, 'unanswered');
    assert.match(error.cause.message, /within 3000 ms/);
    assert.equal(clock.pending, 0);
  });

  test(`subscribe: a close with 1000 before all is confirmed is no clean end (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.close(1000);
    });
    const { error } = await run(arrangement, { url: server.url, unbounded: true, subscribe: [LOGIN] });
    assert.ok(error instanceof DisconnectedError);
    assert.equal(error.closeCode, 1000);
  });

  test(`subscribe: while a slow sink holds the socket no step times out (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    let goOn: () => void = () => {};
    const stalled = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const numbers = Array.from({ length: 300 }, (_, n) => `${n}`);
    let isPaused: () => boolean = () => false;
    const server = await feed(t, async (client) => {
      await client.receive();
      await client.sendMany(numbers);
      await until(() => isPaused());
      await clock.advance(60_000);
      await client.send('{"event":"login"}');
      goOn();
      await hasRead(client);
      await client.close(1000);
    });
    const config: SourceConfig = {
      url: server.url,
      unbounded: true,
      subscribe: [LOGIN],
      max_buffered_bytes: 1,
      batch_size: 1,
    };
    const { texts, error } = await run(arrangement, config, {
      clock,
      onPage: () => stalled,
      onStart: (source) => {
        isPaused = () => source.stats.paused;
      },
    });
    assert.deepEqual([texts, error], [numbers, undefined]);
  });

  test(`control_frames keep: answers to steps are records, in their place (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.receive();
      await sendsThenWaits('1', '{"event":"login"}', '2')(client);
    });
    const config = { url: server.url, max_messages: 3, subscribe: [LOGIN], control_frames: 'keep' } as const;
    const { texts } = await run(arrangement, config);
    assert.deepEqual(texts, ['1', '{"event":"login"}', '2']);
  });

  test(`throttle: so much time passes between two messages, and frames come meanwhile (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const sentAt: number[] = [];
    const server = await feed(t, async (client) => {
      for (let n = 0; n < 4; n++) {
        const message = client.receive();
        if (n > 0) await clock.advance(249);
        await client.send(`${n}`);
        await hasRead(client);
        assert.equal(client.received.length, n === 0 ? 1 : n);
        if (n > 0) void clock.advance(1);
        await message;
        sentAt.push(clock.monotonic());
      }
      await hasRead(client);
      await client.close(1000);
    });
    const { texts, error } = await run(
      arrangement,
      {
        url: server.url,
        unbounded: true,
        throttle: '250ms',
        subscribe_messages: ['a', 'b'],
        subscribe: [{ send: 'c' }, { send: 'd' }],
      },
      { clock },
    );
    assert.equal(error, undefined);
    assert.deepEqual(sentAt, [0, 250, 500, 750]);
    assert.deepEqual(texts, ['0', '1', '2', '3']);
  });

  test(`throttle: subscriptions that are removed before their turn are not sent, and hold nothing up (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const PAIRS = 10_000;
    let source: Source | undefined;
    let rejected = 0;
    const server = await feed(t, async (client) => {
      await client.expectMessages(['first']);
      await client.send('1');
      await hasRead(client);
      for (let n = 0; n < PAIRS; n++) {
        source?.addSubscription('x', { send: 'x' }).catch((error: SubscribeError) => {
          if (error.reason === 'ended') rejected += 1;
        });
        void source?.removeSubscription('x', { send: 'no x' });
      }
      const added = source?.addSubscription('last', { send: 'last' });
      await clock.advance(1_000);
      await client.expectMessages(['last']);
      await added;
      await client.close(1000);
    });
    const config = { url: server.url, unbounded: true, throttle: 1, subscribe: [{ send: 'first' }] };
    const { texts, error } = await run(arrangement, config, {
      clock,
      onStart: (started) => {
        source = started;
      },
    });
    assert.deepEqual([texts, error, rejected], [['1'], undefined, PAIRS]);
    assert.deepEqual(server.clients[0]?.received, ['first', 'last']);
    assert.equal(clock.pending, 0);
  });

  test(`addSubscription: it is sent now, and again on each connection until it is removed (${arrangement})`, async (t) => {
    let source: Source | undefined;
    const outcomes: string[] = [];
    const told = (name: string) => [() => outcomes.push(`${name} ok`), () => outcomes.push(`${name} no`)] as const;
    const serve = async (client: FeedClient, count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const message = String(await client.receive());
        const isBad = message.includes('bad');
        await client.send(isBad ? '{"event":"error"}' : `{"event":"subscribed"}`);
      }
    };
    const server = await feed(t, async (client) => {
      if (client.number === 1) {
        await serve(client, 1);
        await client.send('1');
        await hasRead(client);
        const add = async (name: string, step: SubscribeStep): Promise<void> => {
          await source?.addSubscription(name, step).then(...told(name));
        };
        const reject = LOGIN.reject;
        const added = [
          add('btc', { ...TRADES, send: 'btc', reject }),
          add('bad', { ...TRADES, send: 'bad', reject }),
          add('eth', { ...TRADES, send: 'eth', reject }),
        ];
        await serve(client, 3);
        await Promise.all(added);
        const removed = source?.removeSubscription('eth', { ...TRADES, send: 'no eth' });
        await serve(client, 1);
        await removed;
        await client.drop();
      } else {
        await serve(client, 2);
        await client.send('2');
      }
    });
    const config = {
      url: server.url,
      max_messages: 2,
      subscribe: [TRADES],
      reconnect: true,
      reconnect_backoff: 0,
    };
    const { texts, error, stats } = await run(arrangement, config, {
      onStart: (started) => {
        source = started;
      },
    });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['1', '2']);
    assert.deepEqual(outcomes, ['btc ok', 'bad no', 'eth ok']);
    assert.deepEqual(server.clients[0]?.received, [TRADES.send, 'btc', 'bad', 'eth', 'no eth']);
    assert.deepEqual(server.clients[1]?.received, [TRADES.send, 'btc']);
    assert.equal(stats.connections, 2);
  });
}

for (const arrangement of ARRANGEMENTS) {
  test(`a subscription that is removed while its replay is unanswered may be rejected: the connection goes on (${arrangement})`, async (t) => {
    let source: Source | undefined;
    const step = { ...TRADES, send: 'eth', reject: LOGIN.reject };
    const server = await feed(t, async (client) => {
      if (client.number === 1) {
        await client.send('1');
        await hasRead(client);
        const added = source?.addSubscription('eth', step);
        assert.equal(await client.receive(), 'eth');
        await client.send('{"event":"subscribed"}');
        await added;
        await client.drop();
        return;
      }
      assert.equal(await client.receive(), 'eth');
      const removed = source?.removeSubscription('eth', { ...TRADES, send: 'no eth' });
      await client.send('{"event":"error"}');
      assert.equal(await client.receive(), 'no eth');
      await client.send('{"event":"subscribed"}');
      await removed;
      await client.send('2');
    });
    const config = { url: server.url, max_messages: 2, reconnect: true, reconnect_backoff: 0 };
    const { texts, error, stats } = await run(arrangement, config, {
      onStart: (started) => {
        source = started;
      },
    });
    assert.equal(error, undefined);
    assert.deepEqual([texts, stats.connections], [['1', '2'], 2]);
  });
}

test('functions make the messages of each connection, and may take their time', async (t) => {
  const server = await feed(t, async (client) => {
    const nonce = String(await client.receive());
    await client.send(`{"event":"login","nonce":${nonce}}`);
    await client.send(nonce);
    if (client.number === 1) await client.drop();
    else await client.close(1000);
  });
  const readable = new WebSocketReadable(server.url, {
    subscribe: [{ ...LOGIN, send: async ({ connection }) => `"nonce ${connection}"` }],
    maxFrames: 2,
    reconnect: true,
    reconnectBackoff: 0,
  });
  assert.deepEqual(await collect(readable), ['"nonce 1"', '"nonce 2"']);
});

test('a function of a step that throws ends the connection, and the error says so', async (t) => {
  const server = await feed(t, sendsThenWaits('1'));
  const send = (): never => assert.fail('no signature');
  await assert.rejects(collect(new WebSocketReadable(server.url, { subscribe: [{ send }] })), (error) => {
    assert.ok(error instanceof SubscribeError);
    assert.deepEqual([error.reason, error.what], ['failed', 'Step 1 of `subscribe`']);
    assert.match(error.message, /was not sent to ws:.+, since its function failed: .*no signature/);
    return /no signature/.test(String(error.cause));
  });
});

for (const isBroken of [false, true]) {
  test(`a subscription that is removed while its message is made is not sent${isBroken ? ', and a failure to make it is none' : ''}`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.expectMessages(['next']);
      await client.close(1000);
    });
    const readable = new WebSocketReadable(server.url);
    void readable.addSubscription('slow', {
      send: () => {
        void readable.removeSubscription('slow', { send: 'no slow' });
        void readable.addSubscription('next', { send: 'next' });
        if (isBroken) throw new Error('no signature');
        return 'slow';
      },
    });
    assert.deepEqual(await collect(readable), []);
    assert.deepEqual(server.clients[0]?.received, ['next']);
  });
}

test('a subscription that is added before the connection is there is confirmed on it', async (t) => {
  const server = await feed(t, async (client) => {
    assert.equal(await client.receive(), 'early');
    await client.send('{"event":"subscribed"}');
    await client.close(1000);
  });
  const readable = new WebSocketReadable(server.url);
  const added = readable.addSubscription('early', { ...TRADES, send: 'early' });
  assert.deepEqual(await collect(readable), []);
  await added;
});

test('what is not confirmed when the run ends, or is removed before, is rejected, and needs nobody to look', async (t) => {
  const server = await feed(t, sendsThenWaits('1'));
  const readable = new WebSocketReadable(server.url);
  const added = readable.addSubscription('a', { ...TRADES });
  void readable.addSubscription('nobody looks', { ...TRADES });
  const removed = readable.addSubscription('b', { ...TRADES });
  await readable.removeSubscription('b', { send: 'not connected' });
  await readable.removeSubscription('unknown', { send: 'unknown' });
  await assert.rejects(removed, { code: 'ERR_SUBSCRIBE', reason: 'ended', message: /"b" was removed before/ });
  for await (const _ of readable) break;
  await assert.rejects(added, {
    code: 'ERR_SUBSCRIBE',
    reason: 'ended',
    message: /"a" was not confirmed before the run/,
  });
});

test('a subscription that is added after a slow consumer has held the socket has its time, too', async (t) => {
  const clock = createFakeClock();
  const server = await feed(t, sendsThenWaits('1', '2'));
  const readable = new WebSocketReadable(server.url, { clock, highWaterMark: 1 });
  t.after(() => readable.destroy());
  let isResumed = false;
  readable.once('resumed', () => {
    isResumed = true;
  });
  readable.read(0);
  await until(() => readable.stats.paused);
  await until(() => {
    readable.read();
    return isResumed;
  });
  let failure: unknown;
  readable.addSubscription('late', { ...TRADES, send: 'late', timeoutMs: 1_000 }).catch((error: unknown) => {
    failure = error;
  });
  const client = await server.nextClient();
  await until(() => client.received.includes('late'));
  await again(clock, () => failure !== undefined, 1_000);
  assert.ok(failure instanceof SubscribeError);
  assert.equal(failure.reason, 'unanswered');
});

test('a subscription is refused when its name is taken, it is no step, or no run has begun', () => {
  const readable = new WebSocketReadable('ws://127.0.0.1:1');
  void readable.addSubscription('a', { send: 'x' });
  assert.throws(() => readable.addSubscription('a', { send: 'y' }), ConfigError);
  assert.throws(() => readable.addSubscription('b', { sent: 'y' } as never), ConfigError);
  assert.throws(() => readable.removeSubscription('a', { send: 7 } as never), ConfigError);
  const source = createSource({ url: 'ws://127.0.0.1:1', unbounded: true });
  assert.throws(() => source.addSubscription('a', { send: 'x' }), /No run has begun/);
  assert.throws(() => source.removeSubscription('a'), /No run has begun/);
  readable.destroy();
});

for (const step of [
  {},
  { send: 7 },
  { send: 'x', reject: { text: 'no' } },
  { send: 'x', timeoutMs: 5 },
  { send: 'x', expect: {} },
  { send: 'x', expect: { text: 'ok' }, timeoutMs: 0 },
  { send: 'x', confirm: { text: 'ok' } },
]) {
  test(`${JSON.stringify(step)} is no step`, () => {
    assert.throws(
      () => new WebSocketReadable('ws://a', { subscribe: [step as never] }),
      /WebSocketReadable\.subscribe: /,
    );
  });
}

async function collect(readable: WebSocketReadable): Promise<string[]> {
  const texts: string[] = [];
  for await (const frame of readable) texts.push(frame.data.toString());
  return texts;
}
