import { DisconnectedError } from '../../errors.js';
import type { FeedPosition } from '../../frame/feed-position.js';
import type { Frame } from '../../frame/frame.js';
import { type Gap, type GapCause, type Moment, now } from '../../frame/gap.js';
import { gapFrame } from '../../frame/gap-frame.js';
import type { ConnectionEnd } from '../connection/end-cause.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { Endpoints } from '../reach/endpoints.js';
import type { DroppedRange } from './dropped-range.js';
import { GapRecorder } from './gap-recorder.js';
import type { Hole } from './sequence-check.js';

/** What the {@link FeedGaps} of a run know of it. */
export interface FeedGapsParts {
  readonly options: ResolvedWebSocketOptions;
  readonly endpoints: Endpoints;
  /** How far the run is. */
  readonly progress: {
    /** The sequence of the next frame. */
    readonly next: number;
    /** When data came last, or the run began. */
    readonly fed: Moment;
    /** Frames that came before wait still, while it is open: what follows them is to wait, too. */
    readonly backfill?: { readonly isOpen: boolean; defer(act: () => void): void } | undefined;
  };
  readonly handler: {
    /** A gap is over. */
    onGap(gap: Gap): void;
    /** With `gaps: records`: a gap takes its place between the frames. */
    readonly onFrame: (frame: Frame) => void;
  };
}

/**
 * What counts as a gap in a run, and between which frames it is; told as an event, and where that is asked for between the
 * frames, too.
 */
export class FeedGaps {
  readonly #parts: FeedGapsParts;
  readonly #recorder: GapRecorder;
  #arePlaced: boolean;

  constructor(parts: FeedGapsParts) {
    const { clock, feed, gaps } = parts.options;
    this.#parts = parts;
    this.#arePlaced = gaps === 'records';
    this.#recorder = new GapRecorder(clock, feed, (gap) => {
      parts.handler.onGap(gap);
      if (this.#arePlaced) parts.handler.onFrame(this.#frameOf(gap, parts.progress.next));
    });
  }

  /** Whether one is open: the next data frame has to {@link close} it. */
  get isOpen(): boolean {
    return this.#recorder.isOpen;
  }

  /** The cause of the one that is open. */
  get cause(): GapCause | undefined {
    return this.#recorder.cause;
  }

  /** When the one began that is open. */
  get since(): Moment | undefined {
    return this.#recorder.since;
  }

  /** Gaps so far, with one that is open. */
  get count(): number {
    return this.#recorder.count;
  }

  /** For how long nothing could be received, in milliseconds. */
  get ms(): number {
    return this.#recorder.ms;
  }

  /** An earlier run came so far: what was missed since, and what of it is damaged. */
  continueFrom({ sequence, receivedAt, cursor, damaged }: FeedPosition): void {
    if (damaged !== undefined) {
      const { after, before } = damaged;
      this.#recorder.add({
        cause: 'damaged',
        connection: 0,
        from: this.#momentOf(after?.receivedAt ?? damaged.receivedAt),
        to: this.#momentOf(damaged.receivedAt),
        afterSequence: after?.sequence,
        beforeSequence: before,
      });
    }
    if (sequence === 0) return;
    // What a server was still sending then belongs to it.
    const from = cursor?.since ?? receivedAt;
    const since = from === undefined ? undefined : this.#momentOf(from);
    this.#recorder.open({
      ...{ cause: 'not_running', connection: 0, code: undefined, afterSequence: sequence - 1 },
      since,
    });
  }

  /**
   * A connection was lost, or, as number 0, did not come about: at that moment, unless it is found later than that.
   *
   * @param missingSince since when records may be missing that it was still sending, in epoch milliseconds
   */
  lost(
    connection: number,
    { code, error }: Pick<ConnectionEnd, 'code' | 'error'>,
    at?: Moment,
    missingSince?: number,
  ): void {
    const { fed, backfill } = this.#parts.progress;
    const watchdog = error instanceof DisconnectedError ? error.watchdog : undefined;
    const open = (moment: Moment | undefined): void => {
      const { next } = this.#parts.progress;
      this.#recorder.open({
        cause: connection === 0 ? 'not_connected' : (watchdog ?? 'disconnected'),
        connection,
        code: connection === 0 ? undefined : code,
        afterSequence: next === 0 ? undefined : next - 1,
        // A connection that had to be found dead has been so for longer.
        since:
          missingSince === undefined
            ? connection === 0 || watchdog !== undefined
              ? fed
              : moment
            : this.#momentOf(missingSince),
      });
    };
    if (backfill?.isOpen !== true) {
      open(at);
      return;
    }
    const moment = at ?? now(this.#parts.options.clock);
    backfill.defer(() => open(moment));
  }

  /** The server has forgotten from where it was to go on: what was missed is missing. */
  cursorExpired(): void {
    const { backfill } = this.#parts.progress;
    const blame = (): void => this.#recorder.blame('cursor_expired');
    if (backfill?.isOpen === true) backfill.defer(blame);
    else blame();
  }

  /** Data flows again, at that moment (now); whether with all that was missed. */
  close(isReplayed = false, at?: Moment): void {
    this.#recorder.close(this.#parts.progress.next, isReplayed, at);
  }

  /** The feed's own numbers have a hole. */
  hole({ key, missing, since, after, before }: Hole, connection: number): void {
    const numbers = { afterSequence: after, beforeSequence: before };
    this.#recorder.add({ cause: 'sequence', connection, from: since, ...numbers, missing, key });
  }

  /** Frames were dropped for a slow consumer. Returns what stands for them between the frames, if anything does. */
  overflowed({ dropped, first, last, connection, firstAt, lastAt, isLast }: DroppedRange): Frame | undefined {
    const { gaps } = this.#parts.options;
    const from = this.#momentOf(firstAt);
    const to = this.#momentOf(Math.max(firstAt, lastAt));
    let stand: Frame | undefined;
    const numbers = {
      afterSequence: first === 0 ? undefined : first - 1,
      beforeSequence: isLast ? undefined : last + 1,
    };
    this.#recorder.add({ cause: 'overflow', connection, from, to, ...numbers, dropped }, (gap) => {
      this.#parts.handler.onGap(gap);
      if (gaps === 'records') stand = this.#frameOf(gap, last + 1);
    });
    return stand;
  }

  /** Nobody takes frames any more: gaps are told as events alone. */
  placeNoMore(): void {
    this.#arePlaced = false;
  }

  /** The run is over, and with it a gap that is open. */
  end(): void {
    this.#recorder.close(undefined);
  }

  /** A moment of the past, of which only the time on the wall was kept. */
  #momentOf(at: number): Moment {
    const { clock } = this.#parts.options;
    return { at, monotonic: clock.monotonic() - Math.max(0, clock.now() - at) };
  }

  #frameOf(gap: Gap, sequence: number): Frame {
    return gapFrame(gap, { url: this.#parts.endpoints.current.frameUrl, sequence });
  }
}
