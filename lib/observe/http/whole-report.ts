import type { FeedMeter } from '../feed-meter.js';
import type { FeedMeters } from '../feed-meters.js';
import { feedReport, gapsReport } from '../feed-report.js';

/** What a {@link wholeReport} tells of. */
export interface ReportParts {
  readonly meters: FeedMeters;
  readonly version: string;
  /** Whether `/tap` is answered. */
  readonly hasTap?: boolean | undefined;
}

/** What `/stats.json` says. */
export function wholeReport(parts: ReportParts): object {
  const feeds = parts.meters.feeds.map((meter) => [meter.name, reportOf(meter)]);
  return { ...headOf(parts), feeds: Object.fromEntries(feeds) };
}

/**
 * The same as JSON, with how the counters stood.
 *
 * @param shown as `JSON.stringify()` takes it: it sees texts, and not each of the many numbers, of which it would take several times as long
 */
export function reportWithHistory(parts: ReportParts, shown: (key: string, value: unknown) => unknown): string {
  const feeds = parts.meters.feeds.map((meter) => {
    const report = JSON.stringify(reportOf(meter), shown).slice(0, -1);
    return `${JSON.stringify(meter.name)}:${report},"history":${JSON.stringify(meter.history.report())}}`;
  });
  return `${JSON.stringify(headOf(parts)).slice(0, -1)},"feeds":{${feeds.join(',')}}}`;
}

export function processReport({ process }: FeedMeters): object {
  return { rss_bytes: process.rssBytes, event_loop_lag_ms: Math.round(process.lagSeconds * 1_000) };
}

function headOf({ meters, version, hasTap = false }: ReportParts): object {
  return { at: meters.clock.now(), version, has_tap: hasTap, process: processReport(meters) };
}

function reportOf(meter: FeedMeter): object {
  return { ...feedReport(meter), gaps_told: gapsReport(meter) };
}
