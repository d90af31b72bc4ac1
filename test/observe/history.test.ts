import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVERY_MS, History } from '../../lib/observe/history.js';

describe('the history of a feed', () => {
  it('has how its counters stood in the last quarter of an hour, however long it lasts', () => {
    const history = new History(0);
    assert.deepEqual(history.report().frames, []);
    const hour = 3_600_000 / EVERY_MS;
    for (let n = 1; n <= hour; n += 1) {
      history.add(n * EVERY_MS, { frames: n, bytes: n * 10, records: n + 0.4, pausedMs: n / 2 });
    }
    const { from, every_ms, frames, bytes, records, paused_ms } = history.report();
    const expected = Array.from({ length: 181 }, (_, index) => hour - 180 + index);
    assert.deepEqual([from, every_ms], [(hour - 180) * EVERY_MS, EVERY_MS]);
    assert.deepEqual(frames, expected);
    assert.deepEqual(
      bytes,
      expected.map((n) => n * 10),
    );
    assert.deepEqual(records, expected);
    assert.deepEqual(
      paused_ms,
      expected.map((n) => Math.round(n / 2)),
    );
  });
});
