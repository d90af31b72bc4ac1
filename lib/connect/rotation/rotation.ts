import { type Moment, now } from '../../frame/gap.js';
import type { ConnectionEnd } from '../connection/end-cause.js';
import type { FeedGaps } from '../intake/feed-gaps.js';
import type { Origin } from '../intake/frame-handler.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import { Merge, type WithheldFrame } from './merge.js';

/** What a {@link Rotation} tells of its connections, while both are open. It may do so with each frame. */
export interface RotationHandler {
  /** More of the new connection waits than may. */
  onOverfull(): void;
  /** Both bring the same by now: the old one is not needed any more. */
  onCaughtUp(): void;
  /** For how long the sockets were not read, in milliseconds. */
  pausedMs(): number;
}

/** An old connection that may have had more to say. */
interface Doubt {
  /** Its number. */
  readonly connection: number;
  /** Its close code. */
  readonly code: number;
  /** When it ended. */
  readonly since: Moment;
  /** Whether it ended in a way that makes it likely. */
  readonly isGrave: boolean;
}

/**
 * A planned rotation as the {@link Intake} sees it: the frames of two connections are put together ({@link Merge}), and a
 * gap that may be between them is told. It lasts from when the second one is opened until both have nothing in common any more.
 */
export class Rotation {
  readonly #options: ResolvedWebSocketOptions;
  readonly #gaps: FeedGaps;
  #duplicates = 0;
  #merge: Merge | undefined;
  #handler: RotationHandler | undefined;
  #doubt: Doubt | undefined;

  constructor(options: ResolvedWebSocketOptions, gaps: FeedGaps) {
    this.#options = options;
    this.#gaps = gaps;
  }

  /** The stretch in which two connections bring frames, while there is one. */
  get merge(): Merge | undefined {
    return this.#merge;
  }

  /** Whether it has begun, and what two connections bring may still be the same. */
  get isUnderWay(): boolean {
    return this.#merge?.isOver === false;
  }

  /** Frames that two connections brought, and that were emitted once. */
  get duplicates(): number {
    return this.#duplicates + (this.#merge?.duplicates ?? 0);
  }

  /** What waits until two connections are one. */
  get withheld(): { readonly frames: number; readonly bytes: number } {
    return this.#merge?.withheld ?? NOTHING;
  }

  /** A connection is opened beside the one that feeds the run. */
  begin(successor: Origin, handler: RotationHandler): void {
    this.forget();
    const { clock, maxBufferedBytes: maxBytes, dedupe } = this.#options;
    this.#handler = handler;
    this.#merge = new Merge(successor, {
      maxBytes,
      // With `dedupe` it is that which tells frames apart, and it must see all of them.
      leavesOut: dedupe === undefined,
      readMs: () => clock.monotonic() - handler.pausedMs(),
    });
  }

  /** Whether a data frame of two connections waits, or was emitted before. */
  consumes(merge: Merge, data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin): boolean {
    const isTaken = merge.consumes(data, isBinary, receivedAt, origin);
    if (merge.isWithholding) {
      if (merge.isOverfull) this.#handler?.onOverfull();
      if (merge.hasCaughtUp) this.#handler?.onCaughtUp();
    } else {
      this.#judge(merge);
      if (merge.isOver) this.forget();
    }
    return isTaken;
  }

  /** The old connection has ended. Returns what waited for that. */
  settle(connection: number, { code, isServers }: Pick<ConnectionEnd, 'code' | 'isServers'>): readonly WithheldFrame[] {
    const isGrave = code === 1006 || isServers;
    if (isGrave || this.#merge?.hasGoneOn === true) this.#doubtOf(connection, code, isGrave);
    return this.release();
  }

  /** The run ends, and with it the old connection, if there is one still. Returns what waited: it was received. */
  cutOff(connection: number | undefined): readonly WithheldFrame[] {
    // Where it was lost, that is told by itself.
    if (connection !== undefined && this.#merge?.isWithholding === true) this.#doubtOf(connection, 1006, false);
    return this.release();
  }

  /** What waited, after a gap that may be before it. What follows is emitted as it comes. */
  release(): readonly WithheldFrame[] {
    const merge = this.#merge;
    if (merge?.isWithholding !== true) return [];
    const frames = merge.release();
    if (merge.hasMet || frames.some(({ isControl }) => !isControl)) this.#judge(merge);
    if (merge.isOver && this.#doubt === undefined) this.forget();
    return frames;
  }

  /** The connection that has taken over was lost, or the run is over: what is missing now is told by itself. */
  lost(): void {
    if (this.#merge?.isWithholding !== false) return;
    this.#doubt = undefined;
    this.forget();
  }

  /** The two connections have nothing to do with each other any more. What waits is dropped. */
  forget(): void {
    if (this.#doubt?.isGrave === true) this.#miss(this.#doubt);
    this.#doubt = undefined;
    this.#duplicates += this.#merge?.duplicates ?? 0;
    this.#merge = undefined;
  }

  #doubtOf(connection: number, code: number, isGrave: boolean): void {
    this.#doubt = { connection, code, since: now(this.#options.clock), isGrave };
  }

  /** Whether something is missing between two connections, now that the new one has brought something. */
  #judge(merge: Merge): void {
    const doubt = this.#doubt;
    if (doubt === undefined) return;
    this.#doubt = undefined;
    if (!merge.hasMet) this.#miss(doubt);
  }

  #miss({ connection, code, since }: Doubt): void {
    this.#gaps.lost(connection, { code, error: undefined }, since);
  }
}

const NOTHING = { frames: 0, bytes: 0 } as const;
