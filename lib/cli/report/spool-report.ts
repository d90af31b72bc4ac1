import { systemClock } from '../../internal/clock.js';
import type { FeedSpool } from '../../spool/spool.js';
import { formatBytes, formatCount, formatDuration, formatNumber } from './format.js';

/** What waits in a spool, and what was dropped. */
export interface SpoolReport {
  readonly path: string;
  /** Records that the sink has not stored. */
  readonly records: number;
  readonly bytes: number;
  /** How old the oldest of them is, in milliseconds; `undefined` when there is none. */
  readonly ageMs: number | undefined;
  /** Records that were dropped since it was full. */
  readonly dropped: number;
}

export function spoolReport({ path, backlog, dropped }: Pick<FeedSpool, 'path' | 'backlog' | 'dropped'>): SpoolReport {
  const { records, bytes, oldestAt } = backlog;
  const ageMs = oldestAt === undefined ? undefined : Math.max(0, systemClock.now() - oldestAt);
  return { path, records, bytes, ageMs, dropped };
}

/** The same for a status line; nothing when nothing waits. */
export function spoolProgress({ records, bytes, ageMs }: SpoolReport): string[] {
  if (ageMs === undefined) return [];
  return [`${formatCount(records)} (${formatBytes(bytes)}, ${formatDuration(ageMs)}) in the spool`];
}

/** The same for a summary. */
export function spoolText({ path, records, bytes, ageMs, dropped }: SpoolReport): string {
  const left =
    ageMs === undefined
      ? 'empty'
      : `${formatNumber(records, 'record')} (${formatBytes(bytes)}, the oldest ${formatDuration(ageMs)} old) are in ${path}, and go first in the next run`;
  return dropped === 0 ? left : `${left}; ${formatNumber(dropped, 'record')} dropped, since it was full`;
}

/** The same as JSON. */
export function spoolFacts({ path, records, bytes, ageMs, dropped }: SpoolReport): object {
  return { path, backlog_records: records, backlog_bytes: bytes, backlog_ms: ageMs ?? null, dropped };
}
