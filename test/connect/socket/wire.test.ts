import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import WebSocket from 'ws';
import { FeedSocket } from '../../../lib/connect/socket/feed-socket.js';
import { encodeFrame, OPCODES, type WireFrame } from '../../../lib/testing/index.js';
import { seedOf } from '../../flows/support/seed.js';
import { cut, type Ending, MAX_PAYLOAD, told } from '../../support/in-memory-socket.js';
import { WATCHDOG } from '../../support/watchdog.js';
import { WIRE_CASES } from '../../support/wire-cases.js';

/** How many streams are tried of each kind; a night's worth is a hundred times that. */
const RUNS = Number(process.env['SPILLWAY_WIRE_FUZZ'] ?? 500);
const { text, binary, continuation, ping, pong, close } = OPCODES;

test('every case of the protocol, cut at each of its bytes, comes to what it comes to for `ws` alone', async () => {
  const first = encodeFrame({ opcode: text, payload: 'before' });
  const last = encodeFrame({ opcode: text, payload: 'after' });
  for (const [name, bytes] of WIRE_CASES) {
    const all = Buffer.concat([first, bytes, last]);
    const expected = await alone([all], 'end');
    const from = first.length;
    const until = Math.min(from + bytes.length, from + MOST_CUTS);
    for (let at = from; at <= until; at += 1) {
      const chunks = [all.subarray(0, at), all.subarray(at)];
      assert.deepEqual(await told(FeedSocket, chunks, 'end'), expected, `${name}, cut at byte ${at - from}`);
    }
    assert.deepEqual(await told(FeedSocket, [...cut(all, [1])], 'end'), expected, `${name}, byte by byte`);
  }
});

test('whatever bytes a server sends, cut anywhere, come to what they come to for `ws` alone', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { maxLength: 12 }), cuts, endings, async (pieces, lengths, ending) => {
      const chunks = [...cut(Buffer.concat(pieces), lengths)];
      // What is cut off may make a payload of a header. A text that is no UTF-8 is for the property below.
      const unchecked = await told(WebSocket, chunks, ending, { skipUTF8Validation: true });
      fc.pre(unchecked.every((line) => !line.startsWith('text ') || isUtf8(Buffer.from(line.slice(5), 'hex'))));
      assert.deepEqual(await told(FeedSocket, chunks, ending), await alone(chunks, ending));
    }),
    { ...WATCHDOG, numRuns: RUNS, seed: seedOf(t) },
  );
});

test('texts that are no UTF-8 come as they are, whole, in fragments and cut anywhere', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyBytes, { maxLength: 12 }), cuts, endings, async (pieces, lengths, ending) => {
      const chunks = [...cut(Buffer.concat(pieces), lengths)];
      const expected = await told(WebSocket, chunks, ending, { skipUTF8Validation: true });
      assert.deepEqual(await told(FeedSocket, chunks, ending), expected);
    }),
    { ...WATCHDOG, numRuns: RUNS, seed: seedOf(t) },
  );
});

/** What `ws` says, which also looks at whether texts and reasons are UTF-8. */
function alone(chunks: readonly Buffer[], ending: Ending): Promise<readonly string[]> {
  return told(WebSocket, chunks, ending, { skipUTF8Validation: false });
}

/** Nothing behind these bytes of a case makes a difference: it is payload. */
const MOST_CUTS = 24;
const someText = fc.string({ maxLength: 150, unit: 'grapheme' }).filter((one) => Buffer.byteLength(one) <= MAX_PAYLOAD);
const small = fc.string({ maxLength: 20 });
const smallBytes = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));

const data = fc.record({ opcode: fc.constantFrom(text, binary), payload: someText }).map(encodeFrame);
const control = fc.record({ opcode: fc.constantFrom(ping, pong), payload: small }).map(encodeFrame);
/** One message in fragments that may cut a character, with a control frame between them. */
const fragmented = fc.tuple(someText, fc.integer({ min: 0, max: 20 }), fc.boolean()).map(([whole, at, isBroken]) => {
  const bytes = Buffer.from(whole);
  return inOrder([
    { opcode: text, payload: bytes.subarray(0, at), fin: false },
    { opcode: ping, payload: 'between' },
    ...(isBroken ? [{ opcode: text, payload: 'no continuation' }] : []),
    { opcode: continuation, payload: bytes.subarray(at) },
  ]);
});
/** A header of any bits, with its length in any form, and as many bytes as it says, or not. */
const anyFrame = fc
  .record({
    first: fc.integer({ min: 0, max: 255 }),
    isMasked: fc.boolean(),
    form: fc.constantFrom(7, 16, 64),
    length: fc.oneof(fc.integer({ min: 0, max: 125 }), fc.integer({ min: 126, max: MAX_PAYLOAD + 10 })),
    isWhole: fc.boolean(),
  })
  .map(({ first, isMasked, form, length, isWhole }) => {
    const least = length > 125 ? 16 : 7;
    const bits = Math.max(form, least);
    const extended = Buffer.alloc(bits === 7 ? 0 : bits / 8);
    if (bits > 7) extended.writeUInt16BE(length, extended.length - 2);
    const second = (isMasked ? 0x80 : 0) | (bits === 7 ? length : bits === 16 ? 126 : 127);
    const payload = Buffer.alloc(isWhole ? length : length >> 1, 'x');
    return Buffer.concat([Buffer.from([first, second]), extended, payload]);
  });
/** The bits that are right, and a length in a form that it does not need. */
const longForm = fc
  .record({ opcode: fc.constantFrom(text, binary, ping, pong), bits: fc.constantFrom(16, 64), payload: small })
  .map(({ opcode, bits, payload }) => {
    const bytes = Buffer.from(payload);
    const extended = Buffer.alloc(bits / 8);
    extended.writeUInt16BE(bytes.length, extended.length - 2);
    return Buffer.concat([Buffer.from([0x80 | opcode, bits === 16 ? 126 : 127]), extended, bytes]);
  });
const aClose = fc
  .tuple(fc.oneof(fc.constantFrom(1000, 1001, 1005, 1006, 1015), fc.integer({ min: 0, max: 65_535 })), smallBytes)
  .map(([code, reason]) => inOrder([{ opcode: close, payload: Buffer.concat([u16(code), reason]) }]));
const anything = fc.oneof(
  { weight: 12, arbitrary: data },
  { weight: 3, arbitrary: control },
  { weight: 1, arbitrary: fragmented },
  { weight: 1, arbitrary: longForm },
  { weight: 1, arbitrary: aClose },
  { weight: 1, arbitrary: fc.constantFrom(...WIRE_CASES.values()) },
  { weight: 1, arbitrary: anyFrame },
);
const anyBytes = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ opcode: fc.constantFrom(text, binary), payload: smallBytes }).map(encodeFrame),
  },
  { weight: 1, arbitrary: control },
  {
    weight: 1,
    arbitrary: fc.tuple(smallBytes, smallBytes).map(([first, rest]) =>
      inOrder([
        { opcode: text, payload: first, fin: false },
        { opcode: continuation, payload: rest },
      ]),
    ),
  },
);
/** Lengths of chunks, over and over. */
const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 })), { minLength: 1 });
const endings = fc.constantFrom<Ending>('end', 'paused, then reset');

function inOrder(frames: readonly WireFrame[]): Buffer {
  return Buffer.concat(frames.map(encodeFrame));
}

function u16(number: number): Buffer {
  return Buffer.from([number >> 8, number & 255]);
}
