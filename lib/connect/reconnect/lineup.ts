import type { Clock } from '../../internal/clock.js';
import type { Connection } from '../connection/connection.js';

/** What a {@link Connection} is to its run. */
export type Role =
  /** Its frames are the feed, from now on or from when it is open. */
  | 'feeding'
  /** It is opened beside the one that feeds the run, to take over from it. */
  | 'successor'
  /** Its successor has taken over, and it brings what is left. */
  | 'draining';

/**
 * Which connection of a run is what: one of each {@link Role} at most, and those that have ended and are not released yet.
 * While a slow consumer holds them none is read, and a new one is paused from the start.
 */
export class Lineup {
  readonly #clock: Clock;
  readonly #all = new Set<Connection>();
  #feeding: Connection | undefined;
  #successor: Connection | undefined;
  #draining: Connection | undefined;
  #isFeedingPaused = false;
  #newestLeft: Connection | undefined;
  #pausedSince: number | undefined;
  #pausedMs = 0;
  #onReleased: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get feeding(): Connection | undefined {
    return this.#feeding;
  }

  get successor(): Connection | undefined {
    return this.#successor;
  }

  get draining(): Connection | undefined {
    return this.#draining;
  }

  /** Those that subscriptions are sent on: one that is being drained takes none. */
  *talking(): Generator<Connection> {
    for (const connection of this.#all) if (connection !== this.#draining) yield connection;
  }

  /** A new connection is to feed the run, or to succeed the one that does. */
  enter(connection: Connection, role: Exclude<Role, 'draining'>): void {
    this.#all.add(connection);
    if (role === 'feeding') this.#feeding = connection;
    else this.#successor = connection;
    if (this.isPaused) connection.pause();
  }

  /** The successor feeds the run from now on; the one before it is drained. */
  takeOver(): void {
    this.#draining = this.#feeding;
    this.#feeding = this.#successor;
    this.#successor = undefined;
    this.#draining?.drain();
  }

  /** The connection that feeds the run is lost. */
  lose(): void {
    this.#feeding = undefined;
  }

  /** In its place its successor feeds the run, if there is one. */
  promote(): Connection | undefined {
    this.#feeding = this.#successor;
    this.#successor = undefined;
    return this.#feeding;
  }

  /**
   * A connection has ended. Its server has some time to end the TCP connection, but not when the next one ends, too. One that
   * feeds the run keeps that role until {@link lose}, since what the one before it has left may come before its end.
   *
   * @returns what it was
   */
  leave(connection: Connection): Role {
    this.#newestLeft?.cut();
    this.#newestLeft = connection;
    this.#close(connection);
    if (connection === this.#successor) {
      this.#successor = undefined;
      return 'successor';
    }
    if (connection !== this.#draining) return 'feeding';
    this.#draining = undefined;
    return 'draining';
  }

  /** The successor is not wanted any more: it is ended from our side. */
  abandon(): void {
    if (this.#successor !== undefined) this.#close(this.#successor);
    this.#successor = undefined;
  }

  /** So much of the one that has taken over waits for the one before it, that it is not read until that has ended. */
  pauseFeeding(): void {
    if (this.#isFeedingPaused) return;
    this.#isFeedingPaused = true;
    this.#feeding?.pause();
  }

  /** It is read again, unless a slow consumer holds it. */
  resumeFeeding(): void {
    this.#isFeedingPaused = false;
    if (!this.isPaused) this.#feeding?.resume();
  }

  /** Whether a slow consumer holds them. */
  get isPaused(): boolean {
    return this.#pausedSince !== undefined;
  }

  /** For how long they were paused, in milliseconds. */
  get pausedMs(): number {
    return this.#pausedMs + (this.#pausedSince === undefined ? 0 : this.#clock.monotonic() - this.#pausedSince);
  }

  /** None is read any more. */
  pause(): void {
    this.#pausedSince = this.#clock.monotonic();
    for (const connection of this.#all) connection.pause();
  }

  /** The consumer caught up: {@link resume} follows. */
  endPause(): void {
    this.#pausedMs = this.pausedMs;
    this.#pausedSince = undefined;
  }

  /** All are read again. What waits may have them paused once more. */
  resume(): void {
    const paused = this.#isFeedingPaused ? this.#feeding : undefined;
    for (const connection of this.#all) if (connection !== paused) connection.resume();
  }

  /** Whether frames that were read wait for a slow consumer. */
  get areWaiting(): boolean {
    return this.isPaused && [...this.#all].some((connection) => connection.isWaiting);
  }

  /** All are ended from our side, but for what was read already. */
  seal(): void {
    for (const connection of this.#all) connection.seal();
  }

  /** The run is about to end: what was read is taken, whether there is room or not. */
  readRest(): void {
    for (const connection of this.#all) connection.readRest();
  }

  /** The run is over: all are ended from our side, and nothing more is heard of them. */
  closeAll(): void {
    this.endPause();
    for (const connection of this.#all) this.#close(connection);
  }

  /** Calls `onReleased` when no socket is left. */
  whenReleased(onReleased: () => void): void {
    if (this.#all.size === 0) onReleased();
    else this.#onReleased = onReleased;
  }

  #close(connection: Connection): void {
    connection.close(() => {
      this.#all.delete(connection);
      if (this.#all.size === 0) this.#onReleased?.();
    });
  }
}
