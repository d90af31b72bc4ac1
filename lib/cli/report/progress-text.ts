import { toldIn } from './counts-text.js';
import { formatBytes, formatCount, formatDuration, formatNumber } from './format.js';
import type { Progress } from './reporter.js';
import { spoolProgress } from './spool-report.js';

/** How a run goes, for a status line: what matters most comes first, since a narrow terminal cuts the rest. */
export function progressText(progress: Progress): string {
  const { stats, recordsPerSecond } = progress;
  return [
    `${formatNumber(stats.records, 'record')} ${formatCount(recordsPerSecond)}/s`,
    stateText(progress),
    ...(progress.spool === undefined ? [] : spoolProgress(progress.spool)),
    formatBytes(stats.bytes),
    lateText(progress),
    ...toldIn('progress', stats),
    formatDuration(progress.elapsedMs),
  ].join(' · ');
}

/** The same as a line of a log. */
export function plainProgressText(progress: Progress): string {
  return `Progress: ${progressText(progress)}`;
}

function stateText({ stats }: Progress): string {
  if (stats.paused) {
    return `paused for the sink, ${formatCount(stats.bufferedFrames)} (${formatBytes(stats.bufferedBytes)}) waiting`;
  }
  const waiting = stats.bufferedFrames === 0 ? '' : `, ${formatCount(stats.bufferedFrames)} waiting`;
  return `${STATES[stats.state]}${waiting}`;
}

function lateText({ sinceFrameMs }: Progress): string {
  return sinceFrameMs === undefined ? 'no frame yet' : `last frame ${formatDuration(sinceFrameMs)} ago`;
}

const STATES = {
  idle: 'starting',
  connecting: 'connecting',
  open: 'open',
  waiting: 'waiting to reconnect',
  ended: 'writing what is left',
} as const;
