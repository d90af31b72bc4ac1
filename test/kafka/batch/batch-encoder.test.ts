import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  type CompressionAlgorithmValue,
  type CreateRecordsBatchOptions,
  compressionsAlgorithms,
  crc32c,
  createRecordsBatch,
  type MessageRecord,
  NumericMap,
  Reader,
  readRecordsBatch,
} from '@platformatic/kafka';
import fc from 'fast-check';
import { lacksZstd } from '../../../lib/internal/zstd.js';
import { BatchEncoder, HEADER_OVERHEAD, RECORD_OVERHEAD } from '../../../lib/kafka/batch/batch-encoder.js';
import { BatchMemory } from '../../../lib/kafka/batch/batch-memory.js';

const part = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
/** What a varint's length turns at. */
const long = fc.constantFrom(62, 63, 64, 8_190, 8_191, 8_192).map((length) => Buffer.alloc(length, 'x'));
const some = fc.oneof(part, long);
/** A batch of one moment, of a few seconds, or of three weeks: of longer ones the client makes something wrong (seen in 1.35 and 2.12). */
const times = fc.oneof(
  fc.constant([1_700_000_000_000]),
  fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_009_000 }), { minLength: 1 }),
  fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_000 + 2 ** 31 - 2 }), { minLength: 1 }),
);
const record = fc.record({
  key: fc.option(some, { nil: undefined }),
  value: fc.option(some, { nil: undefined }),
  headers: fc.array(fc.tuple(part, part), { maxLength: 3 }),
});
const records = fc.array(record, { minLength: 1, maxLength: 80 });
const head = fc.record({
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }),
  epoch: fc.integer({ min: 0, max: 32_767 }),
  sequence: fc.nat({ max: 2 ** 31 - 1 }),
});

/** The same one all the time: what was there before must not show. */
const memory = new BatchMemory();
const encoder = new BatchEncoder(memory, crc32c);

test('records with keys, headers and times make the batch that the client makes of them', () => {
  fc.assert(
    fc.property(records, times, head, (given, at, facts) => {
      const timed = given.map((each, n) => ({ ...each, time: at[n % at.length]! }));
      assert.deepEqual(encode(encoder, timed, facts), theirs(timed, facts));
    }),
  );
});

test('lines of a page make the batch that the client makes of them, in one go or in several', () => {
  const line = fc.oneof(
    fc.constantFrom('null', '1', '{"n":1}'),
    fc.constantFrom(1, 60, 61, 62, 63, 64, 8_189, 8_190, 9_000).map((length) => `"${'é'.repeat(length >> 1)}"`),
  );
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), times, head, fc.nat(), (lines, at, facts, cut) => {
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const ends: number[] = [];
      for (let i = 0; i < bytes.length; i++) if (bytes[i] === LF) ends.push(i);
      const receivedAt = (index: number): number => at[index % at.length]! + 0.7;
      const middle = cut % lines.length;
      encoder.begin(bytes.length + RECORD_OVERHEAD * lines.length);
      if (middle > 0) encoder.lines(bytes, ends, 0, middle, 0, { receivedAt });
      encoder.lines(bytes, ends, middle, lines.length, middle === 0 ? 0 : ends[middle - 1]! + 1, { receivedAt });
      const timed = lines.map((text, index) => ({
        key: undefined,
        value: text === 'null' ? undefined : Buffer.from(text),
        headers: [],
        time: Math.trunc(receivedAt(index)),
      }));
      assert.deepEqual(ended(encoder, facts), theirs(timed, facts));
    }),
  );
});

test('a batch that compression makes larger has room for all of it, behind what stands before', () => {
  const memory = new BatchMemory();
  const larger = Buffer.alloc(200_000, 'z');
  let plain: Buffer = Buffer.alloc(0);
  const compress = (given: Buffer): Buffer => {
    plain = given;
    return larger;
  };
  const encoder = new BatchEncoder(memory, crc32c, { bits: 2, compress });
  const before = Buffer.from('before');
  encoder.begin(RECORD_OVERHEAD + 1, before);
  add(encoder, 5_000, Buffer.from('x'));
  const all = encoder.end(NOBODY);
  assert.equal(all.toString('utf8', 0, before.length), 'before');
  const batch = all.subarray(before.length);
  assert.ok(batch.subarray(61).equals(larger));
  assert.deepEqual([batch.readInt32BE(8), batch.readInt16BE(21), batch.readInt32BE(57)], [batch.length - 12, 2, 1]);
  assert.equal(batch.readUInt32BE(17), crc32c(batch.subarray(21)));
  assert.ok(plain.length > 0 && plain.length < 20);
  // The buffer that was too small is used again.
  assert.equal(memory.take(1).buffer, plain.buffer);
});

test('lines and records of one batch are numbered on, and the latest of their times is the largest of all', () => {
  const line = Buffer.from('1\n');
  encoder.begin(3 * (RECORD_OVERHEAD + 2));
  add(encoder, 5_000, Buffer.from('0'));
  encoder.lines(line, [1], 0, 1, 0, { receivedAt: () => 7_000 });
  add(encoder, 6_000, Buffer.from('2'));
  const batch = readRecordsBatch(Reader.from(ended(encoder, NOBODY)));
  assert.deepEqual(
    batch.records.map(({ offsetDelta, timestampDelta, value }) => [offsetDelta, Number(timestampDelta), String(value)]),
    [
      [0, 0, '0'],
      [1, 2_000, '1'],
      [2, 1_000, '2'],
    ],
  );
  assert.equal(batch.maxTimestamp, 7_000n);
});

test('the times of a batch may be thousands of years from each other', async () => {
  const [early, late] = [0, 253_402_300_799_999];
  encoder.begin(3 * (RECORD_OVERHEAD + 5));
  add(encoder, late, Buffer.from('1'));
  encoder.lines(Buffer.from('2\nnull\n'), [1, 6], 0, 2, 0, { receivedAt: (index) => [early, late][index]! });
  const { records } = await decodeBatch(new Decoder(ended(encoder, NOBODY)));
  assert.deepEqual(
    records.map(({ value, timestamp }) => [value === null ? null : String(value), Number(timestamp)]),
    [
      ['1', late],
      ['2', early],
      [null, late],
    ],
  );
});

const codecs: CompressionAlgorithmValue[] = ['gzip', 'snappy', 'lz4', ...(lacksZstd() ? [] : (['zstd'] as const))];
for (const codec of codecs) {
  test(`a batch that is compressed with ${codec} holds the same records`, () => {
    const { bitmask: bits, compressSync } = compressionsAlgorithms[codec];
    const compressing = new BatchEncoder(memory, crc32c, { bits, compress: compressSync });
    fc.assert(
      fc.property(records, times, head, (given, at, facts) => {
        const timed = given.map((each, n) => ({ ...each, time: at[n % at.length]! }));
        const ours = readRecordsBatch(Reader.from(encode(compressing, timed, facts)));
        const reference = readRecordsBatch(Reader.from(theirs(timed, facts, { compression: codec })));
        assert.deepEqual(ours, reference);
      }),
      { numRuns: 50 },
    );
  });
}

test('what stands before a batch is kept as it is, and is no part of it', () => {
  for (const into of [encoder, new BatchEncoder(memory, crc32c, { bits: 1, compress: gzipSync })]) {
    const value = randomBytes(70_000);
    into.begin(RECORD_OVERHEAD + value.length, Buffer.from('before'));
    add(into, 1, value);
    const all = ended(into, NOBODY);
    assert.equal(String(all.subarray(0, 6)), 'before');
    assert.deepEqual(readRecordsBatch(Reader.from(all.subarray(6))).records[0]?.value, value);
  }
});

/** Another client reads it. */
const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<{
  readonly records: readonly { readonly value: Buffer | null; readonly timestamp: string }[];
}>;

interface Given {
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly headers: readonly (readonly [Buffer, Buffer])[];
  readonly time: number;
}

/** A copy. */
function encode(into: BatchEncoder, given: readonly Given[], facts: Parameters<BatchEncoder['end']>[0]): Buffer {
  const sizes = given.map(({ key, value, headers }) =>
    [key, value, ...headers.flat()].reduce(
      (sum, each) => sum + (each?.length ?? 0),
      RECORD_OVERHEAD + HEADER_OVERHEAD * headers.length,
    ),
  );
  into.begin(sizes.reduce((sum, size) => sum + size));
  for (const { time, key, value, headers } of given) add(into, time, value, key, headers.flat());
  return ended(into, facts);
}

/** Key and value as ranges of something larger. */
function add(
  into: BatchEncoder,
  time: number,
  value: Buffer | undefined,
  key?: Buffer | undefined,
  headers?: readonly Buffer[],
): void {
  const [keyStart, keyEnd] = key === undefined ? [-1, -1] : [1, 1 + key.length];
  const [valueStart, valueEnd] = value === undefined ? [-1, -1] : [2, 2 + value.length];
  const keys = Buffer.concat([Buffer.from('"'), key ?? Buffer.alloc(0), Buffer.from('"')]);
  const values = Buffer.concat([Buffer.from('xx'), value ?? Buffer.alloc(0), Buffer.from('"')]);
  into.record(time, keys, keyStart, keyEnd, values, valueStart, valueEnd, headers);
}

/** A copy. */
function ended(into: BatchEncoder, facts: Parameters<BatchEncoder['end']>[0]): Buffer {
  const batch = into.end(facts);
  const copy = Buffer.from(batch);
  memory.giveBack(batch);
  return copy;
}

function theirs(
  given: readonly Given[],
  { producerId, epoch: producerEpoch, sequence }: Parameters<BatchEncoder['end']>[0],
  options: Partial<CreateRecordsBatchOptions> = {},
): Buffer {
  const messages = given.map(({ key, value, headers, time }) => ({
    topic: 'trades',
    partition: 0,
    key,
    value,
    headers: new Map(headers),
    timestamp: BigInt(time),
  }));
  const sequences = new NumericMap([['trades:0', sequence]]);
  return createRecordsBatch(messages as MessageRecord[], { ...options, producerId, producerEpoch, sequences }).buffer;
}

const LF = 0x0a;
const NOBODY = { producerId: -1n, epoch: 0, sequence: 0 };
