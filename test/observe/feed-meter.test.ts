import assert from 'node:assert/strict';
import type { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { FeedMeters } from '../../lib/observe/feed-meters.js';
import type { Histogram } from '../../lib/observe/histogram.js';
import type { MetricName } from '../../lib/telemetry/metrics.js';
import { createFakeClock, gapOf, pageOf } from '../../lib/testing/index.js';
import { within } from '../support/until.js';
import { fakeFeed } from './fake-feed.js';

describe('the metrics of a feed', () => {
  it('has a gap grow while it is open, by its cause, and never go back when it is over', async (t) => {
    const { clock, feed, read } = watched(t);
    const seconds = () => read('spillway_gap_seconds_total');
    assert.deepEqual(seconds(), {});
    feed.open();
    feed.lose();
    feed.set({ gaps: 1, gapMs: 4_000, gapCause: 'disconnected' });
    assert.deepEqual(seconds(), { 'cause=disconnected': 4 });
    assert.deepEqual(read('spillway_gaps_total'), { 'cause=disconnected': 1 });
    await clock.advance(1);
    feed.set({ gapMs: 5_000, gapCause: undefined });
    feed.gap('disconnected', { durationMs: 5_000 });
    assert.deepEqual(seconds(), { 'cause=disconnected': 5 });
    // One that is no time without data is told when it is found; the next open one begins at 0 all the same.
    feed.gap('sequence', { durationMs: 700 });
    feed.set({ gaps: 3, gapMs: 5_500, gapCause: 'pong_timeout' });
    assert.deepEqual(seconds(), { 'cause=disconnected': 5, 'cause=sequence': 0.7, 'cause=pong_timeout': 0.5 });
    assert.deepEqual(read('spillway_gaps_total'), {
      'cause=disconnected': 1,
      'cause=sequence': 1,
      'cause=pong_timeout': 1,
    });
  });

  it('counts reconnects by what ended the connection, and closes by code, of which there is an end', (t) => {
    const { feed, read } = watched(t);
    feed.lose({ connection: 0, code: 1006 });
    feed.lose({ code: 1006, error: { watchdog: 'stale_timeout' } as never });
    feed.lose({ code: 4_001 });
    assert.deepEqual(read('spillway_reconnects_total'), {
      'cause=not_connected': 1,
      'cause=stale_timeout': 1,
      'cause=disconnected': 1,
    });
    assert.deepEqual(read('spillway_closes_total'), { 'code=1006': 1, 'code=4001': 1 });
    for (let code = 4_100; code < 4_900; code += 1) feed.lose({ code });
    const closes = read('spillway_closes_total');
    assert.equal(Object.keys(closes).length, 31);
    assert.equal(closes['code=other'], 800 - 28);
  });

  it('tells what became of asking a server to go on, and when a cursor was stored, once there is one', async (t) => {
    const { clock, feed, read } = watched(t);
    feed.open();
    feed.gap('disconnected');
    assert.deepEqual(read('spillway_resumes_total'), {});
    assert.deepEqual(read('spillway_cursor_committed_timestamp_seconds'), {});
    const page = pageOf([{ n: 1 }]);
    page.cursor = { endpoint: 'ws://a/', values: { n: '1' } };
    feed.make(page);
    assert.deepEqual(read('spillway_cursor_committed_timestamp_seconds'), { '': 0 });
    feed.give(page);
    feed.store(page);
    const at = clock.now() / 1_000;
    await clock.advance(5_000);
    // Of one without a cursor nothing is known that is newer.
    feed.give();
    feed.store();
    assert.deepEqual(read('spillway_cursor_committed_timestamp_seconds'), { '': at });
    feed.gap('disconnected', { replayed: true });
    feed.gap('pong_timeout', { replayed: true });
    feed.gap('cursor_expired');
    feed.gap('not_connected');
    feed.gap('overflow');
    assert.deepEqual(read('spillway_resumes_total'), {
      'result=replayed': 2,
      'result=expired': 1,
      'result=missed': 1,
    });
  });

  it('has the time of the newest record, received and stored, and how long the sink took', async (t) => {
    const { clock, feed, read } = watched(t);
    const times = () => [
      read('spillway_last_record_timestamp_seconds')[''],
      read('spillway_last_stored_timestamp_seconds')[''],
    ];
    assert.deepEqual(times(), [0, 0]);
    const page = pageOf([{ n: 1 }, gapOf({ cause: 'overflow' })], { receivedAt: 1_700_000_000_500 });
    feed.make(page);
    feed.give(page);
    assert.deepEqual(times(), [1_700_000_000.5, 0]);
    await clock.advance(30);
    feed.store(page);
    assert.deepEqual(times(), [1_700_000_000.5, 1_700_000_000.5]);
    const writes = read('spillway_sink_write_duration_seconds')[''] as unknown as Histogram;
    assert.deepEqual([writes.count, writes.sum], [1, 0.03]);
    assert.equal(writes.quantile(0.99), 0.05);
    // A page of gaps alone has no record.
    feed.make(pageOf([gapOf({ cause: 'overflow' })], { receivedAt: 1_800_000_000_000 }));
    assert.deepEqual(times(), [1_700_000_000.5, 1_700_000_000.5]);
  });

  it('takes the pages that the sink is given, where the source tells of none, as separate stages do', (t) => {
    const { feed, read } = watched(t, { spool: undefined });
    feed.give(pageOf([{ n: 1 }], { receivedAt: 1_700_000_000_500 }));
    assert.deepEqual(read('spillway_last_record_timestamp_seconds'), { '': 1_700_000_000.5 });
    feed.make(pageOf([{ n: 2 }], { receivedAt: 1_700_000_001_000 }));
    feed.give(pageOf([{ n: 1 }], { receivedAt: 1_700_000_000_700 }));
    assert.deepEqual(read('spillway_last_record_timestamp_seconds'), { '': 1_700_000_001 });
  });

  it('has what was received and not stored, with a spool and without', (t) => {
    const { feed, meters, clock, read } = watched(t, { spool: undefined });
    feed.set({ records: 10 });
    feed.stored.records = 4;
    assert.deepEqual(read('spillway_unacknowledged_records'), { '': 6 });
    assert.deepEqual(read('spillway_spool_bytes'), {});
    const spooled = fakeFeed(clock);
    meters.watch('spooled', spooled.watched);
    spooled.backlog.records = 7;
    spooled.backlog.oldestAt = clock.now() - 3_000;
    assert.equal(read('spillway_unacknowledged_records', 'spooled')[''], 7);
    assert.equal(read('spillway_spool_oldest_age_seconds', 'spooled')[''], 3);
  });

  it('reads when events happened, in all units, and takes those of the future for new', (t) => {
    const at = 1_700_000_000_000;
    const cases = [
      ['s', at / 1_000],
      ['ms', at],
      ['us', at * 1_000],
      ['ns', `${at}000000`],
      ['iso', new Date(at).toISOString()],
    ] as const;
    for (const [unit, T] of cases) {
      const { feed, read } = watched(t, { eventTime: { path: 'data.T', unit } });
      feed.make(pageOf([{ data: { T: 0 } }, { data: { T } }], { receivedAt: at + 250 }));
      feed.make(pageOf([{ data: { T } }], { receivedAt: at - 1_000 }));
      for (const none of [{ data: {} }, { data: { T: 'soon' } }, { data: { T: null } }]) feed.make(pageOf([none]));
      const { count, sum } = read('spillway_event_lag_seconds')[''] as unknown as Histogram;
      assert.deepEqual([count, Math.round(sum * 1_000)], [2, 250], unit);
    }
  });

  it('is told of one run of a name at a time, and begins anew with the next', (t) => {
    const { feed, meters, clock, read } = watched(t);
    feed.set({ frames: 5 });
    assert.throws(() => meters.watch('trades', fakeFeed(clock).watched), { code: 'ERR_CONFIG' });
    feed.emit('ended', { cause: 'stopped', error: undefined });
    assert.deepEqual(read('spillway_frames_total'), { '': 5 });
    const forget = meters.watch('trades', fakeFeed(clock).watched);
    assert.deepEqual(read('spillway_frames_total'), { '': 0 });
    forget();
    assert.deepEqual(meters.feeds, []);
  });

  it('knows what the sink was destroyed with, and of one that has come to its end that it did not fail', async (t) => {
    const failure = new Error('disk full');
    for (const [end, expected] of [
      [(sink: Writable) => sink.destroy(failure), failure],
      [(sink: Writable) => sink.end(), undefined],
    ] as const) {
      const { feed, meters } = watched(t);
      feed.give();
      feed.sink.on('error', () => {});
      end(feed.sink);
      await within(() => 'the sink to close', new Promise((resolve) => feed.sink.once('close', resolve)));
      const [meter] = meters.feeds;
      assert.equal(meter!.sinkFailure, expected);
      assert.equal(meter!.waitedMs, expected === undefined ? 0 : undefined);
    }
  });

  it('keeps the newest gaps, and no more listeners than it needs', (t) => {
    const { feed, meters } = watched(t);
    for (let n = 0; n < 1_000; n += 1) feed.gap('sequence', { afterSequence: n });
    const [meter] = meters.feeds;
    assert.deepEqual([meter!.gaps.length, meter!.gaps.at(-1)!.afterSequence, meter!.gapsTold], [200, 999, 1_000]);
    assert.ok(feed.stream.listenerCount('gap') > 0);
    meters.close();
    assert.deepEqual(
      feed.stream.eventNames().map((name) => feed.stream.listenerCount(name)),
      [],
    );
  });
});

function watched(t: { after(done: () => void): void }, more: Parameters<typeof fakeFeed>[1] = {}) {
  const clock = createFakeClock();
  const meters = new FeedMeters(clock);
  t.after(() => meters.close());
  const feed = fakeFeed(clock, more);
  meters.watch('trades', feed.watched);
  /** What a metric says, by the labels that are not those of every series. */
  const read = (name: MetricName, of = 'trades'): Record<string, number> => {
    const all = meters.fresh().get(name) ?? [];
    return Object.fromEntries(
      all
        .filter(({ labels }) => labels.feed === of)
        .map(({ labels: { feed: _, sink: __, ...labels }, value }) => [
          Object.entries(labels)
            .map((pair) => pair.join('='))
            .join(),
          value as number,
        ]),
    );
  };
  return { clock, meters, feed, read };
}
