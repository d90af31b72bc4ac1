import { type Ordered, UseOrder } from '../internal/use-order.js';
import type { Key } from './key.js';

/** How far one key is. */
export interface Counter extends Ordered<Counter> {
  readonly key: Key;
  /** How many records are left out before the next one goes on. */
  left: number;
}

/** Counters by key, in the order in which they were asked for last. */
export class Counters {
  readonly #byKey = new Map<Key, Counter>();
  readonly #order = new UseOrder<Counter>();

  /** Keys. */
  get size(): number {
    return this.#byKey.size;
  }

  /** The counter of a key, which begins at 0; from now on it is the newest. */
  of(key: Key): Counter {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#order.renew(known);
      return known;
    }
    const counter = { key, left: 0, older: undefined, newer: undefined };
    this.#byKey.set(key, counter);
    this.#order.add(counter);
    return counter;
  }

  forgetOldest(): void {
    const { oldest } = this.#order;
    if (oldest === undefined) return;
    this.#order.remove(oldest);
    this.#byKey.delete(oldest.key);
  }
}
