import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { encodings, gzipEnding, gzipTrailer, isWholeEnding } from '../../../lib/sink/file/encodings.js';

const PAGES = ['{"n":1}\n', 'y', 'x'.repeat(200_000), 'abc'.repeat(500_000), '{"n":2}\n'].map((text) =>
  Buffer.from(text),
);

test('what was written of a gzip file can be read back after each page, and its ending makes it whole', async () => {
  const encoding = encodings.gzip();
  let file = Buffer.alloc(0);
  let text = '';
  for (const page of PAGES) {
    file = Buffer.concat([file, await encoding.encode(page)]);
    encoding.stored();
    text += page;
    assert.equal(String(zlib.gunzipSync(file, { finishFlush: zlib.constants.Z_SYNC_FLUSH })), text);
    assert.equal(String(zlib.gunzipSync(Buffer.concat([file, encoding.ending()]))), text);
  }
  encoding.close();
});

test('the ending counts what was stored, and not what was only squeezed', async () => {
  const encoding = encodings.gzip();
  const first = await encoding.encode(PAGES[0]!);
  encoding.stored();
  await encoding.encode(PAGES[4]!);
  assert.equal(String(zlib.gunzipSync(Buffer.concat([first, encoding.ending()]))), String(PAGES[0]));
  encoding.close();
});

test('of a large page the checksum is made piece by piece, so that the event loop goes on between', async (t) => {
  const { mock } = t.mock.method(zlib, 'crc32');
  const encoding = encodings.gzip();
  const page = Buffer.alloc(5_000_000, 'abc');
  const file = await encoding.encode(page);
  encoding.stored();
  const sizes = mock.calls.map(({ arguments: [data] }) => (data as Buffer).length);
  assert.ok(Math.max(...sizes) <= 524_288, `${sizes}`);
  assert.ok(zlib.gunzipSync(Buffer.concat([file, encoding.ending()])).equals(page));
  encoding.close();
});

test('a gzip file of no pages is a whole one', () => {
  const encoding = encodings.gzip();
  assert.equal(zlib.gunzipSync(encoding.empty).length, 0);
  // RFC 1952: no name, no time, an unknown system.
  assert.deepEqual([...encoding.empty.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  encoding.close();
});

test('the trailer holds the checksum and the size, of which 32 bits are kept', () => {
  assert.equal(gzipTrailer(0x01020304, 5).toString('hex'), '0403020105000000');
  assert.equal(gzipTrailer(0, 2 ** 32 + 7).toString('hex'), '0000000007000000');
  assert.equal(gzipTrailer(0, 2 ** 32 - 1).toString('hex'), '00000000ffffffff');
  assert.equal(gzipEnding(1, 2).toString('hex'), '03000100000002000000');
});

test('without compression pages are written as they are, with nothing around them', () => {
  const encoding = encodings.none();
  assert.equal(encoding.encode(PAGES[0]!), PAGES[0]);
  encoding.stored();
  encoding.close();
  assert.deepEqual([encoding.ending().length, encoding.empty.length], [0, 0]);
});

test('a whole ending is that of gzip or of zstd, and no part or other bytes of the same length', () => {
  const gzip = gzipEnding(0x01020304, 5);
  for (const whole of [gzip, Buffer.from([1, 0, 0])]) {
    assert.equal(isWholeEnding(whole), true);
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(isWholeEnding(whole.subarray(0, length)), false);
    assert.equal(isWholeEnding(Buffer.concat([whole, Buffer.alloc(1)])), false);
  }
  assert.equal(isWholeEnding(Buffer.from([1, 0, 1])), false);
  for (const at of [0, 1]) {
    const other = Buffer.from(gzip);
    other[at]! ^= 1;
    assert.equal(isWholeEnding(other), false);
  }
});
