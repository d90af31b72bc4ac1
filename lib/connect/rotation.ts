import type { Clock } from '../internal/clock.js';
import type { Connection } from './connection.js';
import type { Ending } from './ending.js';
import { type Moment, now } from './gap.js';
import { Handover, type HeldFrame } from './handover.js';
import type { ResolvedWebSocketOptions } from './options.js';
import { RotationTimer } from './rotation-timer.js';

/** What a run does for its {@link Rotation}. */
export interface RotationActions {
  /** Opens a connection beside the one that feeds the run; `undefined` when the run is not up to it. */
  open(): Connection | undefined;
  /** The new connection feeds the run from now on. Returns the old one, which is being drained. */
  swap(successor: Connection): Connection;
  /** A frame that waited is emitted. */
  emit(frame: HeldFrame, connection: Connection): void;
  /** The heir is read again, unless a slow consumer holds it. */
  goOn(heir: Connection): void;
  rotated(from: number, to: number): void;
  /** So much came over both that frames may be emitted twice. */
  blurred(from: number, to: number): void;
  /** There may be frames between what the old connection brought and what comes next. */
  missed(doubt: Doubt): void;
  /** The new connection brings more than can wait before it is confirmed: it is given up. */
  abandon(successor: Connection): void;
  /** For how long the sockets were not read, in milliseconds. */
  heldMs(): number;
}

/** An old connection that may have had more to say. */
export interface Doubt {
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
 * Planned rotation: at its time it has a second connection opened and subscribed, then the first one drained, and the
 * frames of both put together. One timer.
 */
export class Rotation {
  /** Rotations that were made. */
  count = 0;
  readonly #options: ResolvedWebSocketOptions;
  readonly #clock: Clock;
  readonly #actions: RotationActions;
  readonly #timer: RotationTimer;
  #duplicates = 0;
  #successor: Connection | undefined;
  #old: Connection | undefined;
  #handover: Handover | undefined;
  #doubt: Doubt | undefined;
  #lateEnding: Ending | undefined;
  #isHeirPaused = false;

  constructor(options: ResolvedWebSocketOptions, actions: RotationActions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#actions = actions;
    this.#timer = new RotationTimer(options, () => this.#begin());
  }

  /** The stretch in which two connections bring frames, while there is one. */
  get handover(): Handover | undefined {
    return this.#handover;
  }

  /** Frames that two connections brought, and that were emitted once. */
  get duplicates(): number {
    return this.#duplicates + (this.#handover?.duplicates ?? 0);
  }

  /** What waits until two connections are one. */
  get held(): { readonly frames: number; readonly bytes: number } {
    return this.#handover?.held ?? NOTHING;
  }

  /** The connection that is being opened to take over. */
  get successor(): Connection | undefined {
    return this.#successor;
  }

  /** The connection that is being drained. */
  get old(): Connection | undefined {
    return this.#old;
  }

  /** Whether the connection that has taken over is not to be read, since so much of it waits for the old one already. */
  get isHeirHeld(): boolean {
    return this.#old !== undefined && this.#handover?.isOverfull === true;
  }

  /** A connection feeds the run from now on: its time counts. */
  start(): void {
    this.#timer.plan();
  }

  /** Nothing more is planned: the connection was lost, or the run is over. */
  stop(): void {
    this.#timer.stop();
    if (this.#handover?.isHolding !== false) return;
    // What is missing now is told by itself.
    this.#doubt = undefined;
    this.#forget();
  }

  /** The successor is subscribed: it takes over. */
  takeOver(): void {
    const successor = this.#successor as Connection;
    this.#successor = undefined;
    this.#handover?.confirm();
    this.start();
    this.#old = this.#actions.swap(successor);
  }

  /**
   * The old connection has ended: `heir` goes on alone.
   *
   * @returns how the heir has ended meanwhile, if it has
   */
  drained(heir: Connection, { code, isServers }: Pick<Ending, 'code' | 'isServers'>): Ending | undefined {
    const from = this.#old?.number ?? 0;
    const isGrave = code === 1006 || isServers;
    this.#old = undefined;
    if (isGrave || this.#handover?.hasGoneOn === true)
      this.#doubt = { connection: from, code, since: now(this.#clock), isGrave };
    if (this.#handover?.isIncomplete === true) this.#actions.blurred(from, heir.number);
    this.#release(heir);
    this.count += 1;
    this.#actions.rotated(from, heir.number);
    const ending = this.#lateEnding;
    this.#lateEnding = undefined;
    return ending;
  }

  /** The heir has ended before the old connection was drained: what both brought comes first. */
  endLater(ending: Ending): void {
    this.#lateEnding = ending;
  }

  /** The connection that feeds the run was lost while another was being opened: the successor is the next attempt. */
  promote(): Connection | undefined {
    const successor = this.#successor;
    this.#successor = undefined;
    return successor;
  }

  /** What waited is emitted, and what follows is emitted as it comes. */
  release(heir: Connection): void {
    if (this.#handover !== undefined) this.#release(heir);
  }

  /** The run ends, on this connection: what waited is emitted, since it was received. */
  flush(feeding: Connection | undefined): void {
    const handover = this.#handover;
    if (handover?.isHolding === true) {
      // The old connection is cut off; where it was lost, that is told by itself.
      if (feeding !== undefined) {
        this.#doubt = { connection: feeding.number, code: 1006, since: now(this.#clock), isGrave: false };
      }
      for (const frame of this.#released(handover)) this.#actions.emit(frame, handover.successor);
    }
    if (this.#doubt?.isGrave === true) this.#actions.missed(this.#doubt);
    this.#doubt = undefined;
  }

  /** The successor failed: the old one goes on, and the next attempt comes after so long. */
  fail(delayMs: number): void {
    this.#successor = undefined;
    this.#forget();
    this.#timer.wait(delayMs);
  }

  /** Whether a data frame of two connections waits, or was emitted before. */
  takes(handover: Handover, data: Buffer, isBinary: boolean, receivedAt: number, connection: Connection): boolean {
    const isTaken = handover.takes(data, isBinary, receivedAt, connection);
    if (handover.isHolding) {
      this.#watch(handover);
    } else {
      this.#judge(handover);
      if (handover.isOver) this.#forget();
    }
    return isTaken;
  }

  /** Both are open: what is kept of them is bounded, and the old one is not read for longer than need be. */
  #watch(handover: Handover): void {
    if (handover.isOverfull && this.#successor !== undefined) this.#actions.abandon(this.#successor);
    else if (handover.isOverfull && !this.#isHeirPaused) {
      this.#isHeirPaused = true;
      handover.successor.pause();
    }
    if (handover.hasCaughtUp) this.#old?.hurry();
  }

  /** Whether something is missing between two connections, now that the new one has brought something. */
  #judge(handover: Handover): void {
    const doubt = this.#doubt;
    if (doubt === undefined) return;
    this.#doubt = undefined;
    if (!handover.hasMet) this.#actions.missed(doubt);
  }

  #release(heir: Connection): void {
    const handover = this.#handover;
    if (handover !== undefined) {
      for (const frame of this.#released(handover)) this.#actions.emit(frame, heir);
      if (handover.isOver && this.#doubt === undefined) this.#forget();
    }
    this.#isHeirPaused = false;
    this.#actions.goOn(heir);
  }

  /** What waited in the handover, after a gap that may be before it. */
  #released(handover: Handover): HeldFrame[] {
    const frames = handover.release();
    if (handover.hasMet || frames.some(({ isControl }) => !isControl)) this.#judge(handover);
    return frames;
  }

  #forget(): void {
    if (this.#doubt?.isGrave === true) this.#actions.missed(this.#doubt);
    this.#doubt = undefined;
    this.#duplicates += this.#handover?.duplicates ?? 0;
    this.#handover = undefined;
  }

  #begin(): void {
    // The overlap of the rotation before would be mistaken for this one's.
    if (this.#handover?.isOver === false) {
      this.#timer.wait(STILL_OVERLAPPING_MS);
      return;
    }
    this.#forget();
    const successor = this.#actions.open();
    if (successor === undefined) return;
    this.#successor = successor;
    const { maxBufferedBytes: maxBytes, dedupe } = this.#options;
    this.#handover = new Handover(successor, {
      maxBytes,
      // With `dedupe` it is that which tells frames apart, and it must see all of them.
      leavesOut: dedupe === undefined,
      readMs: () => this.#clock.monotonic() - this.#actions.heldMs(),
    });
  }
}

const NOTHING = { frames: 0, bytes: 0 } as const;
const STILL_OVERLAPPING_MS = 1_000;
