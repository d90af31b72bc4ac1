import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FeedSocket } from '../../../lib/connect/socket/feed-socket.js';
import { FrameCutter } from '../../../lib/connect/socket/frame-cutter.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';
import { makeCertificate } from '../../support/certificates.js';
import { feed } from '../../support/feed.js';
import { MAX_PAYLOAD, openInMemory } from '../../support/in-memory-socket.js';

const certificate = makeCertificate({ subject: 'the server', hosts: ['127.0.0.1'] });
const { text, binary, ping } = OPCODES;

test('whole frames are cut without the receiver of `ws`, which gets the one that two chunks share, and pings', async () => {
  const bytes = Buffer.concat([
    encodeFrame({ opcode: text, payload: 'a' }),
    encodeFrame({ opcode: ping, payload: 'p' }),
    encodeFrame({ opcode: binary, payload: 'b'.repeat(200) }),
    encodeFrame({ opcode: text, payload: 'shared' }),
    encodeFrame({ opcode: text, payload: '' }),
  ]);
  const shared = bytes.length - 5;
  const socket = openInMemory(FeedSocket);
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
