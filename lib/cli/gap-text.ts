import type { Gap } from '../connect/gap.js';
import type { SourceStats } from '../source.js';
import { formatCount, formatDuration, formatNumber } from './format.js';

/** A gap, as a line. */
export function gapText({ cause, code, durationMs, connection, afterSequence }: Gap): string {
  const how = code === undefined ? cause : `${cause}, code ${code}`;
  const after = afterSequence === undefined ? 'before the first frame' : `after frame ${afterSequence}`;
  const where = connection === 0 ? after : `${after} of connection ${connection}`;
  return `Gap: nothing was received for ${formatDuration(durationMs)} (${how}), ${where}.`;
}

/** All gaps of a run, for its summary. */
export function gapsText({ gaps, gapMs }: SourceStats): string {
  return gaps === 0 ? 'none' : `${formatCount(gaps)}, nothing received for ${formatDuration(gapMs)} in all`;
}

/** All gaps so far, for a status line. */
export function gapsInShort({ gaps, gapMs }: SourceStats): string {
  return `${formatNumber(gaps, 'gap')} (${formatDuration(gapMs)})`;
}
