import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { ConfigError, ConnectError, type Frame, WebSocketReadable } from '../../lib/index.js';
import { createFakeClock, createFeedServer, type FeedClient } from '../../lib/testing/index.js';
import { feed, sends, sendsThenWaits } from '../support/feed.js';
import { nothingIsLeft, settle } from '../support/resources.js';

test('a frame carries its bytes, kind, time, address, connection and sequence', async (t) => {
  const clock = createFakeClock(1_700_000_000_000);
  const server = await feed(t, sends('text', Buffer.from([1, 2])));
  const frames = await collect(new WebSocketReadable(server.url.replace('ws://', 'ws://u:p@'), { clock }));
  const facts = { receivedAt: 1_700_000_000_000, url: `${server.url}/`, connection: 1 };
  // Each is one of a class, for `console.log()`.
  assert.deepEqual(
    frames.map((frame) => ({ ...frame })),
    [
      { data: Buffer.from('text'), isBinary: false, ...facts, sequence: 0 },
      { data: Buffer.from([1, 2]), isBinary: true, ...facts, sequence: 1 },
    ],
  );
});

test('a message that came in fragments is one frame', async (t) => {
  const server = await feed(t, async (client) => {
    await client.send('hello world', { fragments: 4 });
    await client.close(1000);
  });
  assert.deepEqual(texts(await collect(new WebSocketReadable(server.url))), ['hello world']);
});

test('nothing is connected before somebody reads', async (t) => {
  const server = await feed(t, sends('1'));
  const readable = new WebSocketReadable(server.url);
  await settle();
  assert.equal(server.requests.length, 0);
  assert.deepEqual(texts(await collect(readable)), ['1']);
});

test('the events of a run come in order, with facts', async (t) => {
  const server = await feed(t, async (client) => {
    await client.receive();
    await client.send('1');
    if (client.number === 1) await client.close(1012, 'restart');
    else await client.close(1000);
  });
  const readable = new WebSocketReadable(server.url, {
    subscribeMessages: ['s'],
    maxFrames: 2,
    reconnect: true,
    reconnectBackoff: () => 0,
  });
  const seen: unknown[] = [];
  for (const name of ['connecting', 'connected', 'subscribed', 'disconnected', 'reconnecting', 'ended'] as const) {
    readable.on(name, (payload: object) =>
      seen.push({ name, ...payload, ...('error' in payload ? { error: String(payload.error) } : {}) }),
    );
  }
  await collect(readable);
  const url = `${server.url}/`;
  const closed = `DisconnectedError: The server closed the connection: ${url}, code 1012 ("restart"), after 1 frame.`;
  assert.deepEqual(seen, [
    { name: 'connecting', url, attempt: 1 },
    { name: 'connected', url, connection: 1, protocol: '', offered: [], isCompressed: false },
    { name: 'subscribed', connection: 1, messages: 1 },
    { name: 'disconnected', url, connection: 1, code: 1012, reason: 'restart', error: closed, frames: 1 },
    { name: 'reconnecting', attempt: 1, delayMs: 0 },
    { name: 'connecting', url, attempt: 2 },
    { name: 'connected', url, connection: 2, protocol: '', offered: [], isCompressed: false },
    { name: 'subscribed', connection: 2, messages: 1 },
    { name: 'ended', cause: 'max_messages', error: 'undefined' },
  ]);
});

test('stats.state goes from idle over connecting, open and waiting to ended', async (t) => {
  const server = await feed(t, async (client) => {
    await client.send('1');
    if (client.number === 1) await client.drop();
  });
  const readable = new WebSocketReadable(server.url, { reconnect: true, reconnectBackoff: 1, maxFrames: 2 });
  const states: string[] = [readable.stats.state];
  for (const event of ['connecting', 'subscribed', 'reconnecting', 'ended'] as const) {
    readable.on(event, () => states.push(readable.stats.state));
  }
  await collect(readable);
  assert.deepEqual(states, ['idle', 'connecting', 'open', 'waiting', 'connecting', 'open', 'ended']);
});

test('subscribe messages may be Buffers, and are sent before any frame is emitted', async (t) => {
  const order: string[] = [];
  const server = await feed(t, async (client) => {
    await client.send('early');
    for (let n = 0; n < 3; n++) order.push(`got ${JSON.stringify(await client.receive())}`);
    await client.close(1000);
  });
  const readable = new WebSocketReadable(server.url, { subscribeMessages: ['a', Buffer.from('b'), 'c'] });
  readable.on('subscribed', () => order.push('subscribed'));
  readable.on('data', () => order.push('frame'));
  await once(readable, 'end');
  assert.ok(order.indexOf('subscribed') < order.indexOf('frame'));
  assert.deepEqual(
    order.filter((entry) => entry.startsWith('got')),
    ['got "a"', `got ${JSON.stringify(Buffer.from('b'))}`, 'got "c"'],
  );
});

test('a function makes the subscribe messages of each connection, and may take its time', async (t) => {
  const server = await feed(t, async (client) => {
    await client.send(String(await client.receive()));
    if (client.number === 1) await client.drop();
    else await client.close(1000);
  });
  const readable = new WebSocketReadable(server.url, {
    subscribeMessages: async ({ connection }) => [`"sub ${connection}"`],
    maxFrames: 2,
    reconnect: true,
    reconnectBackoff: 0,
  });
  assert.deepEqual(texts(await collect(readable)), ['"sub 1"', '"sub 2"']);
});

for (const [what, subscribeMessages] of [
  [
    'throws',
    () => {
      throw new Error('no signature');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no signature'))],
] as const) {
  test(`a subscribe function that ${what} makes the connect a failed one`, async (t) => {
    const server = await feed(t, sendsThenWaits('1'));
    await assert.rejects(collect(new WebSocketReadable(server.url, { subscribeMessages })), (error) => {
      assert.ok(error instanceof ConnectError);
      return /subscribe/.test(error.message);
    });
    const readable = new WebSocketReadable(server.url, {
      subscribeMessages,
      reconnect: true,
      reconnectBackoff: 0,
      maxReconnectAttempts: 2,
    });
    await assert.rejects(collect(readable), { code: 'ERR_RECONNECT_EXHAUSTED', attempts: 2 });
  });
}

test('a credential provider that never answers ends with the handshake time-out', async (t) => {
  const clock = createFakeClock();
  const server = await feed(t, sends('1'));
  let aborted: AbortSignal | undefined;
  const readable = new WebSocketReadable(server.url, {
    clock,
    credentials: ({ signal }) => {
      aborted = signal;
      void clock.advance(10_000);
      return new Promise(() => {});
    },
  });
  await assert.rejects(collect(readable), /within 10000 ms: the credentials took too long/);
  assert.equal(aborted?.aborted, true);
});

for (const [moment, options, script] of [
  ['before it began', { refuse: undefined }, 'before'],
  ['during the handshake', { handshakeDelay: () => new Promise(() => {}) }, 'connecting'],
  ['while frames flow', {}, 'data'],
  ['in the wait before a reconnect', {}, 'reconnecting'],
] as const) {
  test(`an abort ${moment} fails the stream with an AbortError and leaves nothing behind`, async (t) => {
    const server = await createFeedServer({
      ...options,
      onConnection: async (client) => {
        await client.send('1');
        if (script === 'reconnecting') await client.drop();
      },
    });
    const abort = new AbortController();
    if (script === 'before') abort.abort(new Error('reason'));
    const readable = new WebSocketReadable(server.url, {
      signal: abort.signal,
      reconnect: true,
      reconnectBackoff: 60_000,
    });
    if (script === 'connecting') void server.nextRequest().then(() => abort.abort(new Error('reason')));
    else if (script !== 'before') readable.on(script, () => abort.abort(new Error('reason')));
    readable.resume();
    const [error] = await once(readable, 'error');
    assert.equal(error.name, 'AbortError');
    assert.equal(error.code, 'ABORT_ERR');
    assert.equal(error.cause.message, 'reason');
    await closed(readable);
    await server.close();
    await nothingIsLeft();
    t.diagnostic(moment);
  });
}

for (const [how, leave] of [
  [
    'breaks its loop',
    async (readable: WebSocketReadable) => {
      for await (const _ of readable) break;
    },
  ],
  [
    'destroys it',
    async (readable: WebSocketReadable) => {
      readable.once('data', () => readable.destroy());
      await once(readable, 'close');
    },
  ],
  [
    'disposes of it',
    async (readable: WebSocketReadable) => {
      await once(readable, 'readable');
      readable.on('error', () => {});
      await readable[Symbol.asyncDispose]();
    },
  ],
  [
    'takes 2 by take()',
    async (readable: WebSocketReadable) => {
      await readable.take(2).toArray();
    },
  ],
] as const) {
  test(`a consumer that ${how} closes the socket with 1000, and no handle, timer or listener is left`, async () => {
    const server = await createFeedServer({
      onConnection: async (client) => void (await client.flood('1').catch(() => {})),
    });
    const signal = new AbortController().signal;
    const readable = new WebSocketReadable(server.url, { signal, pingIntervalMs: 50, idleTimeoutMs: 50_000 });
    await leave(readable);
    await closed(readable);
    assert.equal((await server.clients[0]?.closed)?.code, 1000);
    assert.equal(readable.stats.state, 'ended');
    await server.close();
    await nothingIsLeft();
  });
}

test('a server that does not answer the close is cut after closeTimeoutMs', async () => {
  const clock = createFakeClock();
  const server = await createFeedServer({
    onConnection: async (client) => {
      await client.send('1');
      client.stall();
    },
  });
  const readable = new WebSocketReadable(server.url, { clock, closeTimeoutMs: 500 });
  for await (const _ of readable) {
    void clock.advance(500);
    break;
  }
  await closed(readable);
  await server.close();
  await nothingIsLeft();
});

test('a stalled consumer holds the socket: what waits is at most the high-water mark and one socket read', async (t) => {
  const frame = 'x'.repeat(100);
  const server = await feed(t, async (client) => void (await client.flood(frame).catch(() => {})));
  const readable = new WebSocketReadable(server.url, { highWaterMark: 10 });
  const paused = once(readable, 'paused');
  await once(readable, 'readable');
  await paused;
  await settle();
  const { bufferedFrames, bufferedBytes, paused: isPaused } = readable.stats;
  assert.equal(isPaused, true);
  assert.ok(bufferedFrames >= 10);
  assert.ok(bufferedFrames <= 10 + Math.ceil(SOCKET_READ / frame.length));
  assert.equal(bufferedBytes, bufferedFrames * frame.length);
  assert.equal(readable.readableLength, bufferedFrames);
  readable.destroy();
  await once(readable, 'close');
});

test('maxBufferedBytes holds the socket, too, and reading lets it go on', async (t) => {
  const frame = Buffer.alloc(50_000, 0x20);
  const server = await feed(t, async (client) => {
    for (let n = 0; n < 100; n++) await client.send(frame);
    await client.close(1000);
  });
  const readable = new WebSocketReadable(server.url, { maxBufferedBytes: 120_000 });
  let most = 0;
  let frames = 0;
  let resumed = 0;
  readable.on('resumed', () => (resumed += 1));
  for await (const { data } of readable) {
    frames += 1;
    most = Math.max(most, readable.stats.bufferedBytes + data.length);
    await settle();
  }
  assert.equal(frames, 100);
  assert.ok(resumed > 0);
  assert.ok(most <= 120_000 + frame.length + SOCKET_READ, `${most}`);
});

test('pings go out while a stalled consumer holds the socket, and the idle clock stands still', async (t) => {
  const clock = createFakeClock();
  let client: FeedClient | undefined;
  const script = async (it: FeedClient): Promise<void> => {
    client = it;
    // In one write: none of them is left in the socket when the clock of silence runs again.
    await it.sendMany(Array(20).fill('1'));
  };
  const server = await feed(t, script, { pongs: false });
  const readable = new WebSocketReadable(server.url, {
    clock,
    highWaterMark: 5,
    idleTimeoutMs: 1_000,
    pingIntervalMs: 400,
  });
  const paused = once(readable, 'paused');
  await once(readable, 'readable');
  await paused;
  for (let n = 0; n < 5; n++) {
    await clock.advance(400);
    await client?.nextPing();
  }
  assert.equal(readable.stats.state, 'open');
  assert.equal(readable.stats.pausedMs, 2_000);
  const ended = once(readable, 'ended');
  readable.resume();
  await once(readable, 'resumed');
  await clock.advance(999);
  assert.equal(readable.stats.state, 'open');
  await clock.advance(2);
  assert.deepEqual(await ended, [{ cause: 'idle_timeout', error: undefined }]);
});

test('frames that the pause cut off are delivered before an error that came meanwhile', async (t) => {
  const server = await feed(t, async (client) => {
    for (let n = 0; n < 200; n++) await client.send(`${n}`);
    await client.drop();
  });
  const readable = new WebSocketReadable(server.url, { highWaterMark: 3 });
  const seen: string[] = [];
  await assert.rejects(
    async () => {
      for await (const frame of readable) {
        seen.push(frame.data.toString());
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    { code: 'ERR_DISCONNECTED', closeCode: 1006, frames: 200 },
  );
  assert.deepEqual(
    seen,
    Array.from({ length: 200 }, (_, n) => `${n}`),
  );
});

test('compose() and Readable.toWeb() deliver every frame', async (t) => {
  const numbers = Array.from({ length: 300 }, (_, n) => `${n}`);
  const server = await feed(t, sends(...numbers));
  const toText = new Transform({
    objectMode: true,
    transform: (frame: Frame, _, callback) => callback(null, frame.data.toString()),
  });
  const composed = new WebSocketReadable(server.url).compose(toText) as unknown as AsyncIterable<string>;
  const seen: string[] = [];
  for await (const text of composed) seen.push(text);
  assert.deepEqual(seen, numbers);
  const web = Readable.toWeb(new WebSocketReadable(server.url)) as unknown as AsyncIterable<Frame>;
  const fromWeb: Frame[] = [];
  for await (const frame of web) fromWeb.push(frame);
  assert.deepEqual(texts(fromWeb), numbers);
});

test('pipeline() to a Writable that fails closes the socket with 1000 and rejects with its error', async (t) => {
  const server = await feed(t, async (client) => void (await client.flood('1').catch(() => {})));
  const sink = new Writable({ objectMode: true, write: (_frame, _encoding, callback) => callback(new Error('full')) });
  await assert.rejects(pipeline(new WebSocketReadable(server.url), sink), /full/);
  assert.equal((await server.clients[0]?.closed)?.code, 1000);
});

test('stop() delivers what was received and ends the stream', async (t) => {
  const server = await feed(t, sendsThenWaits('1', '2'));
  const readable = new WebSocketReadable(server.url);
  const seen: string[] = [];
  for await (const frame of readable) if (seen.push(frame.data.toString()) === 2) readable.stop();
  assert.deepEqual(seen, ['1', '2']);
});

test('no event comes after ended, though the server closes while the consumer still reads', async (t) => {
  const server = await feed(t, async (client) => {
    for (let n = 0; n < 50; n++) await client.send('1');
  });
  const readable = new WebSocketReadable(server.url, { maxFrames: 50 });
  const names: string[] = [];
  for (const name of ['disconnected', 'reconnecting', 'ended'] as const) readable.on(name, () => names.push(name));
  for await (const _ of readable) await server.clients[0]?.closed;
  assert.deepEqual(names, ['ended']);
});

test('stop() before anybody reads ends the stream without a connection', async (t) => {
  const server = await feed(t, sends('1'));
  const readable = new WebSocketReadable(server.url);
  readable.stop();
  assert.deepEqual(await collect(readable), []);
  assert.equal(server.requests.length, 0);
});

test('an explicit undefined means the default, also for the limits that ws has', async (t) => {
  const server = await feed(t, sends('1'));
  const frames = await collect(
    new WebSocketReadable(server.url, { maxMessageBytes: undefined, handshakeTimeoutMs: undefined, logger: undefined }),
  );
  assert.equal(frames.length, 1);
});

test('maxMessages is the old name of maxFrames, and not taken beside it', async (t) => {
  const server = await feed(t, sends('1', '2', '3'));
  assert.equal((await collect(new WebSocketReadable(server.url, { maxMessages: 2 }))).length, 2);
  assert.throws(
    () => new WebSocketReadable(server.url, { maxMessages: 2, maxFrames: 2 }),
    /ConfigError: WebSocketReadable\.maxMessages: It is an old name of `maxFrames`\. Remove it\.$/,
  );
});

for (const [name, url, options] of [
  ['url', '', {}],
  ['url', 'https://example.com', {}],
  ['url', 'ws://', {}],
  ['url', 'ws://a/#b', {}],
  ['url', 'ws://a/\tb', {}],
  ['url', ' ws://a', {}],
  ['maxMesages', 'ws://a', { maxMesages: 1 }],
  ['maxFrames', 'ws://a', { maxFrames: 0 }],
  ['maxMessages', 'ws://a', { maxMessages: 0 }],
  ['idleTimeoutMs', 'ws://a', { idleTimeoutMs: '5s' }],
  ['pingIntervalMs', 'ws://a', { pingIntervalMs: Number.NaN }],
  ['logger', 'ws://a', { logger: {} }],
  ['highWaterMark', 'ws://a', { highWaterMark: 1.5 }],
  ['reconnect', 'ws://a', { reconnect: 'yes' }],
  ['headers', 'ws://a', { headers: { 'a b': 'c' } }],
  ['headers', 'ws://a', { headers: { a: 'b\nc' } }],
  ['protocols', 'ws://a', { protocols: ['a', 'a'] }],
  ['protocols', 'ws://a', { protocols: ['a b'] }],
] as const) {
  test(`${name} is refused when it is ${JSON.stringify((options as Record<string, unknown>)[name] ?? url)}`, () => {
    assert.throws(
      () => new WebSocketReadable(url, options as never),
      (error) => error instanceof ConfigError && error.problems[0]?.path.includes(name) === true,
    );
  });
}

test('a refused upgrade tells the status and what the server asked for', async (t) => {
  const server = await feed(t, () => {}, { refuse: () => ({ status: 429, headers: { 'retry-after': '7' } }) });
  await assert.rejects(collect(new WebSocketReadable(`${server.url}/?token=secret`)), (error) => {
    assert.ok(error instanceof ConnectError);
    assert.equal(error.status, 429);
    assert.equal(error.retryAfter, '7');
    assert.doesNotMatch(JSON.stringify([error.message, error.url]), /secret/);
    return true;
  });
});

test('a logger gets the facts, and no secret', async (t: TestContext) => {
  const server = await feed(t, sends('1'));
  const lines: string[] = [];
  const write = (facts: object, message: string): void => void lines.push(`${message} ${JSON.stringify(facts)}`);
  const logger = { debug: write, info: write, warn: write, error: write };
  const url = `${server.url.replace('ws://', 'ws://user:hidden@')}/?key=hidden`;
  await collect(
    new WebSocketReadable(url, {
      logger,
      credentials: { type: 'bearer', token: 'hidden' },
      subscribeMessages: ['hidden'],
    }),
  );
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['connecting', 'connected', 'disconnected', 'ended'],
  );
  assert.doesNotMatch(lines.join('\n'), /hidden/);
});

/** Not `once()`, which would listen for errors, too. */
async function closed(readable: WebSocketReadable): Promise<void> {
  if (!readable.closed) await new Promise<void>((resolve) => readable.on('close', () => resolve()));
}

async function collect(readable: WebSocketReadable): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of readable) frames.push(frame);
  return frames;
}

function texts(frames: Frame[]): string[] {
  return frames.map((frame) => frame.data.toString());
}

/** What Node reads from a socket at once. */
const SOCKET_READ = 65_536;
