import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Gunzip } from 'minizlib';
import { type Compression, Inflater } from '../../../lib/connect/socket/inflater.js';
import { ZlibStream } from '../../../lib/connect/socket/zlib-stream.js';
import { MessageTooLargeError } from '../../../lib/errors.js';
import { seedOf } from '../../flows/support/seed.js';
import { WATCHDOG } from '../../support/watchdog.js';
import { noZstd, skippableFrame, ZSTD, zstdCompress } from '../../support/zstd.js';

const COMPRESS = {
  gzip: gzipSync,
  deflate: deflateSync,
  deflate_raw: deflateRawSync,
  brotli: brotliCompressSync,
  ...(zstdCompress === undefined ? {} : { zstd: zstdCompress }),
} as const;
const CODECS = Object.keys(COMPRESS) as Exclude<keyof typeof COMPRESS, 'zstd'>[];
const TEXT = '{"price":1.10}';

for (const codec of CODECS) {
  const compressed = COMPRESS[codec](TEXT);

  test(`${codec}: a frame is inflated, into bytes that keep no large buffer`, () => {
    const inflated = newInflater(codec).inflate(compressed);
    assert.equal(String(inflated), TEXT);
    // Small ones share a buffer, but for one that begins the next.
    const [first, second, third] = [1, 2, 3].map(() => newInflater(codec).inflate(compressed).buffer);
    assert.ok(first === second || second === third);
    const large = '1'.repeat(300_000);
    assert.equal(String(newInflater(codec, 300_000).inflate(COMPRESS[codec](large))), large);
  });

  test(`${codec}: as many bytes as may be are inflated, and one more is too large`, () => {
    assert.equal(newInflater(codec, TEXT.length).inflate(compressed).length, TEXT.length);
    assert.throws(() => newInflater(codec, TEXT.length - 1).inflate(compressed), isTooLarge(TEXT.length - 1));
    assert.throws(() => newInflater(codec, 1_000).inflate(COMPRESS[codec](Buffer.alloc(5_000_000))), isTooLarge(1_000));
  });

  test(`${codec}: what cannot be inflated stays as it came, with the reason`, () => {
    const cases: readonly [bytes: Buffer, reason: RegExp][] = [
      [compressed.subarray(0, -3), /unexpected end of file/],
      [Buffer.alloc(0), /unexpected end of file/],
      [Buffer.concat([compressed, Buffer.from('more')]), /more bytes follow its end: 4|incorrect header check/],
      [Buffer.concat([compressed, Buffer.alloc(2)]), /more bytes follow its end: 2/],
      [Buffer.from('{"price":1.10}'), /./],
    ];
    for (const [bytes, reason] of cases) {
      const inflater = newInflater(codec);
      assert.equal(inflater.inflate(bytes), bytes);
      const failure = inflater.failureOf(bytes) ?? '';
      assert.match(failure, reason);
      assert.ok(failure.startsWith(`it cannot be inflated as \`decompress\` asks for (${codec}: `), failure);
    }
  });
}

test('gzip: several members are one text', () => {
  assert.equal(String(newInflater('gzip').inflate(Buffer.concat([gzipSync('[1,'), gzipSync('2]')]))), '[1,2]');
});

test('gzip: a wrong checksum is found', () => {
  const bytes = gzipSync(TEXT);
  bytes[bytes.length - 6]! ^= 1;
  const inflater = newInflater('gzip');
  assert.equal(inflater.inflate(bytes), bytes);
  assert.match(inflater.failureOf(bytes) ?? '', /incorrect data check/);
});

test('zstd: several frames are one text, and skippable ones hold nothing', { skip: noZstd }, () => {
  const zstd = zstdCompress!;
  for (const [bytes, text] of [
    [[zstd('[1,'), zstd('2'), zstd(']')], '[1,2]'],
    [[skippableFrame(0), zstd('[1,'), skippableFrame(70_000), zstd('2]'), skippableFrame(3)], '[1,2]'],
    [[skippableFrame(5)], ''],
    [[zstd(''), zstd('1'), zstd('')], '1'],
    [[zstd('1'.repeat(300_000)), zstd('2')], `${'1'.repeat(300_000)}2`],
  ] as const) {
    for (const compression of ['zstd', 'auto'] as const) {
      assert.equal(String(newInflater(compression, 300_001).inflate(Buffer.concat(bytes))), text);
    }
  }
});

test('zstd: the limit holds for all frames together', { skip: noZstd }, () => {
  const bytes = Buffer.concat([zstdCompress!('1'.repeat(600)), zstdCompress!('1'.repeat(400)), zstdCompress!('')]);
  assert.equal(newInflater('zstd', 1_000).inflate(bytes).length, 1_000);
  assert.throws(() => newInflater('zstd', 999).inflate(bytes), isTooLarge(999));
  assert.throws(() => newInflater('zstd', 600).inflate(bytes), isTooLarge(600));
});

test('zstd: what is wrong with frames stays as it came, with the reason', { skip: noZstd }, () => {
  const whole = zstdCompress!(TEXT, { params: { [ZSTD.checksum]: 1 } });
  const corrupt = Buffer.from(whole);
  corrupt[corrupt.length - 1]! ^= 1;
  for (const [bytes, reason] of [
    [corrupt, /checksum/],
    [Buffer.concat([whole, whole.subarray(0, -1)]), /unexpected end of file/],
    [Buffer.concat([whole, Buffer.from('abcd')]), /more bytes follow its end: 4/],
    [Buffer.concat([whole, skippableFrame(9).subarray(0, -1)]), /unexpected end of file/],
    [Buffer.from('{"price":1.10}'), /does not begin as zstd does/],
    // A window of 128 MiB for a byte: more than the limit lets be kept.
    [Buffer.from('28b52ffd00880900000031', 'hex'), /./],
  ] as const) {
    const inflater = newInflater('zstd', 1_000_000);
    assert.equal(inflater.inflate(bytes), bytes);
    assert.match(inflater.failureOf(bytes) ?? '', reason);
  }
});

test('zstd: a frame of a large window is inflated where the limit has room for it', { skip: noZstd }, () => {
  const text = Buffer.alloc(20_000_000, 'abcdefghij');
  const bytes = zstdCompress!(text, { params: { [ZSTD.windowLog]: 25 } });
  assert.ok(newInflater('zstd', 20_000_000).inflate(bytes).equals(text));
});

test('zstd: where this Node has none, auto says so of a frame of zstd', (t) => {
  if (noZstd === false) return t.skip('this Node has zstd');
  const bytes = Buffer.from('28b52ffd2001090000007b', 'hex');
  const inflater = newInflater('auto');
  assert.equal(inflater.inflate(bytes), bytes);
  assert.match(inflater.failureOf(bytes) ?? '', /\(zstd: Node \S+ has no zstd; Node 22\.15, .* have it\)/);
});

test('auto: gzip, zlib and zstd are known by how they begin, at every level and window', () => {
  const inflater = newInflater('auto');
  if (zstdCompress !== undefined) assert.equal(String(inflater.inflate(zstdCompress(TEXT))), TEXT);
  assert.equal(String(inflater.inflate(gzipSync(TEXT))), TEXT);
  for (const level of [0, 1, 6, 9]) {
    for (const windowBits of [9, 12, 15]) {
      assert.equal(String(inflater.inflate(deflateSync(TEXT, { level, windowBits }))), TEXT);
    }
  }
});

test('auto: what begins like gzip or zlib and is not is a failure', () => {
  for (const [bytes, codec] of [
    [gzipSync(TEXT).subarray(0, 12), 'gzip'],
    [deflateSync(TEXT).subarray(0, 6), 'deflate'],
  ] as const) {
    const inflater = newInflater('auto');
    assert.equal(inflater.inflate(bytes), bytes);
    assert.match(inflater.failureOf(bytes) ?? '', new RegExp(`\\(${codec}: `));
  }
});

test('auto: every other frame passes as it is, and nothing is wrong with it', () => {
  const inflater = newInflater('auto');
  const texts = ['', '8', TEXT, '[1]', '"x"', '80', '8.5', ' 1', 'true', 'null', '-8'];
  for (const bytes of [
    ...texts.map((text) => Buffer.from(text)),
    Buffer.from([0x78, 0x9d]),
    Buffer.from([0x78, 0xbb]),
  ]) {
    assert.equal(inflater.inflate(bytes), bytes);
    assert.equal(inflater.failureOf(bytes), undefined);
  }
});

for (const compression of [...CODECS, 'auto'] as const) {
  test(`${compression}: what is inflated by a stream that is kept comes to what one for each frame makes of it`, async (t) => {
    const codecs = compression === 'auto' ? (['gzip', 'deflate'] as const) : ([compression] as const);
    const frame = fc
      .tuple(
        fc.constantFrom(...codecs),
        fc.oneof(fc.lorem({ maxCount: 100 }), fc.constantFrom('', '1'.repeat(150_000))),
      )
      .map(([codec, text]) => COMPRESS[codec](text));
    const broken = fc
      .tuple(frame, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(3))
      .map(([bytes, at, bits, how]) => {
        if (how === 0) return bytes.subarray(0, at % bytes.length);
        if (how === 1) return Buffer.concat([bytes, Buffer.alloc(1 + (at % 9), bits - 1)]);
        if (how === 2) return Buffer.concat([bytes, bytes]);
        const flipped = Buffer.from(bytes);
        flipped[at % bytes.length]! ^= bits;
        return flipped;
      });
    const frames = fc.array(fc.oneof({ weight: 3, arbitrary: frame }, { weight: 1, arbitrary: broken }), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(frames, async (all) => {
        const kept = newInflater(compression, LIMIT);
        await kept.load();
        for (const bytes of all)
          assert.deepEqual(outcome(kept, bytes), outcome(newInflater(compression, LIMIT), bytes));
        kept.close();
      }),
      { ...WATCHDOG, seed: seedOf(t) },
    );
  });
}

for (const how of ['by the binding of zlib', 'where Node has another binding']) {
  test(`gzip: frames that come to more than there is room for are inflated whole, ${how}`, async (t) => {
    if (how.startsWith('where')) t.mock.getter(ZlibStream.prototype, 'fills', () => false);
    const inflater = newInflater('gzip', 1_000_000_000);
    await inflater.load();
    for (const size of [10, 10_000, 65_536, 300_000, 5, 70_000, 1]) {
      const text = Buffer.alloc(size, 'abc');
      assert.ok(inflater.inflate(gzipSync(text)).equals(text), `${size} bytes`);
    }
    inflater.close();
  });
}

test('gzip: one stream inflates all small frames, goes when it is closed, and is not used for what may be too large', async (t) => {
  const write = t.mock.method(ZlibStream.prototype, 'fill').mock;
  const close = t.mock.method(Gunzip.prototype, 'close').mock;
  const inflater = newInflater('gzip', LIMIT);
  await inflater.load();
  for (let n = 0; n < 100; n += 1) assert.equal(String(inflater.inflate(gzipSync(`${n}`))), `${n}`);
  assert.equal(new Set(write.calls.map((call) => call.this)).size, 1);
  assert.equal(write.callCount(), 100);
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  assert.throws(() => inflater.inflate(bomb), isTooLarge(LIMIT));
  assert.deepEqual([write.callCount(), close.callCount()], [100, 0]);
  inflater.close();
  inflater.close();
  assert.equal(close.callCount(), 1);
  assert.equal(String(inflater.inflate(gzipSync('after'))), 'after');
});

/** Larger than most frames of the tests are, and than a thousand times their size. */
const LIMIT = 140_000;

/** The bytes, or why there are none. */
function outcome(inflater: Inflater, bytes: Buffer): unknown {
  try {
    const inflated = inflater.inflate(bytes);
    return [String(inflated), inflater.failureOf(inflated)];
  } catch (error) {
    return error instanceof MessageTooLargeError ? error.message : error;
  }
}

function newInflater(compression: Compression, limit = 1_000): Inflater {
  return new Inflater(compression, limit, 'wss://example.com/');
}

function isTooLarge(limit: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MessageTooLargeError);
    assert.equal(error.limit, limit);
    assert.match(error.message, new RegExp(`larger than ${limit} bytes when inflated`));
    return true;
  };
}
