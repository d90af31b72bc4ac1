import type { TimerHandle } from '../internal/clock.js';
import type { Secrets } from '../internal/secrets.js';
import { Connection } from './connection.js';
import type { ConnectionHandler, FrameTaker } from './connection-handler.js';
import type { Endpoints } from './endpoints.js';
import type { Connecting } from './events.js';
import type { ResolvedWebSocketOptions } from './options.js';

/** What {@link Connections} are told about. */
export interface ConnectionsParts {
  readonly options: ResolvedWebSocketOptions;
  readonly endpoints: Endpoints;
  readonly secrets: Secrets;
  readonly handler: ConnectionHandler;
  readonly taker: FrameTaker;
  /** An attempt starts. Returns whether it is to be made, since a listener may have ended the run. */
  connecting(attempt: Connecting): boolean;
}

/**
 * The connections of a run that are not closed and released yet, one but in a rotation, and the wait for the next. While
 * a slow consumer holds them, a new one is held from the start.
 */
export class Connections implements Iterable<Connection> {
  /** Attempts to connect so far. */
  attempts = 0;
  readonly #parts: ConnectionsParts;
  readonly #live = new Set<Connection>();
  #newestLeft: Connection | undefined;
  #timer: TimerHandle;
  #heldSince: number | undefined;
  #heldMs = 0;
  #onReleased: (() => void) | undefined;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#live.values();
  }

  /** Makes an attempt; `undefined` when a listener has ended the run. */
  dial(refused: boolean): Connection | undefined {
    const { options, endpoints, secrets, handler, taker, connecting } = this.#parts;
    this.attempts += 1;
    const { attempts: attempt } = this;
    const endpoint = endpoints.current;
    options.logger.debug({ url: endpoint.shownUrl, attempt }, 'connecting');
    if (!connecting({ url: endpoint.shownUrl, attempt })) return undefined;
    const connection = new Connection(endpoint, { attempt, refused }, options, secrets, handler, taker);
    this.#live.add(connection);
    if (this.isHeld) connection.pause();
    return connection;
  }

  /** Calls `attempt` after a wait, unless {@link closeAll} comes before. */
  wait(delayMs: number, attempt: () => void): void {
    this.#timer = this.#parts.options.clock.setTimeout(attempt, delayMs);
  }

  /** Whether a slow consumer holds them. */
  get isHeld(): boolean {
    return this.#heldSince !== undefined;
  }

  /** For how long they were held, in milliseconds. */
  get heldMs(): number {
    return this.#heldMs + (this.#heldSince === undefined ? 0 : this.#monotonic() - this.#heldSince);
  }

  /** None is read any more. */
  hold(): void {
    this.#heldSince = this.#monotonic();
    for (const connection of this.#live) connection.pause();
  }

  /** The consumer caught up: {@link goOn} follows. */
  letGo(): void {
    this.#heldMs = this.heldMs;
    this.#heldSince = undefined;
  }

  /** All are read again, but for one that has to wait for another. What waits may have them held once more. */
  goOn(waiting: Connection | undefined): void {
    for (const connection of this.#live) if (connection !== waiting) connection.resume();
  }

  /** All are ended from our side, but for what was read already. */
  seal(): void {
    for (const connection of this.#live) connection.seal();
  }

  /** The run is about to end: what was read is taken, whether there is room or not. */
  takeRest(): void {
    for (const connection of this.#live) connection.takeRest();
  }

  /** Whether frames that were read wait for a slow consumer. */
  get areWaiting(): boolean {
    return this.isHeld && [...this.#live].some((connection) => connection.isWaiting);
  }

  /** Lets go of one that has ended. Its server has some time to end the TCP connection, but not when the next one ends, too. */
  left(connection: Connection): void {
    this.#newestLeft?.cut();
    this.#newestLeft = connection;
    this.close(connection);
  }

  /** Ends one from our side; nothing more is heard of it. */
  close(connection: Connection): void {
    connection.close(() => {
      this.#live.delete(connection);
      if (this.#live.size === 0) this.#onReleased?.();
    });
  }

  /** The run is over. */
  closeAll(): void {
    this.letGo();
    this.#parts.options.clock.clearTimeout(this.#timer);
    for (const connection of this.#live) this.close(connection);
  }

  /** Calls `onReleased` when no socket is left. */
  whenReleased(onReleased: () => void): void {
    if (this.#live.size === 0) onReleased();
    else this.#onReleased = onReleased;
  }

  #monotonic(): number {
    return this.#parts.options.clock.monotonic();
  }
}
