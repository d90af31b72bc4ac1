import { gapRecord } from '../frame/gap.js';
import { COUNTER_LIST } from '../telemetry/counters.js';
import { keyIn } from '../telemetry/readings.js';
import type { SourceStats } from '../telemetry/stats.js';
import type { FeedMeter } from './feed-meter.js';
import { healthOf } from './health.js';
import { unacknowledged } from './read-feed.js';
import type { SealedFile } from './watched-feed.js';

/** What `/stats.json` says of a feed: by key in snake case, times in epoch milliseconds. What only grows with the clock is left out. */
export type FeedReport = Readonly<Record<string, unknown>>;

export function feedReport(meter: FeedMeter): FeedReport {
  const { stats, feed } = meter;
  const { sink, reports } = feed;
  const stored = sink?.stats.records ?? 0;
  const { isReady, why, isFresh } = healthOf(meter, stats);
  return {
    address: feed.address ?? null,
    started_at: meter.startedAt,
    is_ready: isReady,
    not_ready: why ?? null,
    is_fresh: isFresh,
    fresh_within_ms: feed.freshWithinMs ?? null,
    is_connected: meter.isConnected(stats),
    ...countersOf(stats),
    gap_since: meter.gapSince(stats) ?? null,
    last_record_at: meter.lastRecordAt ?? null,
    last_stored_at: meter.lastStoredAt ?? null,
    unacknowledged_records: unacknowledged({ meter, stats, stored }) ?? null,
    reconnects_by_cause: Object.fromEntries(meter.reconnects),
    closes_by_code: Object.fromEntries(meter.closes),
    gaps_by_cause: Object.fromEntries(meter.gapCounts),
    dead_letters_by_cause: Object.fromEntries(feed.stream.letterCauses ?? []),
    event_lag_ms: lagMs(meter),
    sink: sink === undefined ? null : sinkReport(meter, stored),
    spool: feed.spool === undefined ? null : spoolReport(feed.spool),
    files: reports?.files?.().files ?? null,
    rolled: reports?.rolled?.() ?? null,
    open_files: reports?.openFiles?.() ?? null,
    sealed_files: reports?.rolled === undefined ? null : meter.sealed.map(sealedFacts),
  };
}

/** The newest gaps of a feed, the oldest first, in the form in which they are stored. */
export function gapsReport({ gaps }: FeedMeter): readonly object[] {
  return gaps.map(gapFacts);
}

/** A gap, with what is no number of JSON as a text. */
export function gapFacts(gap: Parameters<typeof gapRecord>[0]): object {
  return Object.fromEntries(
    Object.entries(gapRecord(gap)).map(([key, value]) => [key, typeof value === 'bigint' ? String(value) : value]),
  );
}

/** What the source counts, under the names of `--json`. */
function countersOf(stats: SourceStats): object {
  const all: Readonly<Record<string, unknown>> = { ...stats, ...stats.sequence };
  return Object.fromEntries(
    COUNTER_LIST.filter(([name, { of }]) => of !== 'command' && (of !== 'sequence' || name in all)).map(
      ([name, counter]) => [keyIn('progress', name, counter), whole(all[name])],
    ),
  );
}

function lagMs({ lag }: FeedMeter): number | null {
  return lag?.newest === undefined ? null : Math.round(lag.newest * 1_000);
}

/** A finished file, as its line of the manifest says it. */
function sealedFacts({ path, records, bytes, sha256, firstReceivedAt, lastReceivedAt, gaps }: SealedFile): object {
  const times = { first_received_at: firstReceivedAt ?? null, last_received_at: lastReceivedAt ?? null };
  return { path, records, bytes, sha256, ...times, gaps };
}

function sinkReport({ feed, writes, waitedMs, sinkFailure }: FeedMeter, stored: number): object {
  const msOf = (part: number): number | null => {
    const seconds = writes.quantile(part);
    return seconds === undefined ? null : seconds * 1_000;
  };
  return {
    type: feed.sinkType ?? 'sink',
    target: feed.target ?? null,
    records: stored,
    retries: feed.sink?.stats.retries ?? null,
    diverted: feed.sink?.stats.diverted ?? null,
    skipped: feed.sink?.stats.skipped ?? null,
    pages: writes.count,
    write_ms_mean: writes.count === 0 ? null : Math.round((writes.sum / writes.count) * 1e6) / 1e3,
    write_ms_p50: msOf(0.5),
    write_ms_p99: msOf(0.99),
    is_waiting: waitedMs !== undefined,
    failure: sinkFailure?.message ?? null,
  };
}

function spoolReport({ backlog, dropped }: NonNullable<FeedMeter['feed']['spool']>): object {
  return { records: backlog.records, bytes: backlog.bytes, oldest_at: backlog.oldestAt ?? null, dropped };
}

function whole(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value) : (value ?? null);
}
