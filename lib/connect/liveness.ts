import type { Watchdog } from '../errors.js';
import { IdleClock } from './idle-clock.js';
import type { ResolvedWebSocketOptions } from './options.js';
import { Probe } from './probe.js';

/** What a connection does for its {@link Liveness}. */
export interface LivenessActions {
  /** Sends a WebSocket ping. `isHeld`: nobody reads the socket now. */
  ping(isHeld: boolean): void;
  /** Sends the heartbeat's message. */
  beat(): void;
  /** The connection has shown no sign of life for so long. */
  silent(watchdog: Watchdog, ms: number): void;
}

/**
 * The clocks of one connection: pings and their pongs, heartbeats and their answers, and how old the newest data is. All
 * of them begin in {@link start} and end in {@link stop}. While a slow consumer holds the socket, what comes cannot be
 * seen: so pings go out, and nothing is declared dead. Afterwards every clock begins anew.
 */
export class Liveness {
  readonly #clock: ResolvedWebSocketOptions['clock'];
  readonly #pings: Probe;
  readonly #beats: Probe;
  readonly #data: IdleClock;
  #isHeld = false;

  constructor(options: ResolvedWebSocketOptions, actions: LivenessActions) {
    const { clock, pingIntervalMs, pongTimeoutMs, heartbeat, staleTimeoutMs } = options;
    const silent = (watchdog: Watchdog, ms: number | undefined): void => actions.silent(watchdog, ms ?? 0);
    this.#clock = clock;
    this.#pings = new Probe({
      clock,
      intervalMs: pingIntervalMs,
      timeoutMs: pongTimeoutMs,
      ask: () => actions.ping(this.#isHeld),
      onSilence: () => silent('pong_timeout', pongTimeoutMs),
    });
    const beatTimeoutMs = heartbeat?.expect === undefined ? undefined : (heartbeat.timeoutMs ?? heartbeat.intervalMs);
    this.#beats = new Probe({
      clock,
      intervalMs: heartbeat?.intervalMs,
      timeoutMs: beatTimeoutMs,
      ask: () => actions.beat(),
      onSilence: () => silent('heartbeat', beatTimeoutMs),
    });
    this.#data = new IdleClock(clock, staleTimeoutMs, () => silent('stale_timeout', staleTimeoutMs));
  }

  start(): void {
    this.#pings.start();
    this.#beats.start();
    if (!this.#isHeld) this.#data.start();
  }

  /** A slow consumer holds the socket. */
  hold(): void {
    this.#isHeld = true;
    this.#pings.hold();
    this.#beats.hold();
    this.#data.stop();
  }

  /** The socket is read again. */
  goOn(): void {
    this.#isHeld = false;
    this.#pings.goOn();
    this.#beats.goOn();
    this.#data.start();
  }

  /** A pong came. */
  ponged(): void {
    this.#pings.answered();
  }

  /** Whether a heartbeat still has to be answered. */
  get isBeatOwed(): boolean {
    return this.#beats.isOwed;
  }

  /** The answer to a heartbeat came. */
  beaten(): void {
    this.#beats.answered();
  }

  /** Data came. */
  fed(): void {
    this.#data.touch(this.#clock.monotonic());
  }

  stop(): void {
    this.#pings.stop();
    this.#beats.stop();
    this.#data.stop();
  }
}
