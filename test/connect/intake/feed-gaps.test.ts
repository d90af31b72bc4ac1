import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeedGaps } from '../../../lib/connect/intake/feed-gaps.js';
import { resolveWebSocketOptions } from '../../../lib/connect/options/options.js';
import { Endpoints } from '../../../lib/connect/reach/endpoints.js';
import { DisconnectedError } from '../../../lib/errors.js';
import type { Frame } from '../../../lib/frame/frame.js';
import type { Gap } from '../../../lib/frame/gap.js';
import { createFakeClock } from '../../../lib/testing/index.js';

const RANGE = { dropped: 3, first: 4, last: 6, connection: 2, isLast: false };

test('frames that were dropped are a gap from the first of them to the last, on both clocks', async () => {
  const { clock, gaps, told } = await begun();
  const start = clock.now();
  await clock.advance(5_000);
  gaps.overflowed({ ...RANGE, firstAt: start + 1_000, lastAt: start + 3_500 });
  const [gap] = told as [Gap];
  assert.deepEqual([gap.from.at - start, gap.from.monotonic], [1_000, 8_000]);
  assert.deepEqual([gap.to.at - start, gap.to.monotonic, gap.durationMs], [3_500, 10_500, 2_500]);
  assert.deepEqual([gap.cause, gap.connection, gap.dropped, gap.code], ['overflow', 2, 3, undefined]);
  assert.deepEqual([gap.afterSequence, gap.beforeSequence], [3, 7]);
});

test('what an earlier run has not stored, and what of it is damaged, belongs to no connection', async () => {
  const { clock, gaps, told } = await begun();
  const receivedAt = clock.now();
  await clock.advance(3_000);
  gaps.continueFrom({
    sequence: 8,
    receivedAt,
    damaged: { after: { sequence: 3, receivedAt }, before: 8, receivedAt },
  });
  gaps.close();
  assert.deepEqual(
    told.map((gap) => [gap.cause, gap.connection, gap.code, gap.afterSequence, gap.durationMs]),
    [
      ['damaged', 0, undefined, 3, 0],
      ['not_running', 0, undefined, 7, 3_000],
    ],
  );
});

test('where the clock on the wall was put back meanwhile, a gap by dropped frames takes no time', async () => {
  const { clock, gaps, told } = await begun();
  gaps.overflowed({ ...RANGE, firstAt: clock.now() + 60_000, lastAt: clock.now() + 20_000 });
  assert.deepEqual([told[0]?.durationMs, told[0]?.from.monotonic], [0, clock.monotonic()]);
});

test('at the start and at the end of a run no frame stands on the other side of a gap', async () => {
  const { clock, gaps, told } = await begun();
  gaps.overflowed({ ...RANGE, first: 0, isLast: true, firstAt: clock.now(), lastAt: clock.now() });
  assert.deepEqual([told[0]?.afterSequence, told[0]?.beforeSequence], [undefined, undefined]);
});

for (const placed of [true, false]) {
  test(`a gap takes its place between the frames ${placed ? 'with `gaps: records`' : 'in no other case'}`, async () => {
    const { clock, gaps, told, frames } = await begun(placed ? 'records' : 'events');
    gaps.lost(1, { code: 1006, error: undefined });
    gaps.close();
    const stand = gaps.overflowed({ ...RANGE, firstAt: clock.now(), lastAt: clock.now() });
    assert.deepEqual([told.length, gaps.count], [2, 2]);
    assert.deepEqual(
      frames.map(({ sequence, gap }) => [sequence, gap?.cause]),
      placed ? [[9, 'disconnected']] : [],
    );
    assert.deepEqual([stand?.sequence, stand?.gap?.cause], placed ? [7, 'overflow'] : [undefined, undefined]);
    gaps.placeNoMore();
    gaps.lost(1, { code: 1006, error: undefined });
    gaps.end();
    assert.deepEqual([told.length, frames.length], [3, placed ? 1 : 0]);
  });
}

test('a connection that was found dead has been so since data came last; one that was lost, since it was', async () => {
  const { clock, gaps, told, fed } = await begun();
  await clock.advance(2_000);
  const at = { at: clock.now() - 500, monotonic: clock.monotonic() - 500 };
  const silent = new DisconnectedError({
    url: 'ws://x',
    closeCode: 1006,
    reason: '',
    frames: 9,
    watchdog: { name: 'pong_timeout', ms: 1 },
  });
  for (const [connection, error, cause, code, from] of [
    [1, undefined, 'disconnected', 1006, at],
    [1, silent, 'pong_timeout', 1006, fed],
    [0, undefined, 'not_connected', undefined, fed],
  ] as const) {
    gaps.lost(connection, { code: 1006, error }, at);
    gaps.close();
    const gap = told.at(-1)!;
    assert.deepEqual([gap.cause, gap.code, gap.connection, gap.from], [cause, code, connection, from]);
    assert.deepEqual([gap.afterSequence, gap.beforeSequence], [8, 9]);
  }
});

/** The gaps of a run that has nine frames, seven seconds after the clocks began. */
async function begun(where: 'events' | 'records' = 'events') {
  const clock = createFakeClock();
  await clock.advance(7_000);
  const fed = { at: clock.now(), monotonic: clock.monotonic() };
  const told: Gap[] = [];
  const frames: Frame[] = [];
  const gaps = new FeedGaps({
    options: resolveWebSocketOptions({ clock, gaps: where }),
    endpoints: new Endpoints(['ws://127.0.0.1:1']),
    progress: { next: 9, fed },
    handler: { onGap: (gap) => void told.push(gap), onFrame: (frame) => void frames.push(frame) },
  });
  return { clock, gaps, told, frames, fed };
}
