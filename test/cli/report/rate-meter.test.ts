import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateMeter } from '../../../lib/cli/report/rate-meter.js';

describe('RateMeter', () => {
  it('measures from the beginning while that is less than two seconds ago', () => {
    const meter = new RateMeter();
    assert.deepEqual(meter.rates(250, 100, 1_000), { records: 400, bytes: 4_000 });
    assert.deepEqual(meter.rates(500, 300, 2_000), { records: 600, bytes: 4_000 });
  });

  it('forgets what was more than two seconds ago', () => {
    const meter = new RateMeter();
    for (let at = 250; at <= 10_000; at += 250) meter.rates(at, 1_000_000, 0);
    assert.deepEqual(meter.rates(10_250, 1_000_200, 0), { records: 100, bytes: 0 });
  });

  it('measures since the last look when that is longer ago', () => {
    const meter = new RateMeter();
    meter.rates(10_000, 50_000, 0);
    assert.deepEqual(meter.rates(20_000, 50_010, 20), { records: 1, bytes: 2 });
  });

  it('has no rate before any time has passed', () => {
    assert.deepEqual(new RateMeter().rates(0, 5, 5), { records: 0, bytes: 0 });
  });
});
