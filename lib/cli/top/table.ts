import { visible } from '../../visible.js';
import { formatBytes, formatCount, formatDuration } from '../report/format.js';
import { cutTo } from '../terminal/output.js';
import { type FeedFacts, type FeedNow, numberOf } from './feeds.js';

/**
 * A row a feed, the worst first, and in a row what fits: all columns where there is room, else those that say most.
 *
 * @param at the time on the clock of the run, @param columns how wide a line may be; `undefined` as wide as it likes
 */
export function tableOf(feeds: readonly FeedNow[], at: number, columns: number | undefined): readonly Line[] {
  const sorted = feeds.toSorted((a, b) => rankOf(b.facts) - rankOf(a.facts) || (a.name < b.name ? -1 : 1));
  const rows = sorted.map((feed) => ({ feed, cells: COLUMNS.map(({ cell }) => visible(cell(feed, at))) }));
  const widths = COLUMNS.map(({ title }, index) =>
    Math.max(title.length, ...rows.map(({ cells }) => cells[index]!.length)),
  );
  widths[0] = Math.min(widths[0]!, Math.max(MIN_NAME, (columns ?? Number.POSITIVE_INFINITY) - ROOM_BESIDE));
  const shown = fitting(widths, columns);
  const line = (cells: readonly string[]): string => {
    const text = shown
      .map((index) => {
        const cell = cutTo(cells[index]!, widths[index]!);
        return index < LEFT ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!);
      })
      .join('  ');
    return columns === undefined ? text.trimEnd() : cutTo(text.trimEnd(), columns);
  };
  return [
    { text: line(COLUMNS.map(({ title }) => title)), how: 'title' },
    ...rows.map(({ feed, cells }) => ({ text: line(cells), how: howOf(feed.facts) })),
  ];
}

/** A line, and how it is meant. */
export interface Line {
  readonly text: string;
  readonly how: 'title' | 'bad' | 'warn' | 'good' | 'over';
}

/** How bad it is, in a word. */
function howOf(facts: FeedFacts): Line['how'] {
  const rank = rankOf(facts);
  if (rank === 0) return 'over';
  if (rank === 1) return 'good';
  return rank < STALE ? 'warn' : 'bad';
}

function rankOf(facts: FeedFacts): number {
  const word = stateOf(facts);
  const index = RANKS.indexOf(word);
  return index === -1 ? 1 : index;
}

/** In a word: why it is not ready, or what else is the matter. */
export function stateOf(facts: FeedFacts): string {
  const why = facts['not_ready'];
  if (typeof why === 'string') return why;
  if (facts['is_fresh'] === false) return 'stale';
  return facts['paused'] === true ? 'paused' : 'ok';
}

/** From what is over to the worst. */
const RANKS = ['ended', 'ok', 'paused', 'subscribing', 'connecting', 'stale', 'disconnected', 'sink'];
const STALE = RANKS.indexOf('stale');

/** The columns for which there is room, in order. */
function fitting(widths: readonly number[], columns = Number.POSITIVE_INFINITY): number[] {
  const chosen: number[] = [];
  let used = 0;
  for (const index of COLUMNS.map((_, at) => at).toSorted((a, b) => COLUMNS[a]!.weight - COLUMNS[b]!.weight)) {
    used += widths[index]! + (chosen.length === 0 ? 0 : 2);
    if (used > columns && chosen.length > 0) break;
    chosen.push(index);
  }
  return chosen.toSorted((a, b) => a - b);
}

interface Column {
  readonly title: string;
  /** Those of the least weight are shown where there is little room. */
  readonly weight: number;
  cell(feed: FeedNow, at: number): string;
}

const COLUMNS: readonly Column[] = [
  { title: 'FEED', weight: 0, cell: ({ name }) => name },
  { title: 'STATE', weight: 1, cell: ({ facts }) => stateOf(facts) },
  {
    title: 'REC/S',
    weight: 2,
    cell: ({ recordsPerSecond }) => (recordsPerSecond === undefined ? '' : formatCount(recordsPerSecond)),
  },
  { title: 'LAST', weight: 3, cell: ({ facts }, at) => ageOf(facts['last_record_at'], at) },
  { title: 'GAPS', weight: 4, cell: ({ facts }) => countOf(facts['gaps']) },
  { title: 'GAP TIME', weight: 7, cell: ({ facts }) => timeOf(facts['gap_ms']) },
  { title: 'UNSTORED', weight: 5, cell: ({ facts }) => countOf(facts['unacknowledged_records']) },
  {
    title: 'BACKLOG',
    weight: 8,
    cell: ({ facts }) => bytesOf((facts['spool'] as FeedFacts | null | undefined)?.['bytes']),
  },
  { title: 'RECONN', weight: 6, cell: ({ facts }) => countOf(facts['reconnects']) },
  { title: 'LAG', weight: 9, cell: ({ facts }) => timeOf(facts['event_lag_ms']) },
  { title: 'B/S', weight: 10, cell: ({ bytesPerSecond }) => bytesOf(bytesPerSecond) },
  { title: 'RECORDS', weight: 11, cell: ({ facts }) => countOf(facts['records']) },
];

/** How many columns are words, which begin at the left. */
const LEFT = 2;
/** A name is cut to leave room for this much, and not below so many characters. */
const ROOM_BESIDE = 40;
const MIN_NAME = 12;

function ageOf(value: unknown, at: number): string {
  const then = numberOf(value);
  return then === undefined ? '' : formatDuration(Math.max(0, at - then));
}

function timeOf(value: unknown): string {
  const ms = numberOf(value);
  return ms === undefined ? '' : formatDuration(ms);
}

function countOf(value: unknown): string {
  const count = numberOf(value);
  return count === undefined ? '' : formatCount(count);
}

function bytesOf(value: unknown): string {
  const bytes = numberOf(value);
  return bytes === undefined ? '' : formatBytes(bytes);
}
