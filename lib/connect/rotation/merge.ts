import type { Origin } from '../intake/frame-handler.js';
import { contentKey, DuplicateFinder, type Sighting } from './duplicate-finder.js';

/** A frame of the new connection that waits until the old one has brought all it has. */
export interface WithheldFrame {
  readonly data: Buffer;
  readonly isBinary: boolean;
  readonly receivedAt: number;
  /** Whether it is a message that is no data, and is kept all the same. */
  readonly isControl: boolean;
  /** The new connection. */
  readonly origin: Origin;
}

/** How a {@link Merge} is done. */
export interface MergeOptions {
  /** The most bytes that are kept of either connection. */
  readonly maxBytes: number;
  /** Whether what both have brought is left out. Otherwise they are put in order alone. */
  readonly leavesOut: boolean;
  /** For how long the sockets were read, in milliseconds from some moment on. */
  readonly readMs: () => number;
}

/**
 * The stretch in which two connections bring the same feed. What the old one brings goes on at once and is remembered; what
 * the new one brings waits until the old one has ended, and is then left out where the old one has brought it ({@link DuplicateFinder}).
 * So each frame is emitted once, and in order. It is over when the new one has brought again what it is to bring, and a minute
 * after the old one's end in any case. What is kept is bounded.
 */
export class Merge {
  /** Frames of the new connection that the old one had brought, and that are left out. */
  duplicates = 0;
  readonly #successor: Origin;
  readonly #options: MergeOptions;
  readonly #finder: DuplicateFinder;
  #withheld: (WithheldFrame & Sighting)[] = [];
  /** What the new connection has brought. */
  readonly #heldKeys = new Set<string>();
  #withheldBytes = 0;
  #isHolding = true;
  #isConfirmed = false;
  #hasGoneOn = false;
  #caughtUp = 0;
  #endsAt = Number.POSITIVE_INFINITY;

  constructor(successor: Origin, options: MergeOptions) {
    this.#successor = successor;
    this.#options = options;
    this.#finder = new DuplicateFinder(Math.ceil(options.maxBytes / ENTRY_BYTES));
  }

  /** What waits. */
  get withheld(): { readonly frames: number; readonly bytes: number } {
    return { frames: this.#withheld.length, bytes: this.#withheldBytes };
  }

  /** Whether more waits than may. */
  get isOverfull(): boolean {
    return this.#withheldBytes + this.#withheld.length * ENTRY_BYTES > this.#options.maxBytes;
  }

  /** Whether the old connection has not ended yet. */
  get isWithholding(): boolean {
    return this.#isHolding;
  }

  /** Whether the two connections have nothing in common any more. */
  get isOver(): boolean {
    if (this.#isHolding) return false;
    const { isEmpty, isNewestMet, owed } = this.#finder;
    return isEmpty || (isNewestMet && owed === 0) || this.#options.readMs() > this.#endsAt;
  }

  /** Whether the new connection has brought something that the old one had: nothing is missing between them. */
  get hasMet(): boolean {
    return this.#finder.hasMet;
  }

  /** Whether the old connection brought data after the new one was confirmed. */
  get hasGoneOn(): boolean {
    return this.#hasGoneOn;
  }

  /** Whether both bring the same by now: the old connection is not needed any more. */
  get hasCaughtUp(): boolean {
    return this.#caughtUp >= ENOUGH_CAUGHT_UP;
  }

  /** Whether so much came that not all of it could be compared. */
  get isIncomplete(): boolean {
    return this.#finder.isIncomplete;
  }

  /** The new connection is confirmed. */
  confirm(): void {
    this.#isConfirmed = true;
    this.#finder.confirm(this.#withheld);
  }

  /** Whether the frame is not to be emitted now: it waits, or was emitted before. */
  consumes(data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin): boolean {
    const key = contentKey(data);
    if (origin !== this.#successor) {
      if (this.#isHolding) this.#brings({ key, receivedAt });
      return false;
    }
    if (this.#isHolding) {
      this.#heldKeys.add(key);
      if (this.#finder.isSince(key)) this.#caughtUp += 1;
      this.#withhold({ data, isBinary, receivedAt, isControl: false, origin, key });
      return true;
    }
    return this.#isKnown(this.#finder.isKnown({ key, receivedAt }));
  }

  /** Whether a message that is no data waits. */
  consumesControl(data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin): boolean {
    if (origin !== this.#successor || !this.#isHolding) return false;
    this.#withhold({ data, isBinary, receivedAt, isControl: true, origin, key: NO_DATA });
    return true;
  }

  /** The old connection has ended: what waited, without what it had brought. */
  release(): WithheldFrame[] {
    if (!this.#isHolding) return [];
    this.#isHolding = false;
    const withheld = this.#withheld;
    const known = this.#finder.settle(withheld);
    this.#withheld = [];
    this.#withheldBytes = 0;
    this.#heldKeys.clear();
    this.#endsAt = this.#options.readMs() + (this.#finder.owed === 0 ? GRACE_MS : OVERLAP_MS);
    return withheld.filter((_frame, index) => !this.#isKnown(known[index] === true));
  }

  #withhold(frame: WithheldFrame & Sighting): void {
    this.#withheld.push(frame);
    this.#withheldBytes += frame.data.length;
  }

  #brings(frame: Sighting): void {
    const isNew = this.#finder.add(frame);
    if (!this.#isConfirmed) return;
    this.#hasGoneOn = true;
    if (isNew && this.#heldKeys.has(frame.key)) this.#caughtUp += 1;
  }

  /** Counts one that came before. Returns whether it is left out. */
  #isKnown(isKnown: boolean): boolean {
    if (!isKnown) return false;
    if (this.#finder.isNewestMet) this.#endsAt = Math.min(this.#endsAt, this.#options.readMs() + GRACE_MS);
    if (!this.#options.leavesOut) return false;
    this.duplicates += 1;
    return true;
  }
}

/** Longer than the key of any content: a message that is no data is like no other. */
const NO_DATA = 'a message that is no data is like no other one';
/** So many frames that both have are no chance. */
const ENOUGH_CAUGHT_UP = 10;
/** What an entry takes besides its payload, about: a few objects, a key and its place in a map. */
const ENTRY_BYTES = 200;
/** A new connection that is this far behind the old one brings what the old one had as if it were new. */
const OVERLAP_MS = 60_000;
/** For so long one that is not known to be behind may bring what the old one had. */
const GRACE_MS = 2_000;
