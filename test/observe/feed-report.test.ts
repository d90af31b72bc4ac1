import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FeedMeters } from '../../lib/observe/feed-meters.js';
import { feedReport } from '../../lib/observe/feed-report.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { fakeFeed } from './fake-feed.js';

describe('what is told of a feed', () => {
  it('says since when a gap is open, the same for as long as that one lasts', async (t) => {
    const clock = createFakeClock();
    const meters = new FeedMeters(clock);
    t.after(() => meters.close());
    const feed = fakeFeed(clock);
    meters.watch('trades', feed.watched);
    const since = (): unknown => feedReport(meters.feed('trades')!)['gap_since'];
    assert.equal(since(), null);
    const began = clock.now() - 300;
    feed.set({ gapCause: 'disconnected', gaps: 1, gapMs: 300 });
    assert.equal(since(), began);
    await clock.advance(1_000);
    feed.set({ gapMs: 1_301 });
    assert.equal(since(), began);
    feed.set({ gapCause: undefined });
    feed.gap('disconnected', { durationMs: 1_301 });
    assert.equal(since(), null);
    feed.set({ gapCause: 'heartbeat', gaps: 2, gapMs: 1_321 });
    assert.equal(since(), clock.now() - 20);
  });

  it('has the newest of the files that were finished, as the manifest has them', (t) => {
    const clock = createFakeClock();
    const meters = new FeedMeters(clock);
    t.after(() => meters.close());
    const rolled = () => ({ rolled: 25, newest: 'out/25.jsonl', open: ['out/26.jsonl.part'], gone: 0 });
    const openFiles = () => [{ name: 'out/26.jsonl.part', records: 3, bytes: 90 }];
    const feed = fakeFeed(clock, { reports: { rolled, openFiles } });
    meters.watch('trades', feed.watched);
    for (let n = 1; n <= 25; n += 1) {
      const known = { firstSequence: 0, lastSequence: n, firstReceivedAt: 5, lastReceivedAt: undefined };
      const gaps = { count: 1, ms: 20, missing: 0 };
      feed.sink.emit('rolled', {
        path: `out/${n}.jsonl`,
        records: n,
        bytes: n * 30,
        sha256: 'ab'.repeat(32),
        ...known,
        gaps,
      });
    }
    const report = feedReport(meters.feed('trades')!);
    assert.deepEqual(report['open_files'], openFiles());
    const sealed = report['sealed_files'] as { path: string }[];
    assert.deepEqual([sealed.length, sealed[0]!.path], [20, 'out/6.jsonl']);
    assert.deepEqual(sealed.at(-1), {
      ...{ path: 'out/25.jsonl', records: 25, bytes: 750, sha256: 'ab'.repeat(32) },
      ...{ first_received_at: 5, last_received_at: null, gaps: { count: 1, ms: 20, missing: 0 } },
    });
  });

  it('says nothing of files that are finished where none are', (t) => {
    const clock = createFakeClock();
    const meters = new FeedMeters(clock);
    t.after(() => meters.close());
    const feed = fakeFeed(clock);
    meters.watch('trades', feed.watched);
    feed.sink.emit('rolled', { path: 'x' });
    const { open_files, sealed_files } = feedReport(meters.feed('trades')!);
    assert.deepEqual([open_files, sealed_files], [null, null]);
  });
});
