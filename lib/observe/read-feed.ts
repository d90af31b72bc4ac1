import { COUNTERS, type CounterName } from '../telemetry/counters.js';
import { inBaseUnit, METRIC_LIST, type METRICS, type Metric, type MetricName } from '../telemetry/metrics.js';
import type { SourceStats } from '../telemetry/stats.js';
import type { FeedMeter } from './feed-meter.js';
import { type Health, healthOf } from './health.js';
import type { Labels, Reading } from './readings.js';

/** What every metric says of a feed now. One that it has nothing to do with says nothing. */
export function* readFeed(meter: FeedMeter): Generator<readonly [MetricName, Reading]> {
  const { stats } = meter;
  const facts = { meter, stats, health: healthOf(meter, stats), stored: meter.feed.sink?.stats.records ?? 0 };
  const of = labelsOf(meter);
  for (const { name, read, hasSink } of ofFeeds()) {
    const labelled = hasSink ? of.sink : of.feed;
    for (const [labels, value] of read(facts)) {
      if (value !== undefined) yield [name, { labels: labels === NONE ? labelled : { ...labelled, ...labels }, value }];
    }
  }
}

/** The same objects as long as the feed is watched: who writes them out need do so once. */
function labelsOf(meter: FeedMeter): { readonly feed: Labels; readonly sink: Labels } {
  let labels = labelsByMeter.get(meter);
  if (labels === undefined) {
    const feed = { feed: meter.name };
    const sink = meter.feed.sink && (meter.feed.sinkType ?? 'sink');
    labels = { feed, sink: sink === undefined ? feed : { ...feed, sink } };
    labelsByMeter.set(meter, labels);
  }
  return labels;
}

const labelsByMeter = new WeakMap<FeedMeter, { readonly feed: Labels; readonly sink: Labels }>();

/** The metrics of feeds, and what reads each. */
function ofFeeds(): readonly { readonly name: MetricName; readonly read: Reader; readonly hasSink: boolean }[] {
  metricsOfFeeds ??= METRIC_LIST.filter(([, { labels }]) => labels.includes('feed')).map(([name, metric]) => ({
    name,
    read: READERS[name as keyof typeof READERS] ?? counterReader(metric),
    hasSink: metric.labels.includes('sink'),
  }));
  return metricsOfFeeds;
}

let metricsOfFeeds: ReturnType<typeof ofFeeds> | undefined;

interface Facts {
  readonly meter: FeedMeter;
  readonly stats: SourceStats;
  readonly health: Health;
  /** Records that the sink has stored. */
  readonly stored: number;
}

type Reader = (facts: Facts) => Iterable<readonly [labels: Labels, value: Reading['value'] | undefined]>;

/** What tells a counter of `stats`. */
function counterReader({ counter }: Metric): Reader {
  const name = counter as CounterName;
  return ({ stats }) => {
    const isOfSequence = COUNTERS[name].of === 'sequence';
    if (isOfSequence && stats.sequence === undefined) return [];
    const value = isOfSequence ? stats.sequence?.[name as never] : stats[name as keyof SourceStats];
    if (value === undefined && name === 'rttMs') return [];
    return one(inBaseUnit(COUNTERS[name], value));
  };
}

type OwnMetric = {
  [K in MetricName]: (typeof METRICS)[K] extends { readonly counter: CounterName } ? never : K;
}[MetricName];
type OfProcess =
  | 'spillway_current_timestamp_seconds'
  | 'spillway_event_loop_lag_seconds'
  | 'spillway_resident_memory_bytes';

const READERS: Readonly<Record<Exclude<OwnMetric, OfProcess>, Reader>> & Readonly<Partial<Record<MetricName, Reader>>> =
  {
    spillway_ready: ({ health }) => one(Number(health.isReady)),
    spillway_connected: ({ meter, stats }) => one(Number(meter.isConnected(stats))),
    spillway_dropped_frames_total({ meter, stats }) {
      const { overflow: policy } = meter.feed.policies ?? {};
      return policy === 'block' || (policy === undefined && stats.dropped === 0)
        ? []
        : [[policy === undefined ? {} : { policy }, stats.dropped]];
    },
    *spillway_records_total({ meter, stats, stored }) {
      const { sink, reports } = meter.feed;
      const files = reports?.files?.() ?? reports?.rolled?.();
      if (sink !== undefined) yield [{ result: 'stored' }, stored];
      yield [{ result: 'filtered' }, stats.filtered];
      yield [{ result: 'refused' }, stats.skipped];
      yield [{ result: 'diverted' }, sink?.stats.diverted];
      yield [{ result: 'skipped' }, sink?.stats.skipped];
      if (files !== undefined) yield [{ result: 'gone' }, files.gone];
    },
    *spillway_dead_letters_total({ meter, stats }) {
      const { stream, sink } = meter.feed;
      if (stream.letterCauses !== undefined) yield* counts('cause', stream.letterCauses);
      else if (stats.deadLetters > 0) yield [{ cause: 'refused' }, stats.deadLetters];
      const diverted = sink?.stats.diverted ?? 0;
      if (diverted > 0) yield [{ cause: 'ERR_SINK' }, diverted];
    },
    spillway_reconnects_total: ({ meter }) => counts('cause', meter.reconnects),
    spillway_closes_total: ({ meter }) => counts('code', meter.closes),
    spillway_gaps_total: ({ meter, stats }) => counts('cause', meter.gapsByCause(stats)),
    spillway_gap_seconds_total: ({ meter, stats }) => counts('cause', meter.gapMs(stats), 1_000),
    spillway_last_record_timestamp_seconds: ({ meter }) => one((meter.lastRecordAt ?? 0) / 1_000),
    spillway_last_stored_timestamp_seconds: ({ meter }) =>
      meter.feed.sink === undefined ? [] : one((meter.lastStoredAt ?? 0) / 1_000),
    spillway_event_lag_seconds: ({ meter }) => one(meter.lag),
    spillway_sink_write_duration_seconds: ({ meter }) => one(meter.feed.sink && meter.writes),
    spillway_unacknowledged_records: (facts) => one(unacknowledged(facts)),
    spillway_spool_bytes: ({ meter }) => one(meter.feed.spool?.backlog.bytes),
    spillway_spool_oldest_age_seconds({ meter: { feed, clock } }) {
      if (feed.spool === undefined) return [];
      const { oldestAt } = feed.spool.backlog;
      return one(oldestAt === undefined ? 0 : Math.max(0, clock.now() - oldestAt) / 1_000);
    },
    spillway_spool_dropped_records_total({ meter: { feed } }) {
      const { onFull: policy } = feed.policies ?? {};
      if (feed.spool === undefined || policy === 'block') return [];
      return [[policy === undefined ? {} : { policy }, feed.spool.dropped]];
    },
    spillway_resumes_total: ({ meter }) => counts('result', meter.resumes ?? NO_COUNTS),
    spillway_cursor_committed_timestamp_seconds: ({ meter }) =>
      meter.resumes === undefined || meter.feed.sink === undefined ? [] : one((meter.cursorStoredAt ?? 0) / 1_000),
    spillway_files_rolled_total: ({ meter }) => one(meter.feed.reports?.rolled?.().rolled),
    spillway_sink_retries_total: ({ meter }) => one(meter.feed.sink?.stats.retries),
    spillway_feed_start_timestamp_seconds: ({ meter }) => one(meter.startedAt / 1_000),
  };

/** Records that were received, and that the sink has not stored; `undefined` without a sink. */
export function unacknowledged({
  meter,
  stats,
  stored,
}: Pick<Facts, 'meter' | 'stats' | 'stored'>): number | undefined {
  const { spool, sink } = meter.feed;
  if (spool !== undefined) return spool.backlog.records;
  if (sink === undefined) return undefined;
  const { diverted = 0, skipped = 0 } = sink.stats;
  return Math.max(0, stats.records - stored - diverted - skipped);
}

const NO_COUNTS: ReadonlyMap<string, number> = new Map();
/** No labels beside those of the feed. */
const NONE: Labels = {};

function one(value: Reading['value'] | undefined): [Labels, Reading['value'] | undefined][] {
  return [[NONE, value]];
}

function* counts(label: keyof Labels, by: ReadonlyMap<string, number>, divisor = 1): Generator<[Labels, number]> {
  for (const [key, count] of by) yield [{ [label]: key }, count / divisor];
}
