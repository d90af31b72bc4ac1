import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SequenceCheck } from '../../../lib/connect/intake/sequence-check.js';
import type { SequenceOptions } from '../../../lib/connect/options/intake-options.js';
import { JsonCheck } from '../../../lib/json/check.js';

/**
 * The holes that a row of frames has, as `after-before`, and what the numbers came to. With `inRuns` those that follow are taken
 * from where they stand in a chunk, as the fused way does.
 */
function look(options: SequenceOptions, frames: readonly string[], inRuns = false) {
  const json = new JsonCheck();
  const check = new SequenceCheck(options, json);
  const holes = frames.flatMap((frame, index) => {
    const now = { at: index, monotonic: index };
    const chunk = Buffer.from(`xx${frame}xx`);
    const end = chunk.length - 2;
    if (inRuns && json.check(chunk, 2, end) && check.follows(chunk, 2, end, now)) return [];
    const hole = check.look(chunk.subarray(2, end), now);
    if (hole === undefined) return [];
    const { key, after, before, missing, since } = hole;
    return [`${key === undefined ? '' : `${key} `}${after}-${before}: ${missing} since ${since.at}`];
  });
  const { keys: _, unnumbered: __, ...counts } = check.stats;
  return { holes, counts, stats: check.stats };
}

function numbers(...all: (number | bigint)[]): string[] {
  return all.map((number) => `{"a":1,"seq":${number}}`);
}

const NONE = { missing: 0, repeated: 0, backwards: 0, restarts: 0 };

test('a row without holes has none, wherever it begins', () => {
  assert.deepEqual(look({ path: 'seq' }, numbers(7, 8, 9)).counts, NONE);
  assert.deepEqual(look({ path: 'seq', step: 10 }, numbers(-10, 0, 10, 20)).counts, NONE);
});

test('a hole is told by the frame behind it, with how many are missing and since when', () => {
  const { holes, counts } = look({ path: 'seq' }, numbers(1, 2, 5, 6, 8));
  assert.deepEqual(holes, ['2-5: 2 since 1', '6-8: 1 since 3']);
  assert.deepEqual(counts, { ...NONE, missing: 3 });
  assert.deepEqual(look({ path: 'seq', step: 5 }, numbers(0, 5, 20, 23)).holes, ['5-20: 2 since 1']);
});

test('each key has a sequence of its own', () => {
  const frames = ['A1', 'B7', 'A2', 'B8', 'A4', 'B9'].map((one) => `{"s":"${one[0]}","seq":"${one.slice(1)}"}`);
  const { holes, stats } = look({ path: 'seq', key: 's' }, frames);
  assert.deepEqual(holes, ['A 2-4: 1 since 2']);
  assert.equal(stats.keys, 2);
});

test('a long key is shown by its first 100 characters', () => {
  const frames = [1, 3].map((n) => `{"k":"${'ab'.repeat(60)}","seq":${n}}`);
  assert.deepEqual(look({ path: 'seq', key: 'k' }, frames).holes, [`${'ab'.repeat(50)}… 1-3: 1 since 0`]);
  const short = [1, 3].map((n) => `{"k":"${'ab'.repeat(50)}","seq":${n}}`);
  assert.deepEqual(look({ path: 'seq', key: 'k' }, short).holes, [`${'ab'.repeat(50)} 1-3: 1 since 0`]);
});

test('numbers past 2^53 are exact', () => {
  const start = 2n ** 53n - 2n;
  const { holes } = look({ path: 'seq' }, numbers(start, start + 1n, start + 2n, start + 3n, start + 5n, start + 6n));
  assert.deepEqual(holes, [`${start + 3n}-${start + 5n}: 1 since 3`]);
});

test('a number once more, and a late one, are counted and change nothing', () => {
  assert.deepEqual(look({ path: 'seq' }, numbers(1, 2, 2, 3)), {
    ...look({ path: 'seq' }, numbers(1, 2, 2, 3)),
    holes: [],
    counts: { ...NONE, repeated: 1 },
  });
  const late = look({ path: 'seq' }, numbers(1, 2, 4, 3, 5, 4, 6));
  assert.deepEqual([late.holes, late.counts], [['2-4: 1 since 1'], { ...NONE, missing: 1, backwards: 2 }]);
});

test('a sequence that begins anew is followed from its second number on', () => {
  const { holes, counts } = look({ path: 'seq' }, numbers(100, 101, 1, 2, 3, 5));
  assert.deepEqual(holes, ['3-5: 1 since 4']);
  assert.deepEqual(counts, { missing: 1, repeated: 0, backwards: 1, restarts: 1 });
});

test('what comes behind the last number of before is a hole, once the new sequence had one', () => {
  const { holes, counts } = look({ path: 'seq' }, numbers(100, 101, 1, 2, 5, 102));
  assert.deepEqual(holes, ['2-5: 2 since 3', '5-102: 96 since 4']);
  assert.equal(counts.restarts, 1);
});

test('two late numbers that follow each other are no new beginning when a hole came between them', () => {
  const { counts } = look({ path: 'seq' }, numbers(10, 5, 20, 6, 21));
  assert.deepEqual(counts, { ...NONE, missing: 9, backwards: 2 });
});

test('frames that are sent again after a reconnect make no hole', () => {
  const { holes } = look({ path: 'seq' }, numbers(1, 2, 3, 4, 5, 3, 4, 5, 6, 7));
  assert.deepEqual(holes, []);
  assert.deepEqual(look({ path: 'seq' }, numbers(1, 2, 3, 4, 5, 3, 4, 6, 7)).holes, []);
});

test('frames without a number or a key are counted, and bytes that are no JSON do no harm', () => {
  const frames = [
    '{"seq":1}',
    '{}',
    'x',
    '',
    '{"seq":"b"}',
    '{"seq":{}}',
    '{"\\x":1,"seq":2',
    '{"seq":2}',
    '{"seq":4}',
  ];
  const { holes, stats } = look({ path: 'seq' }, frames);
  assert.deepEqual([holes, stats.unnumbered], [['2-4: 1 since 7'], 6]);
  const bytes = fc.uint8Array({ maxLength: 60 });
  const check = new SequenceCheck({ path: 'a.b', key: 'k[0]' });
  fc.assert(fc.property(bytes, (data) => void check.look(Buffer.from(data), { at: 0, monotonic: 0 })));
});

test('at 10,000 keys the one that was seen first is forgotten, and begins anew', () => {
  const frames = Array.from({ length: 10_001 }, (_, n) => `{"k":${n},"seq":1}`);
  const again = ['{"k":0,"seq":5}', '{"k":10000,"seq":5}'];
  const { holes, stats } = look({ path: 'seq', key: 'k' }, [...frames, ...again]);
  assert.deepEqual(holes, ['10000 1-5: 3 since 10000']);
  assert.equal(stats.keys, 10_000);
});

test('how many are missing is exact, past 2^53, too', () => {
  const most = Number.MAX_SAFE_INTEGER;
  for (const [after, before, step, missing] of [
    [0n, 9_007_199_254_740_994n, 1, '9007199254740993'],
    [10n ** 30n, 10n ** 30n + 12n, 5, '2'],
    [10n ** 20n, 2n * 10n ** 20n, 1, '99999999999999999999'],
    [-most, most, 1, '18014398509481981'],
    [-most, most, 2, '9007199254740990'],
    [1, most, 3, '3002399751580329'],
    [5, 11, 3, '1'],
  ] as const) {
    const { holes } = look({ path: 'seq', step }, numbers(after, before));
    assert.deepEqual(holes, [`${after}-${before}: ${missing} since 0`]);
  }
});

test('whatever is left out of a row is missing, and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), (left) => {
      const row = Array.from({ length: 62 }, (_, n) => n).filter((n) => !left.includes(n));
      assert.equal(look({ path: 'seq' }, numbers(...row)).counts.missing, left.length);
    }),
  );
});

test('numbers that follow come to the same where they are taken many at once', () => {
  const number = fc.oneof(
    fc.nat(6),
    fc.constantFrom('"3"', '"4"', 2n ** 53n, 2n ** 53n + 1n, 1.5, null, '9007199254740991'),
  );
  const frame = fc.record({
    seq: number,
    key: fc.constantFrom('a', 'a', 'b', undefined),
    isBroken: fc.constantFrom(false, false, true),
  });
  const options = fc.constantFrom<SequenceOptions>(
    { path: 'seq' },
    { path: 'seq', key: 'k' },
    { path: 'seq', step: 2 },
  );
  // Each number, and then the one that follows it, some times.
  const row = fc.array(fc.tuple(frame, fc.nat(4)), { maxLength: 20 });
  fc.assert(
    fc.property(row, options, (parts, given) => {
      const frames = parts.flatMap(([{ seq, key, isBroken }, more]) =>
        Array.from({ length: more + 1 }, (_, n) => {
          const next =
            typeof seq === 'number' || typeof seq === 'bigint' ? BigInt(Math.trunc(Number(seq))) + BigInt(n) : seq;
          const text = `{"seq":${next},"v":[1]${key === undefined ? '' : `,"k":"${key}"`}}`;
          return isBroken ? text.slice(0, -1) : text;
        }),
      );
      assert.deepEqual(look(given, frames, true), look(given, frames));
    }),
    { numRuns: 500 },
  );
});
