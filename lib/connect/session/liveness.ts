import type { Silence } from '../connection/end-cause.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import { IdleClock } from './idle-clock.js';
import { Probe } from './probe.js';

/** Whom a {@link Liveness} tells. */
export interface LivenessHandler {
  /** It is time for a WebSocket ping. `isHeld`: nobody reads the socket now. */
  onPing(isHeld: boolean): void;
  /** It is time for a heartbeat. */
  onBeat(): void;
  /** The connection has shown no sign of life for so long. */
  onSilence(silence: Silence): void;
}

/**
 * The clocks of one connection: pings and their pongs, heartbeats and their answers, and how old the newest data is. All
 * of them begin in {@link start} and end in {@link stop}. While a slow consumer holds the socket, what comes cannot be
 * seen: so pings go out, and nothing is declared dead. Afterwards every clock begins anew.
 */
export class Liveness {
  readonly #clock: ResolvedWebSocketOptions['clock'];
  /** Those that the options ask for. */
  readonly #pings: Probe | undefined;
  readonly #beats: Probe | undefined;
  readonly #data: IdleClock | undefined;
  #isHeld = false;

  constructor(options: ResolvedWebSocketOptions, handler: LivenessHandler) {
    const { clock, pingIntervalMs, pongTimeoutMs, heartbeat, staleTimeoutMs } = options;
    const silent = (name: Silence['name'], ms = 0): void => handler.onSilence({ name, ms });
    this.#clock = clock;
    if (pingIntervalMs !== undefined) {
      this.#pings = new Probe({
        clock,
        intervalMs: pingIntervalMs,
        timeoutMs: pongTimeoutMs,
        ask: () => handler.onPing(this.#isHeld),
        onSilence: () => silent('pong_timeout', pongTimeoutMs),
      });
    }
    if (heartbeat !== undefined) {
      const timeoutMs = heartbeat.expect === undefined ? undefined : (heartbeat.timeoutMs ?? heartbeat.intervalMs);
      this.#beats = new Probe({
        clock,
        intervalMs: heartbeat.intervalMs,
        timeoutMs,
        ask: () => handler.onBeat(),
        onSilence: () => silent('heartbeat', timeoutMs),
      });
    }
    if (staleTimeoutMs !== undefined) {
      this.#data = new IdleClock(clock, staleTimeoutMs, () => silent('stale_timeout', staleTimeoutMs));
    }
  }

  start(): void {
    this.#pings?.start();
    this.#beats?.start();
    if (!this.#isHeld) this.#data?.start();
  }

  /** A slow consumer holds the socket. */
  pause(): void {
    this.#isHeld = true;
    this.#pings?.pause();
    this.#beats?.pause();
    this.#data?.stop();
  }

  /** The socket is read again. */
  resume(): void {
    this.#isHeld = false;
    this.#pings?.resume();
    this.#beats?.resume();
    this.#data?.start();
  }

  /** A pong came. */
  ponged(): void {
    this.#pings?.answered();
  }

  /** Whether a heartbeat still has to be answered. */
  get isBeatOwed(): boolean {
    return this.#beats?.isOwed === true;
  }

  /** The answer to a heartbeat came. */
  beaten(): void {
    this.#beats?.answered();
  }

  /** Data came. */
  fed(): void {
    if (this.#data !== undefined) this.#data.touch(this.#clock.monotonic());
  }

  stop(): void {
    this.#pings?.stop();
    this.#beats?.stop();
    this.#data?.stop();
  }
}
