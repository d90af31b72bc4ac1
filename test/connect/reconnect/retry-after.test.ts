import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../../lib/connect/reconnect/retry-after.js';

const now = Date.UTC(1994, 10, 6, 8, 49, 37);

for (const [header, ms] of [
  ['0', 0],
  ['7', 7_000],
  [' 120 ', 120_000],
  ['99999999999', 3_600_000],
  ['Sun, 06 Nov 1994 08:49:47 GMT', 10_000],
  ['Sunday, 06-Nov-94 08:49:38 GMT', 1_000],
  ['Sun Nov  6 08:49:47 1994', 10_000],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ['Tue, 06 Nov 2096 08:00:00 GMT', 3_600_000],
  ['', undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['2026', 2_026_000],
  ['Sun, 99 Nov 1994 08:49:47 GMT', undefined],
] as const) {
  test(`Retry-After: ${header} is ${ms === undefined ? 'no time' : `${ms} ms`}`, () => {
    assert.equal(retryAfterMs(header, now), ms);
  });
}
