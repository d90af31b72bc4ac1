/** What there is to say of one counter. Whatever tells of it takes it from here; who counts has a plain field for it. */
export interface Counter {
  /**
   * Who has it: `connection`, `source` and their `sequence` in their `stats`, which `npm run readme` makes of this; the
   * `command` measures the rest for what it reports.
   */
  readonly of: 'connection' | 'sequence' | 'source' | 'command';
  /** A counter only goes up while a run lasts; a gauge is how it is now, so the summary of a run has none. */
  readonly kind: 'counter' | 'gauge';
  readonly unit: Unit;
  /** What it counts, in a sentence. */
  readonly help: string;
  /** All that it can say, where it is a word: first what it says before a run. */
  readonly words?: readonly string[];
  /** Whether it is `undefined` (null in JSON) before the first, and not 0. */
  readonly isOptional?: true;
  /** Whether `--json` leaves it out. Its key is the name in snake case. */
  readonly isNotInJson?: true;
  /** Its key in the line `summary`, where that differs. */
  readonly summaryKey?: string;
  /** What the help of `--json` says behind its key. By default its words, if it has any. */
  readonly note?: string;
  /** How people are told. By default it is part of a sentence of its own, or not told. */
  readonly told?: Told;
}

/** How people are told a count, when it is not 0. */
interface Told {
  /** What follows the number: `(s)` is there for all numbers but 1. Without it the unit says how. */
  readonly as?: string;
  /** Whether the line of progress has it. */
  readonly inProgress?: true;
  /** The line of the summary that has it. */
  readonly inSummary?: SummaryLine;
  /** Whether the summary tells 0 as well. */
  readonly isZeroTold?: true;
  /** What stands behind it in brackets: for how long all of them lasted. */
  readonly lasting?: 'gapMs';
}

/** A line of the summary that lists counts. */
export type SummaryLine = 'records' | 'received' | 'gaps';

type Unit =
  | 'attempts'
  | 'bytes'
  | 'bytes per second'
  | 'connections'
  | 'epoch milliseconds'
  | 'files'
  | 'frames'
  | 'gaps'
  | 'milliseconds'
  | 'numbers'
  | 'records'
  | 'records per second'
  | 'refusals'
  | 'requests'
  | 'restarts'
  | 'rotations'
  | 'sequences'
  | 'word'
  | 'yes or no';

/** Every counter of a run, in the order in which they are told. */
export const COUNTERS = {
  state: {
    of: 'connection',
    kind: 'gauge',
    unit: 'word',
    words: ['idle', 'connecting', 'open', 'waiting', 'ended'],
    help: 'What goes on: `waiting` is the wait before another attempt to connect.',
  },
  records: {
    of: 'source',
    kind: 'counter',
    unit: 'records',
    help: 'Records put into pages.',
    summaryKey: 'received',
  },
  skipped: {
    of: 'source',
    kind: 'counter',
    unit: 'refusals',
    help: 'Frames, lines, elements and records that were refused and dropped.',
    told: { as: 'skipped', inProgress: true, inSummary: 'records', isZeroTold: true },
  },
  deadLetters: {
    of: 'source',
    kind: 'counter',
    unit: 'refusals',
    help: 'What was refused and written to `dead_letter`: all of `skipped`, and messages that were too large.',
  },
  filtered: {
    of: 'source',
    kind: 'counter',
    unit: 'records',
    help: 'Records that `transforms` have left out, as they were told to: by a `filter`, or an `explode` with `on_missing: drop`.',
    told: { as: 'filtered', inProgress: true, inSummary: 'records' },
  },
  frames: {
    of: 'connection',
    kind: 'counter',
    unit: 'frames',
    help: 'Data frames received, and control frames that are kept.',
    told: { as: 'frame(s)', inSummary: 'received', isZeroTold: true },
  },
  bytes: {
    of: 'connection',
    kind: 'counter',
    unit: 'bytes',
    help: 'Bytes of payload received.',
    told: { inSummary: 'received', isZeroTold: true },
  },
  connections: {
    of: 'connection',
    kind: 'counter',
    unit: 'connections',
    help: 'Sockets opened; the number of the newest.',
  },
  reconnects: {
    of: 'connection',
    kind: 'counter',
    unit: 'attempts',
    help: 'Attempts to connect after the first, without those of planned rotations.',
    told: { as: 'reconnect(s)', inProgress: true, inSummary: 'received', isZeroTold: true },
  },
  rotations: {
    of: 'connection',
    kind: 'counter',
    unit: 'rotations',
    help: 'Planned rotations that were made.',
    told: { as: 'rotation(s)', inProgress: true, inSummary: 'received' },
  },
  controlFrames: {
    of: 'connection',
    kind: 'counter',
    unit: 'frames',
    help: 'Frames that answered a heartbeat or a subscribe step, or were replied to: messages that are no data.',
    told: { as: 'control frame(s)', inSummary: 'received' },
  },
  gaps: {
    of: 'connection',
    kind: 'counter',
    unit: 'gaps',
    help: 'Gaps so far, with one that is open now.',
    told: { as: 'gap(s)', inProgress: true, lasting: 'gapMs' },
  },
  gapMs: {
    of: 'connection',
    kind: 'counter',
    unit: 'milliseconds',
    help: "For how long nothing could be received, in milliseconds: what the connection's gaps come to.",
  },
  gapCause: {
    of: 'connection',
    kind: 'gauge',
    unit: 'word',
    words: [
      'not_connected',
      'disconnected',
      'pong_timeout',
      'heartbeat',
      'stale_timeout',
      'overflow',
      'sequence',
      'not_running',
      'cursor_expired',
      'damaged',
    ],
    isOptional: true,
    help: 'The cause of the gap that is open now, while there is one.',
    isNotInJson: true,
  },
  dropped: {
    of: 'connection',
    kind: 'counter',
    unit: 'frames',
    help: 'Frames that `overflow` dropped, since too many waited for a slow consumer.',
    told: { as: 'frame(s) dropped', inProgress: true, inSummary: 'gaps' },
  },
  missing: {
    of: 'sequence',
    kind: 'counter',
    unit: 'numbers',
    help: 'Numbers that never came: rounded past 2^53, where the `missing` of each gap is exact.',
    note: 'of the sequence',
    told: { as: 'of the sequence missing', inProgress: true, inSummary: 'gaps' },
  },
  repeated: {
    of: 'sequence',
    kind: 'counter',
    unit: 'frames',
    help: 'Frames whose number was the one before it once more.',
    isNotInJson: true,
  },
  backwards: {
    of: 'sequence',
    kind: 'counter',
    unit: 'frames',
    help: 'Frames whose number was below the one before it: late ones, or sent again.',
    isNotInJson: true,
  },
  restarts: {
    of: 'sequence',
    kind: 'counter',
    unit: 'restarts',
    help: 'How often a sequence began anew: two frames in a row whose numbers were below, and followed each other.',
    isNotInJson: true,
  },
  unnumbered: {
    of: 'sequence',
    kind: 'counter',
    unit: 'frames',
    help: 'Frames without a number (or without a key).',
    isNotInJson: true,
  },
  keys: {
    of: 'sequence',
    kind: 'gauge',
    unit: 'sequences',
    help: 'Sequences that are watched. At most 10,000: then the one that was seen first is forgotten, and begins anew.',
    isNotInJson: true,
  },
  duplicates: {
    of: 'connection',
    kind: 'counter',
    unit: 'frames',
    help: 'Frames that had come before, and were dropped: by `dedupe`, or as the second of two during a rotation.',
    told: { as: 'duplicate(s) dropped', inProgress: true, inSummary: 'gaps' },
  },
  backfilled: {
    of: 'connection',
    kind: 'counter',
    unit: 'records',
    isOptional: true,
    isNotInJson: true,
    help: 'Records that `backfill` has fetched, and that took their place in the sequence.',
    told: { as: 'record(s) backfilled', inSummary: 'gaps' },
  },
  backfillRequests: {
    of: 'connection',
    kind: 'counter',
    unit: 'requests',
    isOptional: true,
    isNotInJson: true,
    help: 'Requests that `backfill` has sent.',
  },
  backfillFailures: {
    of: 'connection',
    kind: 'counter',
    unit: 'gaps',
    isOptional: true,
    isNotInJson: true,
    help: 'Holes of the sequence that `backfill` has not filled, or not all of them.',
  },
  backfillMs: {
    of: 'connection',
    kind: 'counter',
    unit: 'milliseconds',
    isOptional: true,
    isNotInJson: true,
    help: 'Milliseconds for which frames have waited for a `backfill`.',
  },
  elapsedMs: {
    of: 'command',
    kind: 'counter',
    unit: 'milliseconds',
    help: 'For how long the run has lasted, in milliseconds.',
  },
  recordsPerSecond: {
    of: 'command',
    kind: 'gauge',
    unit: 'records per second',
    help: 'How fast records come, over the last seconds.',
  },
  bytesPerSecond: {
    of: 'command',
    kind: 'gauge',
    unit: 'bytes per second',
    help: 'How fast bytes come, over the last seconds.',
  },
  sinceFrameMs: {
    of: 'command',
    kind: 'gauge',
    unit: 'milliseconds',
    help: 'Milliseconds since the newest data frame, when there was one.',
    isOptional: true,
    note: 'null before the first',
  },
  lastFrameAt: {
    of: 'connection',
    kind: 'gauge',
    unit: 'epoch milliseconds',
    help: 'When the newest data frame came, in epoch milliseconds.',
    isOptional: true,
    isNotInJson: true,
  },
  paused: {
    of: 'connection',
    kind: 'gauge',
    unit: 'yes or no',
    help: 'Whether a slow consumer holds the socket now.',
  },
  pausedMs: {
    of: 'connection',
    kind: 'counter',
    unit: 'milliseconds',
    help: 'Milliseconds for which a slow consumer held the socket.',
  },
  rttMs: {
    of: 'connection',
    kind: 'gauge',
    unit: 'milliseconds',
    help: 'How long the newest pong took to come after its ping (`ping_interval`), in milliseconds.',
    isOptional: true,
    isNotInJson: true,
  },
  bufferedFrames: {
    of: 'connection',
    kind: 'gauge',
    unit: 'frames',
    help: 'Frames received and not read by the consumer yet.',
  },
  bufferedBytes: {
    of: 'connection',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Bytes received and not read by the consumer yet.',
  },
} as const satisfies Readonly<Record<string, Counter>>;

export type CounterName = keyof typeof COUNTERS;

/** The same as a list. */
export const COUNTER_LIST: readonly (readonly [name: CounterName, counter: Counter])[] = Object.entries(
  COUNTERS,
) as (readonly [CounterName, Counter])[];
