import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { GapRecorder } from '../../../lib/connect/intake/gap-recorder.js';
import { type Gap, gapRecord } from '../../../lib/frame/gap.js';
import { createFakeClock } from '../../../lib/testing/index.js';

test('there is one gap at a time, and it lasts until it is closed', async () => {
  const { clock, gaps, told } = recorder();
  await clock.advance(3_000);
  assert.deepEqual([gaps.isOpen, gaps.count, gaps.ms], [false, 0, 0]);
  gaps.close(0);
  gaps.open({ cause: 'disconnected', connection: 1, code: 1006, afterSequence: 6 });
  await clock.advance(1_000);
  gaps.open({ cause: 'pong_timeout', connection: 2, code: 1006, afterSequence: 6 });
  assert.deepEqual([gaps.isOpen, gaps.count, gaps.ms, told.length], [true, 1, 1_000, 0]);
  await clock.advance(500);
  gaps.close(7);
  await clock.advance(500);
  assert.deepEqual([gaps.isOpen, gaps.count, gaps.ms, told.length], [false, 1, 1_500, 1]);
  assert.deepEqual([told[0]?.cause, told[0]?.afterSequence, told[0]?.beforeSequence], ['disconnected', 6, 7]);
  assert.equal(told[0]?.durationMs, 1_500);
});

test('a gap may have begun before it was found', async () => {
  const { clock, gaps, told } = recorder();
  const since = { at: clock.now(), monotonic: clock.monotonic() };
  await clock.advance(10_000);
  gaps.open({ cause: 'stale_timeout', connection: 1, code: 1006, afterSequence: undefined, since });
  gaps.close(undefined);
  assert.deepEqual([told[0]?.from, told[0]?.durationMs, gaps.ms], [since, 10_000, 10_000]);
});

test('a gap is stored in snake_case, with null for what is not known', () => {
  const { gaps, told } = recorder();
  gaps.open({ cause: 'disconnected', connection: 3, code: undefined, afterSequence: undefined });
  gaps.close(undefined);
  const at = Date.UTC(2026, 0, 1);
  assert.deepEqual(gapRecord(told[0]!), {
    cause: 'disconnected',
    feed: 'trades',
    connection: 3,
    code: null,
    from: at,
    to: at,
    duration_ms: 0,
    after_sequence: null,
    before_sequence: null,
    dropped: 0,
  });
});

test('a gap that is known as a whole is told as it is, ends now where nothing says when, and is no time without data', async () => {
  const { clock, gaps, told } = recorder();
  await clock.advance(5_000);
  const from = { at: clock.now(), monotonic: clock.monotonic() };
  await clock.advance(2_000);
  const now = { at: clock.now(), monotonic: clock.monotonic() };
  const facts = { cause: 'overflow', connection: 2, from, afterSequence: 3, beforeSequence: 9 } as const;
  gaps.add({ ...facts, dropped: 5 });
  const to = { at: from.at + 500, monotonic: from.monotonic + 500 };
  const elsewhere: Gap[] = [];
  gaps.add({ ...facts, cause: 'sequence', to, missing: 4, key: 'BTC' }, (gap) => elsewhere.push(gap));
  const none = { feed: 'trades', code: undefined, dropped: 0, missing: undefined, key: undefined };
  assert.deepEqual(told, [{ ...facts, ...none, dropped: 5, to: now, durationMs: 2_000 }]);
  assert.deepEqual(elsewhere, [{ ...facts, ...none, cause: 'sequence', to, durationMs: 500, missing: 4, key: 'BTC' }]);
  assert.deepEqual([gaps.count, gaps.ms, gaps.isOpen], [2, 0, false]);
});

test('a gap shows as what is known of it', () => {
  const { gaps, told } = recorder();
  gaps.open({ cause: 'disconnected', connection: 3, code: undefined, afterSequence: 4 });
  gaps.close(undefined);
  const shown = inspect(told[0], { breakLength: Number.POSITIVE_INFINITY });
  assert.equal(
    shown,
    "Gap { cause: 'disconnected', feed: 'trades', connection: 3, from: '2026-01-01T00:00:00.000Z', " +
      "to: '2026-01-01T00:00:00.000Z', durationMs: 0, afterSequence: 4, dropped: 0 }",
  );
});

function recorder() {
  const clock = createFakeClock();
  const told: Gap[] = [];
  return { clock, told, gaps: new GapRecorder(clock, 'trades', (gap) => told.push(gap)) };
}
