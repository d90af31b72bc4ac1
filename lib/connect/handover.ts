import type { Clock } from '../internal/clock.js';
import type { Connection } from './connection.js';

/** A frame of the new connection that waits until the old one has brought all it has. */
export interface HeldFrame {
  readonly data: Buffer;
  readonly isBinary: boolean;
  readonly receivedAt: number;
}

/**
 * The stretch in which two connections bring the same feed. What the old one brings goes on at once and is remembered; what
 * the new one brings waits until the old one has ended, and is then left out as often as the old one has brought it. So each
 * frame is emitted once, and in order. It is over when the old one's newest frame has come again, and after a minute in any
 * case. What is kept is bounded.
 */
export class Handover {
  /** Frames of the new connection that the old one had brought. */
  duplicates = 0;
  /** The new connection. */
  readonly successor: Connection;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #compares: boolean;
  /** How often the old connection brought which bytes. */
  readonly #seen = new Map<string, number>();
  #seenBytes = 0;
  #newest: string | undefined;
  #held: HeldFrame[] = [];
  #heldBytes = 0;
  #isHolding = true;
  #hasMet = false;
  #endsAt = Number.POSITIVE_INFINITY;

  /**
   * @param compares whether frames of both are to be found here; otherwise it only keeps them in order
   */
  constructor(clock: Clock, successor: Connection, maxBytes: number, compares: boolean) {
    this.#compares = compares;
    this.#clock = clock;
    this.successor = successor;
    this.#maxBytes = maxBytes;
  }

  /** What waits. */
  get held(): { readonly frames: number; readonly bytes: number } {
    return { frames: this.#held.length, bytes: this.#heldBytes };
  }

  /** Whether more waits than may. */
  get isOverfull(): boolean {
    return this.#heldBytes + this.#held.length * ENTRY_BYTES > this.#maxBytes;
  }

  /** Whether the two connections have nothing in common any more. */
  get isOver(): boolean {
    return !this.#isHolding && (this.#newest === undefined || this.#clock.monotonic() > this.#endsAt);
  }

  /** Whether the newest frame of the old connection came over the new one, too: nothing is missing between them. */
  get hasMet(): boolean {
    return this.#hasMet;
  }

  /** Whether the frame is not to be emitted now: it waits, or was emitted before. */
  takes(data: Buffer, isBinary: boolean, receivedAt: number, connection: Connection): boolean {
    if (connection !== this.successor) {
      if (this.#isHolding && this.#compares) this.#remember(data);
      return false;
    }
    if (!this.#isHolding) return this.#isKnown(data);
    this.#held.push({ data, isBinary, receivedAt });
    this.#heldBytes += data.length;
    return true;
  }

  /** The old connection has ended: what waited, without what it had brought. */
  release(): HeldFrame[] {
    this.#isHolding = false;
    this.#endsAt = this.#clock.monotonic() + OVERLAP_MS;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held.filter(({ data }) => !this.#isKnown(data));
  }

  #remember(data: Buffer): void {
    const text = data.toString('latin1');
    this.#seen.set(text, (this.#seen.get(text) ?? 0) + 1);
    this.#seenBytes += text.length;
    this.#newest = text;
    while (this.#seenBytes + this.#seen.size * ENTRY_BYTES > this.#maxBytes) {
      const [oldest = '', count = 0] = this.#seen.entries().next().value ?? [];
      this.#seen.delete(oldest);
      this.#seenBytes -= oldest.length * count;
    }
  }

  #isKnown(data: Buffer): boolean {
    if (this.#newest === undefined) return false;
    const text = data.toString('latin1');
    const count = this.#seen.get(text);
    if (count === undefined) return false;
    if (count === 1) this.#seen.delete(text);
    else this.#seen.set(text, count - 1);
    if (count === 1 && text === this.#newest) {
      this.#newest = undefined;
      this.#hasMet = true;
    }
    this.duplicates += 1;
    return true;
  }
}

/** What an entry takes besides its payload, about: an object, or a string with its place in the map. */
const ENTRY_BYTES = 100;
/** A new connection that is this far behind the old one brings what the old one had as if it were new. */
const OVERLAP_MS = 60_000;
