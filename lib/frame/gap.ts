import type { Clock } from '../internal/clock.js';

/** Every cause of a {@link Gap}, with what it stands for. */
export const GAP_CAUSES = {
  not_connected: 'The first attempt to connect failed, so nothing came from the start of the run.',
  disconnected: 'The connection was closed by the server, or lost.',
  pong_timeout: 'A ping was not answered within `pong_timeout`, and the connection was ended.',
  heartbeat: 'A heartbeat was not answered in time, and the connection was ended.',
  stale_timeout: 'No data came for `stale_timeout`, and the connection was ended.',
  overflow: 'Frames were dropped, since too many waited for a slow consumer (`overflow`, `on_full` of a `spool`).',
  sequence: 'Numbers are missing from the sequence of the feed (`sequence`).',
  not_running:
    'No run was receiving: from the last record that the run before has stored (`state`, `spool`) until data came.',
  cursor_expired:
    'The server had forgotten the cursor that it was to go on from (`resume`): from the last record before until data came.',
  damaged:
    'Records that were stored (`state`), or waited (`spool`), were found damaged; or `spillway repair` found it.',
} as const;

/** One of the causes of {@link GAP_CAUSES}. */
export type GapCause = keyof typeof GAP_CAUSES;

/** A moment, on the clock on the wall and on the one that never goes back. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Milliseconds of `performance.now()`: for durations. */
  readonly monotonic: number;
}

/** This moment. */
export function now(clock: Clock): Moment {
  return { at: clock.now(), monotonic: clock.monotonic() };
}

/**
 * A stretch in which frames may have been missed. It begins when the last sign of life before it came, as far as that is
 * known, and ends when data flows again, or with the run. One of the cause `overflow` lasts from the first frame that was
 * dropped to the last.
 */
export interface Gap {
  readonly cause: GapCause;
  /** What the feed is called, when it has a name. */
  readonly feed: string | undefined;
  /** The number of the connection that it began on; 0 when there was none yet. */
  readonly connection: number;
  /** The close code, when a connection ended: 1006 for no close frame at all. */
  readonly code: number | undefined;
  readonly from: Moment;
  readonly to: Moment;
  readonly durationMs: number;
  /**
   * The sequence of the last frame before it; `undefined` when there was none. With the cause `sequence` it is the feed's
   * own number, a `bigint` past 2^53.
   */
  readonly afterSequence: number | bigint | undefined;
  /** The sequence of the first frame after it, or the feed's own number; `undefined` when none came any more. */
  readonly beforeSequence: number | bigint | undefined;
  /** Frames that were received and dropped; how many the server sent in vain nobody knows. */
  readonly dropped: number;
  /** With the cause `sequence`: how many of the feed's numbers are missing; a `bigint` past 2^53. */
  readonly missing: number | bigint | undefined;
  /** Whether the server has sent all of it again (`resume`): nothing is missing, and no time was lost. */
  readonly replayed?: true | undefined;
  /** With the cause `sequence`: the key whose sequence has the hole, when each has one of its own. */
  readonly key: string | undefined;
}

/** A gap in the form in which it is stored: snake_case, epoch milliseconds, and null for what is not known. */
export function gapRecord(gap: Gap): Readonly<Record<string, string | number | bigint | boolean | null>> {
  return {
    cause: gap.cause,
    ...(gap.feed === undefined ? {} : { feed: gap.feed }),
    connection: gap.connection,
    code: gap.code ?? null,
    from: gap.from.at,
    to: gap.to.at,
    duration_ms: Math.round(gap.durationMs),
    after_sequence: gap.afterSequence ?? null,
    before_sequence: gap.beforeSequence ?? null,
    dropped: gap.dropped,
    ...(gap.missing === undefined ? {} : { missing: gap.missing }),
    ...(gap.key === undefined ? {} : { key: gap.key }),
    ...(gap.replayed === true ? { replayed: true } : {}),
  };
}
