import type { SpillwayError } from '../errors.js';
import type { TimerHandle } from '../internal/clock.js';
import { type Backoff, toBackoff } from './backoff.js';
import type { Connection } from './connection.js';
import type { Ending } from './ending.js';
import { Handover, type HeldFrame } from './handover.js';
import type { ResolvedWebSocketOptions } from './options.js';
import { rotationDelay } from './rotation-options.js';

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
  /** The new connection is not wanted any more. */
  abandon(successor: Connection): void;
  /** The new connection failed; the old one goes on, and the next attempt comes after `delayMs`. */
  failed(error: SpillwayError | undefined, delayMs: number): void;
}

/**
 * Planned rotation: at its time it has a second connection opened and subscribed, then the first one drained, and the
 * frames of both put together. One timer.
 */
export class Rotation {
  /** Rotations that were made. */
  count = 0;
  readonly #options: ResolvedWebSocketOptions;
  readonly #actions: RotationActions;
  readonly #backoff: Backoff;
  #timer: TimerHandle;
  #failures = 0;
  #duplicates = 0;
  #successor: Connection | undefined;
  #old: Connection | undefined;
  #handover: Handover | undefined;
  #lateEnding: Ending | undefined;

  constructor(options: ResolvedWebSocketOptions, actions: RotationActions) {
    this.#options = options;
    this.#actions = actions;
    this.#backoff = toBackoff(options.reconnectBackoff, options.random);
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

  /** A connection feeds the run from now on: its time counts. */
  start(): void {
    this.#failures = 0;
    const { clock, random } = this.#options;
    this.#arm(rotationDelay(this.#options, clock.now(), random));
  }

  /** Nothing more is planned: the connection was lost, or the run is over. */
  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** The successor is subscribed: it takes over. */
  takeOver(): void {
    const successor = this.#successor as Connection;
    this.#successor = undefined;
    // What it brings waits in the socket from here on, and not with us.
    successor.pause();
    this.#old = this.#actions.swap(successor);
  }

  /**
   * The old connection has ended: `heir` goes on alone.
   *
   * @returns how the heir has ended meanwhile, if it has
   */
  drained(heir: Connection): Ending | undefined {
    const from = this.#old?.number ?? 0;
    this.#old = undefined;
    this.#release(heir);
    this.count += 1;
    this.start();
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

  /**
   * The run ends: what waited is emitted, since it was received.
   *
   * @param mayMiss called before, when there may be frames between what the two connections have brought
   */
  flush(mayMiss: () => void): void {
    const handover = this.#handover;
    if (handover === undefined) return;
    const frames = handover.release();
    if (frames.length > 0 && !handover.hasMet) mayMiss();
    for (const frame of frames) this.#actions.emit(frame, handover.successor);
  }

  /** The successor failed. */
  fail(error: SpillwayError | undefined): void {
    this.#successor = undefined;
    this.#forget();
    this.#failures += 1;
    const delayMs = this.#backoff(this.#failures);
    this.#arm(delayMs);
    this.#actions.failed(error, delayMs);
  }

  /** Whether a frame of two connections waits, or was emitted before. */
  takes(handover: Handover, data: Buffer, isBinary: boolean, receivedAt: number, connection: Connection): boolean {
    const isTaken = handover.takes(data, isBinary, receivedAt, connection);
    this.#settle();
    const successor = this.#successor;
    if (handover.isOverfull && successor !== undefined) {
      this.#actions.abandon(successor);
      this.fail(undefined);
    }
    return isTaken;
  }

  /** Forgets a handover that is over. */
  #settle(): void {
    if (this.#handover?.isOver === true) this.#forget();
  }

  #release(heir: Connection): void {
    for (const frame of this.#handover?.release() ?? []) this.#actions.emit(frame, heir);
    this.#settle();
    this.#actions.goOn(heir);
  }

  #forget(): void {
    this.#duplicates += this.#handover?.duplicates ?? 0;
    this.#handover = undefined;
  }

  #arm(ms: number | undefined): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    if (ms === undefined) return;
    const dueAt = clock.monotonic() + ms;
    this.#timer = clock.setTimeout(() => {
      // A timer holds 24.8 days at most.
      const leftMs = dueAt - clock.monotonic();
      if (leftMs > 0) this.#arm(leftMs);
      else this.#begin();
    }, ms);
  }

  #begin(): void {
    // The overlap of the rotation before would be mistaken for this one's.
    if (this.#handover?.isOver === false) {
      this.#arm(STILL_OVERLAPPING_MS);
      return;
    }
    this.#forget();
    const successor = this.#actions.open();
    if (successor === undefined) return;
    this.#successor = successor;
    const { clock, maxBufferedBytes, dedupe } = this.#options;
    // With `dedupe` it is that which tells frames apart, and it must see all of them.
    this.#handover = new Handover(clock, successor, maxBufferedBytes, dedupe === undefined);
  }
}

const NOTHING = { frames: 0, bytes: 0 } as const;
const STILL_OVERLAPPING_MS = 1_000;
