import type { Clock } from '../../internal/clock.js';
import { IdleClock } from '../session/idle-clock.js';

/**
 * The time from the first close frame to the end of the TCP connection. A server that shows no sign of life for `quietMs` is cut
 * off, and one that goes on sending as if nothing had been said after a minute. While a slow consumer holds the socket
 * nobody can see what the server says, and no time runs.
 */
export class CloseTimer {
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #cut: () => void;
  /** From the first close frame on. */
  #quiet: IdleClock | undefined;
  #endsAt: number | undefined;
  #isHeld = false;
  #isLast = false;
  #isHurried = false;

  constructor(clock: Clock, quietMs: number, cut: () => void) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#cut = cut;
  }

  /** We have sent a close frame, and take what comes until it is answered. */
  begin(): void {
    this.#endsAt = this.#isHurried ? 0 : this.#clock.monotonic() + LONGEST_MS;
    this.#quiet ??= new IdleClock(this.#clock, this.#quietMs, this.#cut);
    if (!this.#isHeld) this.#quiet.start();
  }

  /** Nothing that comes counts any more: the server has sent its close frame, or nobody takes frames. No one holds the socket for that. */
  beginLast(): void {
    this.#isHeld = false;
    this.#isLast = true;
    this.begin();
  }

  /** What still comes is of no use: it is not waited for any longer than for a server that is quiet. */
  hurry(): void {
    this.#isHurried = true;
    this.#endsAt = 0;
  }

  /** A slow consumer holds the socket. */
  pause(): void {
    if (this.#isLast) return;
    this.#isHeld = true;
    this.#quiet?.stop();
  }

  /** The socket is read again. */
  resume(): void {
    this.#isHeld = false;
    if (this.#endsAt !== undefined && !this.#isLast) this.begin();
  }

  /** Data came. */
  fed(): void {
    if (this.#endsAt === undefined) return;
    const now = this.#clock.monotonic();
    if (now < this.#endsAt) this.#quiet?.touch(now);
  }

  /** The socket is gone. */
  over(): void {
    this.#quiet?.stop();
  }
}

const LONGEST_MS = 60_000;
