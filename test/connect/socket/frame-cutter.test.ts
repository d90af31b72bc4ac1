import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { FeedSocket } from '../../../lib/connect/socket/feed-socket.js';
import { FrameCutter } from '../../../lib/connect/socket/frame-cutter.js';
import type { FrameRun } from '../../../lib/connect/socket/frame-run.js';
import { MessageParts } from '../../../lib/connect/socket/message-parts.js';
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

for (const [kind, rsv1] of [
  ['plain', false],
  ['compressed', true],
] as const) {
  test(`${kind} frames that have to wait are one piece, up to what is no whole frame, and are not looked at`, () => {
    const found: string[] = [];
    const taker = { data: (data: Buffer) => found.push(`data ${data}`) };
    const frame = (payload: string): Uint8Array => encodeFrame({ opcode: text, payload, rsv1 });
    const cuts = {
      ...taker,
      run: () => found.push('run'),
      inflateRun: () => undefined,
      queue: { isOpen: false, addPiece: (frames: Buffer) => found.push(`piece of ${frames.length}`) },
      rest: (bytes: Buffer) => found.push(`rest of ${bytes.length}`),
      over: () => found.push('over'),
    };
    const cutter = new FrameCutter(100, cuts, rsv1 ? new MessageParts(taker) : undefined);
    const frames = [frame('a'), frame('bc'), encodeFrame({ opcode: binary, payload: 'd' })];
    cutter.add(
      Buffer.concat([...frames, encodeFrame({ opcode: ping, payload: '' }), frame('e'), frame('cut').subarray(0, 4)]),
    );
    const [pieces, others] = [
      found.filter((what) => what.startsWith('piece')),
      found.filter((what) => /^(data|over)/.test(what)),
    ];
    assert.deepEqual([pieces, others], [['piece of 10', 'piece of 3'], []]);
    assert.equal(found[0], 'piece of 10');
    cuts.queue.isOpen = true;
    cuts.run = () => 0;
    cutter.add(Buffer.concat([frame('cut').subarray(4), frame('f')]));
    assert.equal(found.at(-1), 'data f');
  });
}

test('a frame that is too large waits in no piece: it is told at once', () => {
  const found: string[] = [];
  const cutter = new FrameCutter(2, {
    data() {},
    queue: { isOpen: false, addPiece: (frames) => found.push(`piece of ${frames.length}`) },
    rest: (bytes) => found.push(`rest of ${bytes.length}`),
    over: () => found.push('over'),
  });
  cutter.add(Buffer.concat(['a', 'abc', 'b'].map((payload) => encodeFrame({ opcode: text, payload }))));
  assert.deepEqual(found, ['piece of 3', 'over', 'rest of 8']);
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

test('whoever takes frames many at once, as many as it likes, gets those that would come one by one, in their order', () => {
  const frame = fc.record({
    opcode: fc.constantFrom(text, text, text, binary, ping),
    length: fc.constantFrom(0, 1, 9, 124, 125, 126, 127, 300, 65_535, 65_536, 66_001),
  });
  const cuts = fc.array(fc.nat(1_000_000), { maxLength: 5 });
  const wishes = fc.array(fc.nat(4), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), cuts, wishes, (frames, places, most) => {
      const bytes = Buffer.concat(
        frames.map(({ opcode, length }, n) =>
          encodeFrame({ opcode, payload: Buffer.alloc(opcode === ping ? length % 126 : length, 97 + n) }),
        ),
      );
      const chunks = cut(bytes, places);
      const alone = seen(chunks);
      let turn = 0;
      const together = seen(chunks, (run, take) => {
        for (let left = most[turn++ % most.length]!; left > 0 && run.next(); left--) {
          take(run.chunk.subarray(run.start, run.end), run.isBinary);
          run.accept();
        }
      });
      assert.deepEqual(together, alone);
    }),
  );
});

test('a run tells how many frames it gave, and their bytes, and lets go of the chunk', () => {
  const runs: FrameRun[] = [];
  const counts: unknown[] = [];
  const cutter = new FrameCutter(100, {
    run(run) {
      while (run.next()) run.accept();
      counts.push([run.frames, run.bytes, run.isBinary]);
      runs.push(run);
    },
    data: (data) => counts.push(`${data}`),
    rest() {},
    over: () => counts.push('over'),
  });
  const parts = ['a', 'bcd'].map((payload) => encodeFrame({ opcode: text, payload }));
  const tooLong = encodeFrame({ opcode: text, payload: 'x'.repeat(101) });
  cutter.add(Buffer.concat([...parts, encodeFrame({ opcode: binary, payload: 'e' }), tooLong]));
  // The frames of a run are of one kind.
  assert.deepEqual(counts, [[2, 4, false], 'e', 'over']);
  assert.equal(runs[0]!.chunk.length, 0);
});

type Take = (data: Buffer, isBinary: boolean) => void;

/** What comes out of a cutter, frame by frame; what the receiver gets as one. */
function seen(chunks: readonly Buffer[], runs?: (run: FrameRun, take: Take) => void): string[] {
  const found: string[] = [];
  const take: Take = (data, isBinary) => found.push(`${isBinary ? 'binary' : 'text'} ${data.toString('latin1')}`);
  const cutter = new FrameCutter(66_000, {
    run: runs && ((run) => runs(run, take)),
    data: take,
    rest: (bytes) => found.push(`rest ${bytes.toString('hex')}`),
    over: () => found.push('over'),
  });
  for (const chunk of chunks) {
    if (found.includes('over')) break;
    cutter.add(chunk);
  }
  return found;
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

const FRAMES = 1_000;
