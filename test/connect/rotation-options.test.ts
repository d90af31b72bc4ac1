import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRotation, rotationDelay } from '../../lib/connect/rotation-options.js';

const none = { maxConnectionAgeMs: undefined, rotateAt: undefined, rotationJitterMs: 0 };
const noon = Date.UTC(2026, 0, 1, 12);
const HOUR = 3_600_000;

for (const [what, options, now, expected] of [
  ['nothing planned', none, noon, undefined],
  ['an age', { ...none, maxConnectionAgeMs: 5_000 }, noon, 5_000],
  ['a time later today', { ...none, rotateAt: '23:00' }, noon, 11 * HOUR],
  ['a time tomorrow', { ...none, rotateAt: '11:59:59' }, noon, 24 * HOUR - 1_000],
  ['a time that is now', { ...none, rotateAt: '12:00' }, noon, 24 * HOUR],
  ['the earlier of both', { ...none, rotateAt: '23:00', maxConnectionAgeMs: 5_000 }, noon, 5_000],
  ['jitter, half of it', { ...none, maxConnectionAgeMs: 5_000, rotationJitterMs: 2_000 }, noon, 4_000],
  [
    'a time that came early already',
    { ...none, rotateAt: '12:01', rotationJitterMs: 60_000 },
    noon,
    24 * HOUR + 30_000,
  ],
] as const) {
  test(`with ${what} a rotation comes after ${expected === undefined ? 'no time' : `${expected} ms`}`, () => {
    assert.equal(
      rotationDelay(options, now, () => 0.5),
      expected,
    );
  });
}

for (const [what, options] of [
  ['an age', { ...none, maxConnectionAgeMs: 5_000, rotationJitterMs: 5_000 }],
  ['a time of day', { ...none, rotateAt: '12:00', rotationJitterMs: 24 * HOUR }],
  ['both', { maxConnectionAgeMs: 48 * HOUR, rotateAt: '12:00', rotationJitterMs: 24 * HOUR }],
] as const) {
  test(`jitter is less than the time within which a connection is rotated, by ${what}`, () => {
    assert.throws(() => checkRotation(options), { code: 'ERR_CONFIG' });
    checkRotation({ ...options, rotationJitterMs: options.rotationJitterMs - 1 });
  });
}
