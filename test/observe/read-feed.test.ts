import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { FeedMeters } from '../../lib/observe/feed-meters.js';
import type { CommandFeed } from '../../lib/observe/watched-feed.js';
import type { MetricName } from '../../lib/telemetry/metrics.js';
import { NO_STATS } from '../../lib/telemetry/readings.js';
import type { SourceStats } from '../../lib/telemetry/stats.js';
import { createFakeClock } from '../../lib/testing/index.js';
import { fakeFeed } from './fake-feed.js';

type Sink = NonNullable<CommandFeed['sink']>;
type Series = readonly (readonly [labels: Record<string, string>, value: number])[];

const [SINK, FEED] = [{ feed: 'trades', sink: 'jsonl' }, { feed: 'trades' }];
const SPOOL = { backlog: { records: 7, bytes: 90, oldestAt: 1_000 }, dropped: 4 };
const KAFKA = sinkOf({ records: 3, retries: 5, diverted: 2, skipped: 1 });
const files = () => ({ gone: 6 }) as never;
const rolled = () => ({ gone: 8, rolled: 9 }) as never;

/** What a metric says of a feed that is so, and has counted this. */
const CASES: readonly (readonly [
  name: MetricName,
  feed: Partial<CommandFeed>,
  stats: Partial<SourceStats>,
  said: Series,
])[] = [
  ['spillway_frames_total', {}, { frames: 12 }, [[FEED, 12]]],
  ['spillway_socket_paused_seconds_total', {}, { pausedMs: 1_500 }, [[FEED, 1.5]]],
  ['spillway_last_frame_timestamp_seconds', {}, { lastFrameAt: 1_700_000_000_500 }, [[FEED, 1_700_000_000.5]]],
  ['spillway_rtt_seconds', {}, { rttMs: undefined }, []],
  ['spillway_rtt_seconds', {}, { rttMs: 20 }, [[FEED, 0.02]]],
  ['spillway_missing_sequence_total', {}, {}, []],
  ['spillway_missing_sequence_total', {}, { sequence: { missing: 3 } as never }, [[FEED, 3]]],
  ['spillway_dropped_frames_total', {}, { dropped: 0 }, []],
  ['spillway_dropped_frames_total', {}, { dropped: 2 }, [[FEED, 2]]],
  ['spillway_dropped_frames_total', { policies: { overflow: 'block' } }, { dropped: 2 }, []],
  [
    'spillway_dropped_frames_total',
    { policies: { overflow: 'drop_oldest' } },
    { dropped: 0 },
    [[{ ...FEED, policy: 'drop_oldest' }, 0]],
  ],
  [
    'spillway_records_total',
    { sink: undefined },
    { filtered: 1, skipped: 2 },
    [
      [{ ...FEED, result: 'filtered' }, 1],
      [{ ...FEED, result: 'refused' }, 2],
    ],
  ],
  [
    'spillway_records_total',
    { sink: KAFKA, reports: { files, rolled } },
    { filtered: 1, skipped: 2 },
    [
      [{ ...SINK, result: 'stored' }, 3],
      [{ ...SINK, result: 'filtered' }, 1],
      [{ ...SINK, result: 'refused' }, 2],
      [{ ...SINK, result: 'diverted' }, 2],
      [{ ...SINK, result: 'skipped' }, 1],
      [{ ...SINK, result: 'gone' }, 6],
    ],
  ],
  [
    'spillway_records_total',
    { reports: { rolled } },
    {},
    [
      [{ ...SINK, result: 'stored' }, 0],
      [{ ...SINK, result: 'filtered' }, 0],
      [{ ...SINK, result: 'refused' }, 0],
      [{ ...SINK, result: 'gone' }, 8],
    ],
  ],
  ['spillway_dead_letters_total', {}, { deadLetters: 0 }, []],
  ['spillway_dead_letters_total', {}, { deadLetters: 2 }, [[{ ...FEED, cause: 'refused' }, 2]]],
  [
    'spillway_dead_letters_total',
    { sink: KAFKA },
    { deadLetters: 1 },
    [
      [{ ...FEED, cause: 'refused' }, 1],
      [{ ...FEED, cause: 'ERR_SINK' }, 2],
    ],
  ],
  ['spillway_unacknowledged_records', { sink: undefined, spool: undefined }, { records: 9 }, []],
  ['spillway_unacknowledged_records', { sink: KAFKA, spool: undefined }, { records: 9 }, [[FEED, 3]]],
  ['spillway_unacknowledged_records', { sink: KAFKA, spool: undefined }, { records: 5 }, [[FEED, 0]]],
  ['spillway_unacknowledged_records', { sink: KAFKA, spool: SPOOL }, { records: 9 }, [[FEED, 7]]],
  ['spillway_spool_bytes', { spool: undefined }, {}, []],
  ['spillway_spool_bytes', { spool: SPOOL }, {}, [[FEED, 90]]],
  ['spillway_spool_oldest_age_seconds', { spool: undefined }, {}, []],
  ['spillway_spool_oldest_age_seconds', {}, {}, [[FEED, 0]]],
  ['spillway_spool_dropped_records_total', { spool: undefined }, {}, []],
  ['spillway_spool_dropped_records_total', { spool: SPOOL }, {}, [[FEED, 4]]],
  ['spillway_spool_dropped_records_total', { spool: SPOOL, policies: { onFull: 'block' } }, {}, []],
  [
    'spillway_spool_dropped_records_total',
    { spool: SPOOL, policies: { onFull: 'drop_oldest' } },
    {},
    [[{ ...FEED, policy: 'drop_oldest' }, 4]],
  ],
  ['spillway_files_rolled_total', {}, {}, []],
  ['spillway_files_rolled_total', { reports: { rolled } }, {}, [[FEED, 9]]],
  ['spillway_sink_retries_total', {}, {}, []],
  ['spillway_sink_retries_total', { sink: KAFKA }, {}, [[FEED, 5]]],
  ['spillway_last_stored_timestamp_seconds', { sink: undefined }, {}, []],
  ['spillway_sink_write_duration_seconds', { sink: undefined }, {}, []],
];

for (const [name, feed, stats, said] of CASES) {
  test(`${name} of a feed with ${shown(feed)} and ${shown(stats)}`, (t) => {
    const found = read(t, feed, stats).get(name) ?? [];
    const bare = found.map(({ labels, value }) => [withoutSink(labels, said), value]);
    assert.deepEqual(bare, said);
  });
}

test('dead letters are told by the cause that their stream counts them by', (t) => {
  const { watched } = fakeFeed(createFakeClock());
  const stream = Object.assign(watched.stream, { letterCauses: new Map([['ERR_PARSE', 3]]) });
  const found = read(t, { stream }, { deadLetters: 9 }).get('spillway_dead_letters_total')!;
  assert.deepEqual(
    found.map(({ labels, value }) => [labels.cause, value]),
    [['ERR_PARSE', 3]],
  );
});

test('the oldest page of a spool is as old as it is, and never younger than it is', (t) => {
  const clock = createFakeClock();
  for (const [oldestAt, seconds] of [
    [clock.now() - 2_500, 2.5],
    [clock.now() + 9_000, 0],
  ] as const) {
    const spool = { backlog: { records: 1, bytes: 1, oldestAt }, dropped: 0 };
    const [found] = read(t, { spool }, {}, clock).get('spillway_spool_oldest_age_seconds')!;
    assert.equal(found!.value, seconds);
  }
});

function read(
  t: { after(done: () => void): void },
  feed: Partial<CommandFeed>,
  stats: Partial<SourceStats>,
  clock = createFakeClock(),
) {
  const meters = new FeedMeters(clock);
  t.after(() => meters.close());
  const { watched, set } = fakeFeed(clock, feed);
  set({ ...NO_STATS, ...stats });
  meters.watch('trades', watched);
  return meters.fresh();
}

/** The label `sink` is told where the metric has it: the tables above say of which that is looked at. */
function withoutSink(labels: object, said: Series): object {
  const { sink: _, ...rest } = labels as Record<string, string>;
  return said.some(([expected]) => 'sink' in expected) ? labels : rest;
}

function sinkOf(stats: Sink['stats']): Sink {
  return Object.assign(new Writable({ objectMode: true }), { stats });
}

function shown(facts: object): string {
  const names = Object.entries(facts).map(([name, value]) => (value === undefined ? `no ${name}` : name));
  return names.length === 0 ? 'nothing more' : names.join(', ');
}
