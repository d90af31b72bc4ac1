import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RotationPlan } from '../../../lib/connect/rotation/rotation-plan.js';

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
    assert.equal(plan(options, now).leftMs({ at: now, monotonic: 7 }), expected ?? Number.POSITIVE_INFINITY);
  });
}

test('a clock on the wall that is set moves the time of day, and no age', () => {
  const daily = plan({ ...none, rotateAt: '23:00' }, noon);
  assert.equal(daily.leftMs({ at: noon + 2 * HOUR, monotonic: 7 + HOUR }), 9 * HOUR);
  assert.equal(daily.leftMs({ at: noon + HOUR, monotonic: 7 + 2 * HOUR }), 10 * HOUR);
  const aged = plan({ ...none, maxConnectionAgeMs: 5_000 }, noon);
  assert.equal(aged.leftMs({ at: noon + HOUR, monotonic: 8 }), 4_999);
});

test('a time of day that was slept through, or that the clock was set past, is now', () => {
  const daily = plan({ ...none, rotateAt: '13:00' }, noon);
  assert.ok(daily.leftMs({ at: noon + 5 * HOUR, monotonic: 8 }) <= 0);
});

test('a time of day that has come stays due until there is another connection', () => {
  const daily = plan({ ...none, rotateAt: '13:00' }, noon);
  for (let n = 0; n < 2; n += 1) assert.equal(daily.leftMs({ at: noon + HOUR, monotonic: 8 }), 0);
});

test('a clock that is put back by years finds the next time of day', () => {
  const daily = plan({ ...none, rotateAt: '13:00' }, noon);
  assert.equal(daily.leftMs({ at: Date.UTC(2020, 5, 5, 11), monotonic: 8 }), 2 * HOUR);
});

test('a clock that is put back after a rotation does not make it twice', () => {
  const daily = plan({ ...none, rotateAt: '12:00' }, noon + 60_000);
  assert.equal(daily.leftMs({ at: noon + HOUR - 600_000, monotonic: 7 + HOUR }), 23 * HOUR + 600_000);
});

function plan(options: ConstructorParameters<typeof RotationPlan>[0], at: number): RotationPlan {
  return new RotationPlan(options, { at, monotonic: 7 }, () => 0.5);
}
