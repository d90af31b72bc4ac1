import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import WebSocket from 'ws';
import { FeedSocket, type FeedSocketOptions } from '../../lib/connect/feed-socket.js';
import { FrameCutter } from '../../lib/connect/frame-cutter.js';
import { encodeFrame, OPCODES, type WireFrame } from '../../lib/testing/index.js';
import { makeCertificate } from '../support/certificates.js';
import { feed } from '../support/feed.js';

const certificate = makeCertificate({ subject: 'the server', hosts: ['127.0.0.1'] });
const { text, binary, continuation, ping, pong, close } = OPCODES;

test('whatever a server sends, cut anywhere: frames, pings, errors and the end are those that `ws` alone would tell', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someFrames, { maxLength: 12 }), cuts, isEnded, async (frames, lengths, ending) => {
      const chunks = [...cut(Buffer.concat(frames.flat().map(encodeFrame)), lengths)];
      assert.deepEqual(await told(FeedSocket, chunks, ending), await told(WebSocket, chunks, ending));
    }),
    { numRuns: 500 },
  );
});

test('whole frames are cut without the receiver of `ws`, which gets the one that two chunks share, and pings', async () => {
  const bytes = Buffer.concat([
    encodeFrame({ opcode: text, payload: 'a' }),
    encodeFrame({ opcode: ping, payload: 'p' }),
    encodeFrame({ opcode: binary, payload: 'b'.repeat(200) }),
    encodeFrame({ opcode: text, payload: 'shared' }),
    encodeFrame({ opcode: text, payload: '' }),
  ]);
  const shared = bytes.length - 5;
  const socket = open(FeedSocket);
  const [received, messages] = [[] as string[], [] as string[]];
  socket.ws.onData = (data, isBinary) => received.push(`${isBinary ? 'binary' : 'text'} ${data}`);
  socket.ws.on('message', (data) => messages.push(`${data}`));
  await once(socket.ws, 'open');
  await socket.read([bytes.subarray(0, shared), bytes.subarray(shared)]);
  assert.deepEqual(received, ['text a', `binary ${'b'.repeat(200)}`, 'text shared', 'text ']);
  assert.deepEqual(messages, ['shared']);
  socket.ws.terminate();
});

for (const [over, options] of [
  ['TCP', {}],
  ['TLS', { tls: certificate }],
] as const) {
  test(`on a real socket, over ${over}, most frames need no receiver either`, async (t) => {
    const server = await feed(
      t,
      async (client) => {
        await client.sendMany(Array.from({ length: FRAMES }, (_, n) => `${n}`));
        await client.close(1000);
      },
      options,
    );
    const socketOptions = { maxPayload: MAX_PAYLOAD, perMessageDeflate: false, rejectUnauthorized: false };
    const ws = new FeedSocket(server.url, [], socketOptions);
    let [frames, messages] = [0, 0];
    ws.onData = () => {
      frames += 1;
    };
    ws.on('message', () => {
      messages += 1;
    });
    await once(ws, 'close');
    assert.equal(frames, FRAMES);
    assert.ok(messages < FRAMES / 10, `${messages} of ${FRAMES}`);
  });
}

test('a frame whose length is written longer than need be is cut like any other', () => {
  const found: string[] = [];
  const cutter = new FrameCutter(10, {
    data: (data) => found.push(`${data}`),
    rest: (bytes) => found.push(`rest ${bytes.toString('hex')}`),
    over: () => found.push('over'),
  });
  cutter.add(Buffer.from([0x81, 126, 0, 1, 0x61, 0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 0x62]));
  // A length that is no safe integer, let alone allowed.
  cutter.add(Buffer.from([0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255]));
  assert.deepEqual(found, ['a', 'b', 'over', 'rest 817fffffffffffffffff']);
});

test('bytes that a header lacks at the end of the feed are given to the receiver, once', () => {
  const rest: Buffer[] = [];
  const cutter = new FrameCutter(10, { data() {}, rest: (bytes) => rest.push(bytes), over() {} });
  cutter.add(Buffer.from([0x82]));
  assert.deepEqual(rest, []);
  cutter.end();
  cutter.end();
  assert.deepEqual(rest, [Buffer.from([0x82])]);
});

const FRAMES = 1_000;
const MAX_PAYLOAD = 300;
const someText = fc.string({ maxLength: 150 });
const small = fc.string({ maxLength: 20 });
/** Frames as they come after one another: mostly data, now and then anything else that a server may send or must not. */
const someFrames: fc.Arbitrary<readonly WireFrame[]> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ opcode: fc.constantFrom(text, binary), payload: someText }).map((one) => [one]),
  },
  { weight: 3, arbitrary: fc.record({ opcode: fc.constantFrom(ping, pong), payload: small }).map((one) => [one]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(small, small, fc.boolean())
      .map(([first, last, isBroken]) => [
        { opcode: text, payload: first, fin: false },
        { opcode: ping, payload: 'between' },
        ...(isBroken ? [{ opcode: text, payload: 'no continuation' }] : []),
        { opcode: continuation, payload: last },
      ]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<readonly WireFrame[]>(
      [{ opcode: close }],
      [{ opcode: close, payload: Buffer.from([0x03, 0xe9, 0x62, 0x79, 0x65]) }],
      [{ opcode: close, payload: Buffer.from([0x00, 0x01]) }],
      [{ opcode: text, payload: 'masked', mask: true }],
      [{ opcode: ping, payload: 'masked', mask: true }],
      [{ opcode: text, payload: 'reserved', rsv1: true }],
      [{ opcode: binary, payload: 'reserved', rsv2: true }],
      [{ opcode: ping, payload: 'reserved', rsv3: true }],
      [{ opcode: ping, payload: 'in parts', fin: false }],
      [{ opcode: ping, payload: 'p'.repeat(126) }],
      [{ opcode: continuation, payload: 'of nothing' }],
      [{ opcode: 5, payload: 'unknown' }],
      [{ opcode: text, payload: 'x'.repeat(MAX_PAYLOAD) }],
      [{ opcode: text, payload: 'x'.repeat(MAX_PAYLOAD + 1) }],
      [{ opcode: text, declaredLength: 70_000 }],
      [{ opcode: binary, declaredLength: 2 ** 53 - 1 }],
      [{ opcode: text, payload: Buffer.from([0xff, 0xfe]) }],
    ),
  },
);
/** Lengths of chunks, over and over. */
const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 })), { minLength: 1 });
/** How the connection ends: the server's FIN, or a reset while bytes wait in a paused socket. */
const isEnded = fc.constantFrom<Ending>('end', 'paused, then reset');
type Ending = 'end' | 'paused, then reset';

function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const end = at + (lengths[n % lengths.length] as number);
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** All that the socket tells, in order. */
async function told(kind: Kind<WebSocket>, chunks: readonly Buffer[], ending: Ending): Promise<readonly string[]> {
  const { ws, read, end, reset } = open(kind);
  const events: string[] = [];
  const tell = (data: Buffer, isBinary: boolean): void => {
    events.push(`${isBinary ? 'binary' : 'text'} ${data.toString('hex')}`);
  };
  if (ws instanceof FeedSocket) ws.onData = tell;
  else ws.on('message', tell);
  ws.on('ping', (data) => events.push(`ping ${data}`));
  ws.on('pong', (data) => events.push(`pong ${data}`));
  ws.on('error', (error) => events.push(`error ${error.message}`));
  // Not `once`, which an error ends.
  const closed = new Promise<void>((done) => {
    ws.on('close', (code, reason) => {
      events.push(`close ${code} ${reason}`);
      done();
    });
  });
  await once(ws, 'open');
  if (ending === 'end') {
    await read(chunks);
    end();
  } else {
    const half = chunks.length >> 1;
    await read(chunks.slice(0, half));
    ws.pause();
    await read(chunks.slice(half));
    reset();
  }
  await closed;
  return events;
}

type Kind<T> = new (url: string, protocols: string[], options: FeedSocketOptions) => T;

/** A client on a connection that is none of the system's: so what is one chunk is the test's to say. */
function open<T extends WebSocket>(
  kind: Kind<T>,
): { ws: T; read(chunks: readonly Buffer[]): Promise<void>; end(): void; reset(): void } {
  let head = '';
  const connection = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, callback) {
      if (!head.includes('\r\n\r\n')) head += bytes.toString('latin1');
      const key = /sec-websocket-key: (\S+)\r\n.*\r\n\r\n/is.exec(head)?.[1];
      if (key !== undefined && !isUpgraded) {
        isUpgraded = true;
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
        connection.push(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
      }
      callback();
    },
  });
  let isUpgraded = false;
  const options = {
    createConnection: () => connection,
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: false,
    skipUTF8Validation: true,
  } as unknown as FeedSocketOptions;
  const ws = new kind('ws://in-memory.invalid', [], options);
  return {
    ws,
    async read(chunks) {
      for (const chunk of chunks) {
        // A socket that was destroyed for a fault reads nothing more.
        if (!connection.destroyed) connection.push(chunk);
        await nextTurn();
      }
    },
    end: () => void (connection.destroyed || connection.push(null)),
    reset: () => connection.destroy(),
  };
}
