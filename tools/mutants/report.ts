import type { Accepted } from './accepted.js';
import type { Outcome, Trial } from './hunt.js';
import type { Mutant } from './mutants-of.js';

/** A mutant's line as a diff, with where it stands. */
export function mutantText({ file, line, kind, before, after }: Mutant): string {
  return `${file}:${line} ${kind}\n    - ${before}\n    + ${after}`;
}

export function trialText({ mutant, outcome, ran }: Trial): string {
  const tests = ran.length === 0 ? 'no test that passes runs this line' : `ran ${ran.join(' ')}`;
  return `${outcome.toUpperCase()} ${mutantText(mutant)}\n    ${tests}`;
}

/** Whether it is one that a test should be written for. */
export function isSurvivor({ outcome }: Trial): boolean {
  return outcome === 'survived' || outcome === 'not covered';
}

/** Whether a test noticed it only by never ending. */
export function isLate({ outcome }: Trial): boolean {
  return outcome === 'timed out';
}

export function byPlace({ mutant: one }: Trial, { mutant: other }: Trial): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.start - other.start || one.end - other.end;
}

/** How many of each outcome there were, in all and by room. */
export function scoreText(trials: readonly Trial[]): string {
  const reached = trials.filter(({ outcome }) => outcome !== 'not reached');
  const left = trials.length - reached.length;
  const rooms = [...new Set(reached.map(roomOf))].sort();
  const lines = rooms.map((room) => `  ${room}: ${counts(reached.filter((trial) => roomOf(trial) === room))}`);
  return [
    `${counts(reached)}.${left === 0 ? '' : ` Time was up before ${left} more were tried.`}`,
    ...(rooms.length > 1 ? lines : []),
  ].join('\n');
}

export function staleText({ file, before, after }: Accepted): string {
  return `No longer there, to be taken out of tools/mutants/accepted.json: ${file}\n    - ${before}\n    + ${after}`;
}

function counts(trials: readonly Trial[]): string {
  const count = (...outcomes: Outcome[]): number => trials.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const killed = count('killed', 'timed out', 'endless');
  const percent = trials.length === 0 ? 100 : Math.floor((100 * killed) / trials.length);
  const late = count('timed out');
  const endless = count('endless');
  const idle = count('not covered');
  return [
    `${killed} of ${trials.length} killed (${percent} %)`,
    ...(late === 0 ? [] : [`${late} of them by a time-out`]),
    ...(endless === 0 ? [] : [`${endless} of them by a loop without end`]),
    `${count('survived')} survived`,
    ...(idle === 0 ? [] : [`${idle} not covered`]),
  ].join(', ');
}

/** `lib/connect/run.ts` is in `lib/connect`. */
function roomOf({ mutant }: Trial): string {
  return mutant.file.split('/').slice(0, 2).join('/').replace(/\.ts$/, '');
}
