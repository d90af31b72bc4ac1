import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { InflateRaw } from 'minizlib';
import { FrameRun } from '../../../lib/connect/socket/frame-run.js';
import { inflatePool, LEAST_ROOM } from '../../../lib/connect/socket/inflate-pool.js';
import { INFLATED_HEADER } from '../../../lib/connect/socket/inflated-run.js';
import { InflateFailure, MessageInflater } from '../../../lib/connect/socket/message-inflater.js';
import { ZlibStream } from '../../../lib/connect/socket/zlib-stream.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';
import { deflater } from '../../support/deflater.js';

const AGREED = 'permessage-deflate';
const LIMIT = 100_000;
const ROOMS = [LEAST_ROOM, 5_000, 33_333, 64 * 1024];

const messages = fc.array(
  fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.lorem({ maxCount: 300 }),
    fc.constant(''),
    // Large ones of few bytes, and of many.
    fc.integer({ min: 3_000, max: LIMIT }).map((size) => 'large '.repeat(size).slice(0, size)),
    fc.integer({ min: 1_000, max: 10_000 }).map((size) => noise(size).toString('latin1')),
  ),
);
const windows = fc.constantFrom(...Array.from({ length: 7 }, (_, n) => 9 + n));

for (const how of ['by the binding of zlib', 'where Node has another binding']) {
  test(`messages are inflated that refer to those before them, whatever they hold and whatever window was agreed on, ${how}`, (t) => {
    if (how.startsWith('where')) t.mock.getter(ZlibStream.prototype, 'fills', () => false);
    fc.assert(
      fc.property(messages, windows, fc.boolean(), (texts, windowBits, keepsContext) => {
        const inflater = newInflater(agreedOn(windowBits, keepsContext));
        const deflate = deflater({ windowBits, keepsContext });
        for (const text of texts) assert.equal(String(inflater.inflate(deflate(text))), text);
        inflater.close();
      }),
    );
  });
}

test('frames of a run are inflated many at once, and what they leave one by one, into the same messages', () => {
  const kinds = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(messages, kinds, windows, fc.boolean(), (texts, areBinary, windowBits, keepsContext) => {
      const inflater = newInflater(agreedOn(windowBits, keepsContext));
      const deflate = deflater({ windowBits, keepsContext });
      const isBinary = (n: number): boolean => areBinary[n % areBinary.length]!;
      const frames = texts.map((text, n) =>
        encodeFrame({ opcode: isBinary(n) ? OPCODES.binary : OPCODES.text, payload: deflate(text), rsv1: true }),
      );
      const found = [...inflatedOneOrMany(inflater, Buffer.concat(frames))];
      assert.deepEqual(
        found,
        texts.map((text, n) => `${isBinary(n) ? 'binary' : 'text'} ${text}`),
      );
      inflater.close();
    }),
  );
});

test('a run ends before what is no message, or too large a one, which is told when its turn comes', () => {
  const cases = [
    [Buffer.from([7]), 1007],
    [deflater()(Buffer.alloc(LIMIT + 1)), 1009],
    [Buffer.concat([deflateRawSync('x'), Buffer.from('lost')]), 1007],
  ] as const;
  // Whatever room there is for its beginning.
  for (const [bad, code, room] of cases.flatMap((each) => ROOMS.map((room) => [...each, room] as const))) {
    inflatePool.renew();
    inflatePool.take(inflatePool.room - room);
    const inflater = newInflater();
    const payloads = [deflater()('good'), bad, deflater()('lost')];
    const chunk = Buffer.concat(payloads.map((payload) => encodeFrame({ opcode: OPCODES.text, payload, rsv1: true })));
    const { frames, next } = inflater.inflateRun(chunk, 0)!;
    assert.deepEqual(frames, Buffer.from('\x81\x7e\x00\x04good', 'latin1'));
    assert.equal(next, 2 + payloads[0]!.length);
    for (let n = 0; n < 2; n += 1) {
      assert.equal(inflater.inflateRun(chunk, next), undefined);
      assert.throws(() => inflater.inflate(bad), fails(code, /./));
    }
  }
});

test('a run comes to no more than 64 KiB', () => {
  const deflate = deflater();
  const frame = (): Uint8Array => encodeFrame({ opcode: OPCODES.text, payload: deflate(noise(99)), rsv1: true });
  const chunk = Buffer.concat(Array.from({ length: 2_000 }, frame));
  const inflater = newInflater();
  const sizes: number[] = [];
  for (let offset = 0; offset < chunk.length; ) {
    const { frames, next } = inflater.inflateRun(chunk, offset)!;
    sizes.push(frames.length);
    offset = next;
  }
  assert.ok(sizes.every((size) => size <= 65_536) && sizes.some((size) => size > 60_000), `${sizes}`);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    2_000 * (99 + INFLATED_HEADER),
  );
});

test('a window of 8 bits is taken for 9, which is what zlib deflates with', () => {
  const inflater = newInflater(`${AGREED}; server_max_window_bits="8"`);
  const text = Buffer.from(Array.from({ length: 4_000 }, (_, n) => (n * n) % 251));
  const deflate = deflater({ windowBits: 9 });
  for (let n = 0; n < 3; n += 1) assert.deepEqual(inflater.inflate(deflate(text)), text);
});

test('a context that is not agreed on is not kept', () => {
  const deflate = deflater();
  const [first, second] = ['{"price":1.10}', '{"price":1.10}'].map((text) => deflate(text)) as [Buffer, Buffer];
  const inflater = newInflater(`${AGREED}; server_no_context_takeover`);
  assert.equal(String(inflater.inflate(first)), '{"price":1.10}');
  assert.throws(() => inflater.inflate(second), fails(1007, /invalid distance too far back/));
});

test('a message of no bytes at all is an empty one, and harms none behind it', () => {
  const inflater = newInflater();
  const deflate = deflater();
  const texts = ['a', 'b'].map((text) => deflate(text));
  assert.deepEqual(
    [texts[0]!, Buffer.alloc(0), texts[1]!].map((message) => String(inflater.inflate(message))),
    ['a', '', 'b'],
  );
});

for (const size of [10, 2_000, LIMIT]) {
  test(`a message may end with a last block, of ${size} bytes, with or without an empty one behind`, () => {
    const inflater = newInflater();
    const text = Buffer.alloc(size, 'abc');
    const last = deflateRawSync(noise(size));
    for (const message of [deflateRawSync(text), Buffer.concat([deflateRawSync(text), Buffer.alloc(1)])]) {
      assert.deepEqual(inflater.inflate(message), text);
      assert.deepEqual(inflater.inflate(last), noise(size));
    }
    assert.equal(String(inflater.inflate(deflater()('more'))), 'more');
    const more = Buffer.concat([last, Buffer.from('lost')]);
    assert.throws(() => inflater.inflate(more), fails(1007, /more bytes follow its last block/));
  });
}

test('as many bytes as may be are inflated, and one more is too large', () => {
  for (const limit of [1, 14, 1_000, LIMIT]) {
    const message = deflater()(noise(limit));
    assert.equal(newInflater(AGREED, limit).inflate(message).length, limit);
    if (limit > 1) assert.throws(() => newInflater(AGREED, limit - 1).inflate(message), fails(1009, /Max payload/));
  }
});

for (const [limit, large] of [
  ...[1, 100, 20_000, 1_000_000].map((limit) => [limit, 100_000_000] as const),
  ...[1, 100, 20_000, 100_000].map((limit) => [limit, 900_000] as const),
]) {
  test(`of a message that would be ${large} bytes large, no more than a buffer beyond ${limit} bytes is inflated`, (t) => {
    const { mock } = t.mock.method(InflateRaw.prototype, 'emit');
    const filled = t.mock.method(ZlibStream.prototype, 'fill').mock;
    const bomb = deflater()(Buffer.alloc(large));
    assert.throws(() => newInflater(AGREED, limit).inflate(bomb), fails(1009, /Max payload/));
    const pieces = mock.calls.filter(({ arguments: [event] }) => event === 'data');
    const sizes = [
      ...pieces.map(({ arguments: [, piece] }) => (piece as Buffer).length),
      ...filled.calls.map(({ result }) => result ?? 0),
    ];
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(bytes > limit && bytes <= limit + 16_384 + 512, `${bytes} bytes`);
  });
}

test('what is no compressed message is refused, and why', () => {
  const cases: readonly [bytes: string, why: RegExp][] = [
    ['07', /invalid block type/],
    ['01ffffffff', /invalid stored block lengths/],
  ];
  for (const [bytes, why] of cases) {
    const inflater = newInflater();
    assert.equal(String(inflater.inflate(deflater()('before'))), 'before');
    assert.throws(() => inflater.inflate(Buffer.from(bytes, 'hex')), fails(1007, why));
    inflater.close();
  }
});

test('messages are in memory of their own, which small ones share', () => {
  const inflater = newInflater();
  const deflate = deflater();
  const messages = Array.from({ length: 1_000 }, (_, n) => inflater.inflate(deflate(`{"n":${n}}`)));
  assert.deepEqual(
    messages.map(String),
    Array.from({ length: 1_000 }, (_, n) => `{"n":${n}}`),
  );
  assert.ok(new Set(messages.map(({ buffer }) => buffer)).size < 10);
});

function agreedOn(windowBits: number, keepsContext: boolean): string {
  return `${AGREED}; server_max_window_bits=${windowBits}${keepsContext ? '' : '; server_no_context_takeover'}`;
}

/** The messages of compressed frames, as many at once as may be. */
function* inflatedOneOrMany(inflater: MessageInflater, chunk: Buffer): Generator<string> {
  const one = new FrameRun(1_000_000);
  for (let offset = 0; offset < chunk.length; ) {
    const inflated = inflater.inflateRun(chunk, offset);
    if (inflated === undefined) {
      assert.ok(one.begin(chunk, offset, 0x40));
      const message = inflater.inflate(chunk.subarray(one.start, one.end));
      yield `${one.kind === 0xc2 ? 'binary' : 'text'} ${message}`;
      offset = one.end;
      continue;
    }
    const { frames, next } = inflated;
    const run = new FrameRun(1_000_000);
    assert.ok(run.begin(frames, 0));
    for (; run.next(); run.accept()) {
      yield `${run.isBinary ? 'binary' : 'text'} ${frames.subarray(run.start, run.end)}`;
    }
    assert.equal(run.offset, frames.length);
    offset = next;
  }
}

function newInflater(agreed = AGREED, limit = LIMIT): MessageInflater {
  return new MessageInflater(agreed, limit);
}

/** Bytes that deflate makes no fewer of. */
function noise(size: number): Buffer {
  let state = 1;
  return Buffer.from(Array.from({ length: size }, () => (state = (state * 48_271) % 2_147_483_647) & 255));
}

function fails(closeCode: number, why: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof InflateFailure && error.closeCode === closeCode && why.test(error.message);
}
