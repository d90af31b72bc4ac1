import { COUNTER_LIST, type Counter, type CounterName } from './counters.js';
import type { CommandStats, SequenceStats, SourceStats } from './stats.js';

/** The lines of `--json` that hold counters: how a run goes, and how it went. */
export type JsonLine = 'progress' | 'summary';

/** What a source's `stats` are before its first run. */
export const NO_STATS = {
  ...zerosOf('connection'),
  sequence: undefined,
  ...zerosOf('source'),
} as unknown as SourceStats;

const NO_SEQUENCE = zerosOf('sequence') as unknown as SequenceStats;

/** The counters of a line of `--json`, from the first to the last, with what they say. */
export function readingsOf(
  line: JsonLine,
  stats: SourceStats,
  command: Partial<CommandStats>,
): Readonly<Record<string, unknown>> {
  const readings = allOf(stats, command);
  return Object.fromEntries(countersIn(line).map(([name, key]) => [key, written(readings[name])]));
}

/** The keys of a line of `--json`, in their order. */
export function keysOf(line: JsonLine): readonly string[] {
  return countersIn(line).map(([, key]) => key);
}

/** Whether a line of `--json` has a counter. */
export function isIn(line: JsonLine, { kind, isNotInJson }: Counter): boolean {
  return isNotInJson !== true && (line === 'progress' || kind === 'counter');
}

/** The key of a counter in a line of `--json`: `gap_ms` for `gapMs`. */
export function keyIn(line: JsonLine, name: CounterName, { summaryKey }: Counter): string {
  if (line === 'summary' && summaryKey !== undefined) return summaryKey;
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What a count comes to, of those that are plain numbers. */
export function countOf(name: CounterName, stats: SourceStats): number {
  return Number(allOf(stats)[name] ?? 0);
}

/** Everything that there is to read. */
type Readings = SourceStats & SequenceStats & Partial<CommandStats>;

function allOf(stats: SourceStats, command: Partial<CommandStats> = {}): Readings {
  return { ...stats, ...(stats.sequence ?? NO_SEQUENCE), ...command };
}

function countersIn(line: JsonLine): readonly (readonly [name: CounterName, key: string])[] {
  return COUNTER_LIST.filter(([, counter]) => isIn(line, counter)).map(([name, counter]) => [
    name,
    keyIn(line, name, counter),
  ]);
}

function zerosOf(owner: Counter['of']): object {
  return Object.fromEntries(
    COUNTER_LIST.filter(([, counter]) => counter.of === owner).map(([name, counter]) => [name, zeroOf(counter)]),
  );
}

function zeroOf({ unit, words, isOptional }: Counter): unknown {
  if (isOptional === true) return undefined;
  return words?.[0] ?? (unit === 'yes or no' ? false : 0);
}

/** Whole numbers, and null for what there is not yet. */
function written(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value) : (value ?? null);
}
