import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import WebSocket from 'ws';
import { FeedSocket } from '../../../lib/connect/socket/feed-socket.js';
import { encodeFrame, OPCODES, type WireFrame } from '../../../lib/testing/index.js';
import { seedOf } from '../../flows/support/seed.js';
import { deflater } from '../../support/deflater.js';
import { cut, type Ending, MAX_PAYLOAD, told } from '../../support/in-memory-socket.js';
import { WATCHDOG } from '../../support/watchdog.js';
import { WIRE_CASES } from '../../support/wire-cases.js';

/** How many streams are tried of each kind; a night's worth is a hundred times that. */
const RUNS = Number(process.env['SPILLWAY_WIRE_FUZZ'] ?? 500);
const { text, binary, continuation, ping, pong, close } = OPCODES;

const zeros = deflater()(Buffer.alloc(10_000));
/** What only a server that compresses can send. */
const DEFLATED_CASES: readonly (readonly [name: string, bytes: Buffer, answer: number | undefined])[] = (
  [
    ['an empty message', undefined, [{ opcode: text, payload: Buffer.alloc(1), rsv1: true }]],
    ['too large when inflated', 1009, [{ opcode: binary, payload: zeros, rsv1: true }]],
    ['no compressed message', 1007, [{ opcode: text, payload: Buffer.from([7]), rsv1: true }]],
    [
      'fragments, too large when inflated',
      1009,
      [
        { opcode: text, payload: zeros.subarray(0, 5), rsv1: true, fin: false },
        { opcode: ping, payload: 'p' },
        { opcode: continuation, payload: zeros.subarray(5) },
      ],
    ],
    [
      'compressed fragments, too long together',
      1009,
      [
        { opcode: text, payload: Buffer.alloc(MAX_PAYLOAD, Buffer.from('00ff0200fd', 'hex')), rsv1: true, fin: false },
        { opcode: continuation, payload: 'x' },
      ],
    ],
    [
      'rsv1 in a continuation',
      1002,
      [
        { opcode: text, payload: Buffer.alloc(1), rsv1: true, fin: false },
        { opcode: continuation, rsv1: true },
      ],
    ],
    [
      'compressed fragments with a message between',
      1002,
      [
        { opcode: text, payload: Buffer.alloc(1), rsv1: true, fin: false },
        { opcode: text, payload: Buffer.alloc(1), rsv1: true },
      ],
    ],
    [
      'a compressed fragment and a close frame',
      1000,
      [
        { opcode: binary, payload: Buffer.alloc(1), rsv1: true, fin: false },
        { opcode: close, payload: Buffer.from([3, 0xe8]) },
      ],
    ],
    [
      'a compressed fragment and rsv3',
      1002,
      [
        { opcode: binary, payload: Buffer.alloc(1), rsv1: true, fin: false },
        { opcode: continuation, rsv3: true },
      ],
    ],
  ] as const satisfies readonly (readonly [string, number | undefined, readonly WireFrame[]])[]
).map(([name, answer, frames]) => [name, inOrder(frames), answer]);

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

test('every case of the protocol with compression agreed on, cut at each of its bytes, comes to what it comes to for `ws` alone', async () => {
  for (const agreed of AGREED) {
    const [first, again, last] = compressedFrames(agreed, ['before', 'before and again', 'after']);
    for (const [name, bytes] of [...WIRE_CASES, ...DEFLATED_CASES]) {
      const all = Buffer.concat([first!, bytes, again!, last!]);
      const expected = await deflatedAlone([all], agreed);
      const from = first!.length;
      const until = Math.min(from + bytes.length, from + MOST_CUTS);
      for (let at = from; at <= until; at += 1) {
        const chunks = [all.subarray(0, at), all.subarray(at)];
        for (const runs of [undefined, [Number.POSITIVE_INFINITY]]) {
          assert.deepEqual(
            await deflated(chunks, agreed, runs),
            expected,
            `${name}, cut at byte ${at - from}, ${agreed}`,
          );
        }
      }
      assert.deepEqual(await deflated([...cut(all, [1])], agreed), expected, `${name}, byte by byte, ${agreed}`);
    }
  }
});

for (const [name, bytes, code] of DEFLATED_CASES) {
  test(`with compression agreed on, ${name} is answered with ${code ?? 'nothing'}`, async () => {
    const all = await told(FeedSocket, [bytes], 'end', { agreed: 'permessage-deflate' });
    const answer = code === undefined ? '' : `8882${'00'.repeat(4)}${u16(code).toString('hex')}`;
    assert.equal(all.at(-1)?.replace(/8a81000000..70/, ''), `sent ${answer}`);
  });
}

test('messages that are compressed or not, in fragments or not, cut anywhere, taken many at once or not, come as they were', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(message, control), { maxLength: 12 }),
      cuts,
      fc.constantFrom(...AGREED),
      wishes,
      async (pieces, lengths, agreed, runs) => {
        const compress = deflater(termsOf(agreed));
        const bytes = pieces.map((piece) => ('opcode' in piece ? inFragments(piece, compress) : Buffer.from(piece)));
        const expected = pieces.flatMap((piece) => ('opcode' in piece ? [lineOf(piece)] : []));
        const all = await deflated([...cut(Buffer.concat(bytes), lengths)], agreed, runs);
        assert.deepEqual(
          all.filter((line) => !/^p[io]ng/.test(line)),
          [...expected, 'close 1006 '],
        );
      },
    ),
    { ...WATCHDOG, numRuns: RUNS, seed: seedOf(t) },
  );
});

test('whatever bytes a server sends with compression agreed on, it does not matter where they are cut, or how many are taken at once', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(message, anything), { maxLength: 12 }),
      cuts,
      fc.constantFrom(...AGREED),
      wishes,
      async (pieces, lengths, agreed, runs) => {
        const compress = deflater(termsOf(agreed));
        const all = Buffer.concat(
          pieces.map((piece) => ('opcode' in piece ? inFragments(piece, compress) : Buffer.from(piece))),
        );
        assert.deepEqual(await deflated([...cut(all, lengths)], agreed, runs), await deflated([all], agreed));
      },
    ),
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

/** What ours says where compression was agreed on, with what zlib says of a fault. */
async function deflated(
  chunks: readonly Buffer[],
  agreed: string,
  runs?: readonly number[],
): Promise<readonly string[]> {
  const all = await told(FeedSocket, chunks, 'end', { agreed, runs });
  return all.slice(0, -1).map((line) => line.replace('Invalid compressed message: ', ''));
}

/** What it sends is left out: `ws` inflates after the server's FIN came, when nothing can be sent any more. */
async function deflatedAlone(chunks: readonly Buffer[], agreed: string): Promise<readonly string[]> {
  return (await told(WebSocket, chunks, 'end', { agreed, skipUTF8Validation: false })).slice(0, -1);
}

/** Each in a frame of its own. */
function compressedFrames(agreed: string, texts: readonly string[]): Buffer[] {
  const compress = deflater(termsOf(agreed));
  return texts.map((message) => Buffer.from(encodeFrame({ opcode: text, payload: compress(message), rsv1: true })));
}

function termsOf(agreed: string): { windowBits: number; keepsContext: boolean } {
  const bits = /window_bits=(\d+)/.exec(agreed)?.[1] ?? 15;
  return { windowBits: Number(bits), keepsContext: !agreed.includes('no_context') };
}

/** One message, compressed or not, in fragments with a ping between them. */
function inFragments({ isDeflated, opcode, payload, places }: Message, compress: (text: string) => Buffer): Buffer {
  const bytes = isDeflated ? compress(payload) : Buffer.from(payload);
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return inOrder(
    ends.flatMap((end, index) => {
      const isFirst = index === 0;
      const fragment = {
        opcode: isFirst ? opcode : continuation,
        payload: bytes.subarray(isFirst ? 0 : ends[index - 1], end),
        rsv1: isFirst && isDeflated,
        fin: index === ends.length - 1,
      };
      return isFirst ? [fragment] : [{ opcode: ping, payload: `${index}` }, fragment];
    }),
  );
}

function lineOf({ opcode, payload }: Message): string {
  return `${opcode === text ? 'text' : 'binary'} ${Buffer.from(payload).toString('hex')}`;
}

interface Message {
  readonly isDeflated: boolean;
  readonly opcode: number;
  readonly payload: string;
  readonly places: readonly number[];
}

const AGREED = [
  'permessage-deflate',
  'permessage-deflate; server_max_window_bits=9',
  'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits="12"',
];
/** Nothing behind these bytes of a case makes a difference: it is payload. */
const MOST_CUTS = 24;
const someText = fc.string({ maxLength: 150, unit: 'grapheme' }).filter((one) => Buffer.byteLength(one) <= MAX_PAYLOAD);
const small = fc.string({ maxLength: 20 });
const message = fc.record({
  isDeflated: fc.boolean(),
  opcode: fc.constantFrom(text, binary),
  payload: fc.oneof(fc.lorem({ maxCount: 20 }), someText),
  places: fc.oneof(fc.constant([]), fc.array(fc.nat(1_000), { maxLength: 3 })),
});
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
/** How many frames of a run are taken, over and over; that frames come one by one. */
const wishes = fc.option(fc.array(fc.nat(5), { minLength: 1, maxLength: 5 }), { nil: undefined });
const endings = fc.constantFrom<Ending>('end', 'paused, then reset');

function inOrder(frames: readonly WireFrame[]): Buffer {
  return Buffer.concat(frames.map(encodeFrame));
}

function u16(number: number): Buffer {
  return Buffer.from([number >> 8, number & 255]);
}
