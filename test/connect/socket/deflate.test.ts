import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Gunzip, InflateRaw } from 'minizlib';
import { type PerMessageDeflateOptions, type WebSocket, WebSocketServer } from 'ws';
import { ZlibStream } from '../../../lib/connect/socket/zlib-stream.js';
import {
  createSource,
  DisconnectedError,
  type Frame,
  MessageTooLargeError,
  WebSocketReadable,
  type WebSocketReadableOptions,
} from '../../../lib/index.js';
import { encodeFrame, OPCODES, type WireFrame } from '../../../lib/testing/index.js';
import { deflater } from '../../support/deflater.js';
import { feed } from '../../support/feed.js';
import { until } from '../../support/until.js';

const TEXTS = [
  '',
  '{"n":1}',
  '"é€𝄞"',
  ...Array.from({ length: 300 }, (_, n) => `{"n":${n},"more":"${'x'.repeat(n)}"}`),
];
const LARGE = Array.from({ length: 40_000 }, (_, n) => n).join();

for (const [name, terms] of [
  ['with context', {}],
  ['without context', { serverNoContextTakeover: true }],
  ['without context, small messages as they are', { serverNoContextTakeover: true, threshold: 200 }],
  ['without any context', { serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ...Array.from({ length: 7 }, (_, n) => [`with ${9 + n} window bits`, { serverMaxWindowBits: 9 + n }] as const),
] as const satisfies readonly (readonly [string, PerMessageDeflateOptions])[]) {
  test(`a server that compresses ${name} is understood: whole messages, fragments, pings between`, async (t) => {
    const url = await wsServer(t, { threshold: 0, ...terms }, async (ws) => {
      for (const text of TEXTS) ws.send(text);
      ws.send(Buffer.from(LARGE));
      ws.send('{"in":', { fin: false });
      ws.ping('between');
      ws.send('"frag', { fin: false });
      ws.send('ments"}', { fin: true });
      // Not compressed, on the same connection.
      ws.send('{"plain":true}', { compress: false });
      ws.send('{"last":true}');
      ws.close(1000);
    });
    const { frames, readable } = await received(url);
    const expected = [...TEXTS, LARGE, '{"in":"fragments"}', '{"plain":true}', '{"last":true}'];
    assert.deepEqual(
      frames.map(({ data }) => String(data)),
      expected,
    );
    assert.deepEqual(
      frames.filter(({ isBinary }) => isBinary).map(({ sequence }) => sequence),
      [TEXTS.length],
    );
    // What was received is counted as it is handed on.
    const bytes = expected.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    assert.deepEqual([readable.stats.frames, readable.stats.bytes], [expected.length, bytes]);
  });
}

for (const terms of [{}, { serverNoContextTakeover: true }, { serverMaxWindowBits: 9 }]) {
  test(`a whole run of a server that compresses is stored as it came, large messages and plain ones too: ${JSON.stringify(terms)}`, async (t) => {
    const texts = Array.from({ length: 3_000 }, (_, n) => JSON.stringify({ n, more: TEXTS[n % TEXTS.length] }));
    for (let n = 0; n < 40; n += 1) texts.splice(n * 70, 0, JSON.stringify('large '.repeat(n * 500)));
    const url = await wsServer(t, { threshold: 0, ...terms }, async (ws) => {
      for (const [n, text] of texts.entries()) {
        const data = n % 500 < 100 ? Buffer.from(text) : text;
        ws.send(data, { compress: n % 100 !== 0 });
        if (n % 300 === 0) ws.ping();
      }
      ws.close(1000);
    });
    const source = createSource({ url, unbounded: true, per_message_deflate: true, batch_size: 100 });
    const stored: string[] = [];
    for await (const page of source.pages()) stored.push(...`${page.bytes}`.split('\n').slice(0, -1));
    assert.deepEqual(stored, texts);
  });
}

test('what is sent to a server that compresses is not compressed', async (t) => {
  const subscribeMessages = ['{"op":"subscribe"}', '1'.repeat(5_000)];
  const seen: string[] = [];
  const raw: Buffer[] = [];
  const url = await wsServer(t, { threshold: 0 }, (ws, { socket }) => {
    socket.on('data', (bytes) => raw.push(bytes));
    ws.on('message', (data) => {
      seen.push(String(data));
      if (seen.length === subscribeMessages.length) ws.close(1000);
    });
  });
  const { error } = await received(url, { subscribeMessages });
  assert.equal(error, undefined);
  assert.deepEqual(seen, subscribeMessages);
  assert.equal(Buffer.concat(raw)[0], 0x81);
});

test('a server that does not take the offer is understood', async (t) => {
  const url = await wsServer(t, false, (ws) => {
    ws.send('1');
    ws.close(1000);
  });
  const { frames } = await received(url);
  assert.deepEqual(
    frames.map(({ data }) => String(data)),
    ['1'],
  );
});

const compressed = (text: string | Buffer): WireFrame => ({
  opcode: OPCODES.text,
  payload: deflater()(text),
  rsv1: true,
});

for (const [name, bad] of [
  ['garbage', { ...compressed('1'), payload: Buffer.from([7]) }],
  ['what refers to nothing', { ...compressed('1'), payload: referring() }],
] as const) {
  test(`${name} in place of a compressed message fails the connection with 1007, behind what came before`, async (t) => {
    const codes: number[] = [];
    const server = await feed(t, sendsRaw([compressed('1'), bad, compressed('2')], codes), { perMessageDeflate: true });
    const { frames, error } = await received(server.url);
    assert.deepEqual(
      frames.map(({ data }) => String(data)),
      ['1'],
    );
    assert.ok(error instanceof DisconnectedError);
    assert.equal(error.failedWith, 1007);
    assert.match((error.cause as Error).message, /^Invalid compressed message: /);
    await until(() => codes.length > 0);
    assert.deepEqual(codes, [1007]);
  });
}

test('a message that is too large when inflated fails the connection with 1009, behind what came before', async (t) => {
  const codes: number[] = [];
  const frames = [compressed('1'), compressed(Buffer.alloc(1_000_000)), compressed('2')];
  const server = await feed(t, sendsRaw(frames, codes), { perMessageDeflate: true });
  const outcome = await received(server.url, { maxMessageBytes: 999_999 });
  assert.deepEqual(
    outcome.frames.map(({ data }) => String(data)),
    ['1'],
  );
  assert.ok(outcome.error instanceof MessageTooLargeError);
  assert.equal(outcome.error.limit, 999_999);
  await until(() => codes.length > 0);
  assert.deepEqual(codes, [1009]);
});

test('a compressed message where compression was not agreed on fails the connection with 1002', async (t) => {
  const codes: number[] = [];
  const server = await feed(t, sendsRaw([compressed('1')], codes));
  const { error } = await received(server.url);
  assert.ok(error instanceof DisconnectedError);
  assert.equal(error.failedWith, 1002);
  await until(() => codes.length > 0);
  assert.deepEqual(codes, [1002]);
});

for (const [way, Stream, options, first] of [
  ['perMessageDeflate', InflateRaw, { perMessageDeflate: true }, compressed('1')],
  ['decompress', Gunzip, { decompress: 'gzip' }, { opcode: OPCODES.binary, payload: gzipSync('1') }],
] as const satisfies readonly (readonly [string, unknown, WebSocketReadableOptions, WireFrame])[]) {
  test(`${way}: every connection lets go of its native memory, however it ends`, async (t) => {
    const write = t.mock.method(ZlibStream.prototype, 'fill').mock;
    const close = t.mock.method(Stream.prototype, 'close').mock;
    const server = await feed(
      t,
      async (client) => {
        await client.sendRaw(encodeFrame(first));
        const how = client.number % 4;
        if (how === 0) await client.reset();
        else if (how === 1) await client.close(1000);
        else
          await client.sendRaw(
            encodeFrame(how === 2 ? { ...compressed('2'), payload: Buffer.from([7]) } : { opcode: 11 }),
          );
      },
      { perMessageDeflate: true },
    );
    const readable = new WebSocketReadable(server.url, { ...options, reconnect: true, reconnectBackoff: 0 });
    let frames = 0;
    for await (const item of readable) if ((item as Frame).data !== undefined && ++frames === CONNECTIONS) break;
    const streams = ({ calls }: { readonly calls: readonly { readonly this: unknown }[] }): Set<unknown> =>
      new Set(calls.map((call) => call.this));
    assert.equal(streams(write).size, CONNECTIONS);
    await until(() => streams(close).size === CONNECTIONS);
  });
}

const CONNECTIONS = 40;

/** A message that refers to one that is not sent. */
function referring(): Buffer {
  const deflate = deflater();
  deflate('{"price":1.10,"quantity":2}');
  return deflate('{"price":1.10,"quantity":2}');
}

/** What a server sends at once; and with which code the client leaves. */
function sendsRaw(frames: readonly WireFrame[], codes: number[]): Parameters<typeof feed>[1] {
  return async (client) => {
    await client.sendRaw(Buffer.concat(frames.map(encodeFrame)));
    codes.push((await client.closed).code);
  };
}

async function wsServer(
  t: TestContext,
  perMessageDeflate: PerMessageDeflateOptions | false,
  onConnection: (ws: WebSocket, request: IncomingMessage) => void | Promise<void>,
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
  t.after(() => server.close());
  server.on('connection', (ws, request) => void onConnection(ws, request));
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function received(
  url: string,
  options: Partial<WebSocketReadableOptions> = {},
): Promise<{ frames: Frame[]; readable: WebSocketReadable; error: unknown }> {
  const readable = new WebSocketReadable(url, { perMessageDeflate: true, ...options });
  const frames: Frame[] = [];
  try {
    for await (const frame of readable) frames.push(frame as Frame);
    return { frames, readable, error: undefined };
  } catch (error) {
    return { frames, readable, error };
  }
}
