import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createSource, type Source, SubscribeError, WebSocketReadable } from '../../../lib/index.js';
import { createFakeClock, encodeFrame, type FeedClient, OPCODES } from '../../../lib/testing/index.js';
import { ARRANGEMENTS, payloadsOf, run } from '../../support/arrangements.js';
import { feed, hasRead, sendsThenWaits } from '../../support/feed.js';
import { again } from '../../support/time.js';
import { until } from '../../support/until.js';

const WELCOME = { expect: { path: 'event', equals: 'welcome' } } as const;
const READY = { expect: { path: 'event', equals: 'ready' } } as const;
const LOGIN = { send: 'login', expect: { path: 'event', equals: 'login' } } as const;
const REFUSAL = { path: 'event', equals: 'error' } as const;

for (const arrangement of ARRANGEMENTS) {
  test(`a step of expect alone waits for the server, and only then the login is sent (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('{"n":0}');
      await hasRead(client);
      assert.deepEqual(client.received, []);
      await client.send('{"event":"welcome"}');
      await client.expectMessages(['login']);
      await client.send('{"event":"login"}');
      await client.send('{"n":1}');
      await client.send('{"event":"welcome","n":2}');
      await client.close(1000);
    });
    const outcome = await run(arrangement, { url: server.url, unbounded: true, subscribe: [WELCOME, LOGIN] });
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.texts, ['{"n":0}', '{"n":1}', '{"event":"welcome","n":2}']);
    assert.equal(outcome.stats.controlFrames, 2);
    // What is only waited for is no message that was sent.
    assert.deepEqual(payloadsOf(outcome, 'subscribed'), [{ connection: 1, messages: 1 }]);
  });

  test(`a greeting in the very chunk of the upgrade answer is met, and so is what follows it there (${arrangement})`, async (t) => {
    const url = await greeter(t, ['{"event":"welcome"}', '{"n":1}', '{"event":"ready"}', '{"n":2}']);
    const { texts, error, stats } = await run(arrangement, { url, max_messages: 2, subscribe: [WELCOME, READY] });
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['{"n":1}', '{"n":2}']);
    assert.equal(stats.controlFrames, 2);
  });

  test(`a greeting that comes while other steps are taken counts, each frame for one step alone, in their order (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.expectMessages(['hello']);
      await client.sendMany(['{"event":"welcome","n":1}', '{"n":1}', '{"event":"welcome","n":2}', '{"n":2}']);
      await hasRead(client);
      assert.deepEqual(client.received, ['hello']);
      void clock.advance(1_000);
      await client.expectMessages(['login']);
      await client.send('{"event":"welcome","n":3}');
      await client.send('{"event":"login"}');
      await client.close(1000);
    });
    const { texts, error } = await run(
      arrangement,
      {
        url: server.url,
        unbounded: true,
        throttle: 1,
        subscribe_messages: ['hello'],
        subscribe: [LOGIN, WELCOME, WELCOME],
      },
      { clock },
    );
    assert.equal(error, undefined);
    assert.deepEqual(texts, ['{"n":1}', '{"n":2}', '{"event":"welcome","n":3}']);
    assert.equal(clock.pending, 0);
  });

  test(`a greeting that is a rejection ends the run, with the answer (${arrangement})`, async (t) => {
    const server = await feed(t, sendsThenWaits('{"event":"error","msg":"full"}'));
    const config = { url: server.url, unbounded: true, reconnect: true, subscribe: [{ ...WELCOME, reject: REFUSAL }] };
    const { error } = await run(arrangement, config);
    assert.ok(error instanceof SubscribeError);
    assert.deepEqual([error.reason, error.what], ['rejected', 'Step 1 of `subscribe`']);
    assert.equal(error.answer, '{"event":"error","msg":"full"}');
    assert.match(error.message, /before anything was asked of it/);
  });

  for (const [says, frames, whatCame] of [
    ['says nothing', [], 'it sent nothing'],
    ['says something else', ['1', '2'], 'it sent 2 other frames'],
  ] as const) {
    test(`a server that ${says} is ERR_SUBSCRIBE after the timeout, and that is what the error says (${arrangement})`, async (t) => {
      const clock = createFakeClock();
      const server = await feed(t, async (client) => {
        await sendsThenWaits(...frames)(client);
        await hasRead(client);
        await clock.advance(2_999);
        assert.ok(client.isOpen);
        void again(clock, () => !client.isOpen, 1);
      });
      const config = { url: server.url, unbounded: true, subscribe: [{ ...WELCOME, timeout: 3 }, LOGIN] };
      const { error, texts } = await run(arrangement, config, { clock });
      assert.ok(error instanceof SubscribeError);
      assert.equal(error.reason, 'unanswered');
      assert.match(error.message, new RegExp(`^Step 1 of .* did not send within 3000 ms: ${whatCame}\\. .*\`send\``));
      assert.deepEqual(texts, frames);
      assert.equal(clock.pending, 0);
    });
  }

  test(`the timeout of a step of expect alone counts from its turn on (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    const server = await feed(t, async (client) => {
      await client.expectMessages(['login']);
      await clock.advance(9_000);
      await client.send('{"event":"login"}');
      await hasRead(client);
      await clock.advance(9_000);
      await client.send('{"event":"ready"}');
      await client.send('{"n":1}');
    });
    const config = { url: server.url, max_messages: 1, subscribe: [LOGIN, READY] };
    const { error, texts } = await run(arrangement, config, { clock });
    assert.deepEqual([error, texts], [undefined, ['{"n":1}']]);
  });

  test(`each connection waits for its own greeting, also after a reconnect (${arrangement})`, async (t) => {
    const server = await feed(t, async (client) => {
      await client.send('{"event":"welcome"}');
      await client.expectMessages(['login']);
      await client.send('{"event":"login"}');
      await client.send(`${client.number}`);
      if (client.number === 1) await client.drop();
    });
    const config = {
      url: server.url,
      max_messages: 2,
      subscribe: [WELCOME, LOGIN],
      reconnect: true,
      reconnect_backoff: 0,
    };
    const { error, texts, stats } = await run(arrangement, config);
    assert.deepEqual([error, texts, stats.connections], [undefined, ['1', '2'], 2]);
  });

  test(`a rotation takes over when the new server has spoken, and not before (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    let first: FeedClient | undefined;
    const server = await feed(t, async (client) => {
      if (first === undefined) {
        first = client;
        await sendsThenWaits('{"event":"welcome"}', '1')(client);
        await hasRead(client);
        void clock.advance(60_000);
        return;
      }
      await hasRead(client);
      assert.ok(first.isOpen);
      await client.send('{"event":"welcome"}');
      await first.closed;
      await client.send('2');
      await client.close(1000);
    });
    const config = { url: server.url, unbounded: true, max_connection_age: 60, subscribe: [WELCOME] };
    const { error, texts, stats } = await run(arrangement, config, { clock });
    assert.deepEqual([error, texts, stats.rotations, stats.gaps], [undefined, ['1', '2'], 1, 0]);
  });

  test(`addSubscription: one of expect alone is confirmed by its frame, and can be taken back while it waits (${arrangement})`, async (t) => {
    let source: Source | undefined;
    const server = await feed(t, async (client) => {
      await client.send('1');
      await hasRead(client);
      const given = source?.addSubscription('never', WELCOME) as Promise<void>;
      const next = source?.addSubscription('ready', READY) as Promise<void>;
      await client.send('2');
      await hasRead(client);
      // Nothing was sent for it, so there is nothing to tell the server.
      await source?.removeSubscription('never', { send: 'no' });
      await assert.rejects(given, { code: 'ERR_SUBSCRIBE', reason: 'ended' });
      await client.send('{"event":"ready"}');
      await next;
      await client.send('{"event":"welcome"}');
      await hasRead(client);
      assert.deepEqual(client.received, []);
      await client.close(1000);
    });
    const { texts, error } = await run(
      arrangement,
      { url: server.url, unbounded: true },
      { onStart: (started) => (source = started) },
    );
    assert.deepEqual([texts, error], [['1', '2', '{"event":"welcome"}'], undefined]);
  });

  test(`while a slow sink holds the socket the greeting is not missed, and no time-out runs (${arrangement})`, async (t) => {
    const clock = createFakeClock();
    let goOn: () => void = () => {};
    const stalled = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let isPaused: () => boolean = () => false;
    const numbers = Array.from({ length: 300 }, (_, n) => `${n}`);
    const server = await feed(t, async (client) => {
      await client.sendMany(numbers);
      await until(() => isPaused());
      await clock.advance(60_000);
      await client.send('{"event":"welcome"}');
      goOn();
      await client.expectMessages(['bye']);
      await client.close(1000);
    });
    const subscribe = [WELCOME, { send: 'bye' }];
    const { texts, error } = await run(
      arrangement,
      { url: server.url, unbounded: true, subscribe, max_buffered_bytes: 1, batch_size: 1 },
      {
        clock,
        onPage: () => stalled,
        onStart: (source) => {
          isPaused = () => source.stats.paused;
        },
      },
    );
    assert.deepEqual([texts, error], [numbers, undefined]);
  });
}

test('a subscribe function may take its time: the greeting that came meanwhile is met', async (t) => {
  const server = await feed(t, async (client) => {
    await client.send('{"event":"welcome"}');
    await client.expectMessages(['late', 'login']);
    await client.send('{"event":"login"}');
    await client.close(1000);
  });
  const readable = new WebSocketReadable(server.url, {
    subscribeMessages: async () => {
      await (await server.nextClient()).ping();
      return ['late'];
    },
    subscribe: [WELCOME, LOGIN],
  });
  for await (const frame of readable) assert.fail(`a frame came: ${frame.data.toString()}`);
  assert.equal(readable.stats.controlFrames, 2);
});

test('check() waits for the greeting, and tells the first frame after it', async (t) => {
  const server = await feed(t, sendsThenWaits('{"event":"welcome"}', '{"n":1}'));
  const report = await createSource({ url: server.url, unbounded: true, subscribe: [WELCOME] }).check();
  assert.equal(report.firstFrame?.bytes, '{"n":1}'.length);
});

/** A server that sends these frames in the chunk in which it answers the upgrade. */
async function greeter(t: TestContext, frames: readonly string[]): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (request) => {
      const key = /^sec-websocket-key: *(\S+)/im.exec(request.toString())?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
      // What comes next is a close frame.
      socket.once('data', () => socket.end());
      socket.write(
        Buffer.concat([Buffer.from(head), ...frames.map((payload) => encodeFrame({ opcode: OPCODES.text, payload }))]),
      );
    });
  }).listen(0, '127.0.0.1');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
