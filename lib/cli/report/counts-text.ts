import { COUNTER_LIST, type Counter, type SummaryLine } from '../../telemetry/counters.js';
import { countOf } from '../../telemetry/readings.js';
import type { SourceStats } from '../../telemetry/stats.js';
import { formatBytes, formatCount, formatDuration } from './format.js';

/** The counts that a line tells people: those that are not 0, or that are told in any case. */
export function toldIn(line: 'progress' | SummaryLine, stats: SourceStats): string[] {
  return COUNTER_LIST.flatMap(([name, counter]) => {
    const { told } = counter;
    if (told === undefined) return [];
    if (line === 'progress' ? told.inProgress !== true : told.inSummary !== line) return [];
    const count = countOf(name, stats);
    if (count === 0 && (line === 'progress' || told.isZeroTold !== true)) return [];
    const text = countText(count, counter);
    return [told.lasting === undefined ? text : `${text} (${formatDuration(countOf(told.lasting, stats))})`];
  });
}

function countText(count: number, { unit, told }: Counter): string {
  if (told?.as === undefined) return unit === 'bytes' ? formatBytes(count) : `${formatCount(count)} ${unit}`;
  return `${formatCount(count)} ${told.as.replace('(s)', count === 1 ? '' : 's')}`;
}
