import type { Moment } from '../../frame/gap.js';
import type { Origin } from '../intake/frame-handler.js';

/** A frame that waits. */
export interface HeldFrame {
  readonly data: Buffer;
  readonly isBinary: boolean;
  /** When it came. */
  readonly arrival: Moment;
  /** In epoch milliseconds: of one that waited in a rotation it is earlier. */
  readonly receivedAt: number;
  readonly origin: Origin;
  /** Whether it is a message that is no data, and is kept all the same. */
  readonly isControl: boolean;
}

/** Frames that wait in the order in which they came, and what is to be done between them. */
export class HeldFrames {
  #items: (HeldFrame | (() => void) | undefined)[] = [];
  #head = 0;
  #frames = 0;
  #bytes = 0;

  get frames(): number {
    return this.#frames;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The bytes are copied: they are a part of a chunk that is not to be kept for them. */
  push(frame: HeldFrame): void {
    this.#frames += 1;
    this.#bytes += frame.data.length + ENTRY_BYTES;
    // Of one that could not be inflated it is known why, by these very bytes.
    const isKnown = frame.origin.inflater?.failureOf(frame.data) !== undefined;
    this.#items.push(isKnown ? frame : { ...frame, data: Buffer.from(frame.data) });
  }

  /** Something to be done when all before it is out. */
  defer(act: () => void): void {
    this.#items.push(act);
  }

  shift(): HeldFrame | (() => void) | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (typeof item === 'object') {
      this.#frames -= 1;
      this.#bytes -= item.data.length + ENTRY_BYTES;
    }
    if (this.#head === this.#items.length) this.clear();
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#frames = 0;
    this.#bytes = 0;
  }
}

/** What a frame takes besides its payload, about. */
const ENTRY_BYTES = 200;
