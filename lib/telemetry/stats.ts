// Made from the catalogue of counters by `npm run readme`: change that.

/** A snapshot of a run's counters. */
export interface ConnectionStats {
  /** What goes on: `waiting` is the wait before another attempt to connect. */
  readonly state: 'idle' | 'connecting' | 'open' | 'waiting' | 'ended';
  /** Data frames received, and control frames that are kept. */
  readonly frames: number;
  /** Bytes of payload received. */
  readonly bytes: number;
  /** Sockets opened; the number of the newest. */
  readonly connections: number;
  /** Attempts to connect after the first, without those of planned rotations. */
  readonly reconnects: number;
  /** Planned rotations that were made. */
  readonly rotations: number;
  /** Frames that answered a heartbeat or a subscribe step, or were replied to: messages that are no data. */
  readonly controlFrames: number;
  /** Gaps so far, with one that is open now. */
  readonly gaps: number;
  /** For how long nothing could be received, in milliseconds: what the connection's gaps come to. */
  readonly gapMs: number;
  /** The cause of the gap that is open now, while there is one. */
  readonly gapCause:
    | 'not_connected'
    | 'disconnected'
    | 'pong_timeout'
    | 'heartbeat'
    | 'stale_timeout'
    | 'overflow'
    | 'sequence'
    | 'not_running'
    | 'cursor_expired'
    | 'damaged'
    | undefined;
  /** Frames that `overflow` dropped, since too many waited for a slow consumer. */
  readonly dropped: number;
  /** Frames that had come before, and were dropped: by `dedupe`, or as the second of two during a rotation. */
  readonly duplicates: number;
  /** Records that `backfill` has fetched, and that took their place in the sequence. */
  readonly backfilled: number | undefined;
  /** Requests that `backfill` has sent. */
  readonly backfillRequests: number | undefined;
  /** Holes of the sequence that `backfill` has not filled, or not all of them. */
  readonly backfillFailures: number | undefined;
  /** Milliseconds for which frames have waited for a `backfill`. */
  readonly backfillMs: number | undefined;
  /** When the newest data frame came, in epoch milliseconds. */
  readonly lastFrameAt: number | undefined;
  /** Whether a slow consumer holds the socket now. */
  readonly paused: boolean;
  /** Milliseconds for which a slow consumer held the socket. */
  readonly pausedMs: number;
  /** How long the newest pong took to come after its ping (`ping_interval`), in milliseconds. */
  readonly rttMs: number | undefined;
  /** Frames received and not read by the consumer yet. */
  readonly bufferedFrames: number;
  /** Bytes received and not read by the consumer yet. */
  readonly bufferedBytes: number;
  /** What the feed's own numbers came to, with `sequence`. */
  readonly sequence: SequenceStats | undefined;
}

/** What a feed's numbers came to. */
export interface SequenceStats {
  /** Numbers that never came: rounded past 2^53, where the `missing` of each gap is exact. */
  readonly missing: number;
  /** Frames whose number was the one before it once more. */
  readonly repeated: number;
  /** Frames whose number was below the one before it: late ones, or sent again. */
  readonly backwards: number;
  /** How often a sequence began anew: two frames in a row whose numbers were below, and followed each other. */
  readonly restarts: number;
  /** Frames without a number (or without a key). */
  readonly unnumbered: number;
  /** Sequences that are watched. At most 10,000: then the one that was seen first is forgotten, and begins anew. */
  readonly keys: number;
}

/** A snapshot of a source's newest run. */
export interface SourceStats extends ConnectionStats {
  /** Records put into pages. */
  readonly records: number;
  /** Frames, lines, elements and records that were refused and dropped. */
  readonly skipped: number;
  /** What was refused and written to `dead_letter`: all of `skipped`, and messages that were too large. */
  readonly deadLetters: number;
  /**
   * Records that `transforms` have left out, as they were told to: by a `filter`, or an `explode` with `on_missing:
   * drop`.
   */
  readonly filtered: number;
}

/** What the command measures of a run while it lasts. */
export interface CommandStats {
  /** For how long the run has lasted, in milliseconds. */
  readonly elapsedMs: number;
  /** How fast records come, over the last seconds. */
  readonly recordsPerSecond: number;
  /** How fast bytes come, over the last seconds. */
  readonly bytesPerSecond: number;
  /** Milliseconds since the newest data frame, when there was one. */
  readonly sinceFrameMs: number | undefined;
}
