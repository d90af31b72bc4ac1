import type { Message } from '../parse/message.js';
import type { Key } from './key.js';

/** What is known of one key. */
export interface Slot {
  readonly key: Key;
  /** When its present stretch began. */
  since: number;
  /** When it is due. It only ever becomes later. */
  dueAt: number;
  /** The newest record that is held back, if one is. */
  held: Message | undefined;
  /** The place of the held record among all that came. */
  order: number;
  /** By what it is sorted: never later than {@link dueAt}. */
  listedAt: number;
}

/**
 * Keys by the time at which they are due, the first of them first. A key that becomes due later stays where it is in the heap, and is
 * put to its place when its turn comes: a record of a known key moves nothing.
 */
export class Slots {
  readonly #byKey = new Map<Key, Slot>();
  readonly #heap: Slot[] = [];
  #held = 0;
  #bytes = 0;
  #orders = 0;

  /** Keys. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Records that are held. */
  get held(): number {
    return this.#held;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A time at which, or after which, the first is due. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.listedAt;
  }

  get(key: Key): Slot | undefined {
    return this.#byKey.get(key);
  }

  /** Adds a key that is not there. */
  add(key: Key, since: number, dueAt: number): Slot {
    const slot: Slot = { key, since, dueAt, held: undefined, order: 0, listedAt: dueAt };
    this.#byKey.set(key, slot);
    this.#heap.push(slot);
    this.#rise(this.#heap.length - 1);
    return slot;
  }

  /** Holds a copy of the record, in place of the one that is held. */
  hold(slot: Slot, message: Message): void {
    if (slot.held === undefined) this.#held += 1;
    else this.#bytes -= slot.held.byteLength;
    slot.held = message.detached(slot.held);
    slot.order = ++this.#orders;
    this.#bytes += slot.held.byteLength;
  }

  /** Takes the held record out. */
  release(slot: Slot): Message | undefined {
    const { held } = slot;
    if (held === undefined) return undefined;
    slot.held = undefined;
    this.#held -= 1;
    this.#bytes -= held.byteLength;
    return held;
  }

  /** The key that is due first. */
  first(): Slot | undefined {
    const heap = this.#heap;
    for (let slot = heap[0]; slot !== undefined; slot = heap[0]) {
      if (slot.listedAt === slot.dueAt) return slot;
      slot.listedAt = slot.dueAt;
      this.#sink();
    }
    return undefined;
  }

  /** Forgets the key that {@link first} gave. */
  forgetFirst(): void {
    const heap = this.#heap;
    const slot = heap[0] as Slot;
    const last = heap.pop() as Slot;
    this.#byKey.delete(slot.key);
    if (heap.length === 0) return;
    heap[0] = last;
    this.#sink();
  }

  /** Those that hold a record, in the order in which these came. */
  inOrder(): Slot[] {
    return this.#heap.filter(({ held }) => held !== undefined).sort((one, other) => one.order - other.order);
  }

  clear(): void {
    this.#byKey.clear();
    this.#heap.length = 0;
    this.#held = 0;
    this.#bytes = 0;
  }

  #rise(index: number): void {
    const heap = this.#heap;
    const slot = heap[index] as Slot;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Slot;
      if (above.listedAt <= slot.listedAt) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = slot;
  }

  /** Puts the top to its place. */
  #sink(): void {
    const heap = this.#heap;
    const slot = heap[0] as Slot;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && right.listedAt < left.listedAt) child += 1;
      const below = heap[child] as Slot;
      if (slot.listedAt <= below.listedAt) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = slot;
  }
}
