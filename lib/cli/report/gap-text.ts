import type { Gap } from '../../frame/gap.js';
import type { SourceStats } from '../../telemetry/stats.js';
import { toldIn } from './counts-text.js';
import { formatCount, formatDuration, formatNumber } from './format.js';

/** A gap, as a line. */
export function gapText(gap: Gap): string {
  if (gap.cause === 'sequence') return holeText(gap);
  if (gap.cause === 'overflow') return droppedText(gap);
  const { cause, code, durationMs, connection, afterSequence } = gap;
  const how = code === undefined ? cause : `${cause}, code ${code}`;
  const after = afterSequence === undefined ? 'before the first frame' : `after frame ${afterSequence}`;
  const where = connection === 0 ? after : `${after} of connection ${connection}`;
  if (gap.replayed === true) return `Gap: the server sent again all that was missed (${how}), ${where}.`;
  return `Gap: nothing was received for ${formatDuration(durationMs)} (${how}), ${where}.`;
}

/** All gaps of a run, for its summary. */
export function gapsText(stats: SourceStats): string {
  const { gaps, gapMs } = stats;
  const none = gaps === 0 ? 'none' : `${formatCount(gaps)}, nothing received for ${formatDuration(gapMs)} in all`;
  return [none, ...toldIn('gaps', stats)].join(', ');
}

function droppedText({ dropped, afterSequence, connection }: Gap): string {
  const after = afterSequence === undefined ? 'before the first frame' : `after frame ${afterSequence}`;
  return `Gap: ${formatNumber(dropped, 'frame')} dropped, since too many waited for the sink, ${after} of connection ${connection}.`;
}

function holeText({ key, missing, afterSequence, beforeSequence, connection }: Gap): string {
  const whose = key === undefined ? '' : ` of ${JSON.stringify(key)}`;
  return `Gap: ${formatCount(missing ?? 0)} missing from the sequence${whose} between ${afterSequence} and ${beforeSequence}, on connection ${connection}.`;
}
