import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { textFindings } from '../../../lib/config/fields/text-bounds.js';
import { bytesOf, formatSize } from '../../../lib/internal/options/byte-size.js';
import { byteSize, duration, durationOr, option } from '../../../lib/internal/options/kinds.js';
import { shape, shapeForm } from '../../../lib/internal/options/shapes.js';
import { field } from '../../../lib/internal/options.js';

const SIZE = 'a number of bytes, or text with a unit such as "100MB" or "1GiB"';
const about = { description: 'What it is.' };
const PART = { waitMs: duration(about), size: byteSize({ ...about, min: 1_024, max: 2_048 }) };
const TABLE = {
  waitMs: duration(about),
  jitterMs: duration({ ...about, minMs: 0, fallback: 0 }),
  syncMs: durationOr(['never'], { ...about, fallback: 1 }),
  size: byteSize(about),
  part: shape(shapeForm(PART), { ...about, note: '' }),
  parts: option(field<readonly object[]>([], 'a list', Array.isArray), about, {
    kind: 'list',
    item: shapeForm(PART),
    max: 9,
  }),
};

test('texts that a schema cannot bound are found where they stand, within objects and lists, too', () => {
  const short = 'Expected a duration of at least 1 ms, but found a shorter one.';
  const given = {
    ...{ wait: '0.5ms', jitter: '0.5ms', sync: '0.1ms', size: '0.5B' },
    part: { wait: '0.5ms', size: '1000' },
    parts: [{ size: '2KiB' }, { size: '2.5KiB' }],
  };
  assert.deepEqual(textFindings(TABLE, given), [
    { path: ['wait'], at: 'value', message: short },
    { path: ['sync'], at: 'value', message: short },
    { path: ['size'], at: 'value', message: `Expected ${SIZE}, of at least 1, but found 0.` },
    { path: ['part', 'wait'], at: 'value', message: short },
    {
      ...{ path: ['part', 'size'], at: 'value' },
      message: `Expected ${SIZE}, of at least 1 KiB and at most 2048, but found 1000.`,
    },
    {
      ...{ path: ['parts', 1, 'size'], at: 'value' },
      message: `Expected ${SIZE}, of at least 1 KiB and at most 2048, but found 2560.`,
    },
  ]);
});

test('what a schema sees by itself is not told twice', () => {
  for (const given of [{}, undefined, null, 'x', { wait: 0.0001, size: 0, part: { size: 5 }, parts: 'x' }]) {
    assert.deepEqual(textFindings(TABLE, given), []);
  }
  assert.deepEqual(textFindings(TABLE, { wait: '1ms', sync: 'never', size: '1B', part: { size: '1KiB' } }), []);
  assert.deepEqual(textFindings(TABLE, { wait: 'soon', sync: 'x', size: 'much', part: 'x', parts: [null, 7] }), []);
});

test('a size is read as it is written, by thousands or by 1,024', () => {
  for (const [text, bytes] of [
    ['0', 0],
    ['7B', 7],
    ['1 kB', 1_000],
    ['1.5k', 1_500],
    ['10MB', 10_000_000],
    ['2MiB', 2 * 1024 ** 2],
    ['0.5 Gi', 1024 ** 3 / 2],
    ['1T', 1e12],
    ['1TiB', 1024 ** 4],
  ] as const)
    assert.equal(bytesOf(text), bytes, text);
  for (const value of ['', 'MB', '1PB', '-1', '1e3', '1 000', ' 1', 12, true, undefined, null])
    assert.equal(bytesOf(value), value);
});

test('a size that is told is the one that was asked for', () => {
  assert.deepEqual([0, 1, 1_000, 1_024, 1_048_576, 3 * 1024 ** 3].map(formatSize), [
    '0',
    '1',
    '1000',
    '1 KiB',
    '1 MiB',
    '3 GiB',
  ]);
  fc.assert(fc.property(fc.nat(), (bytes) => bytesOf(formatSize(bytes)) === bytes));
});
