/** What a {@link UseOrder} orders: its neighbours are kept in it. */
export interface Ordered<N> {
  older: N | undefined;
  newer: N | undefined;
}

/**
 * Things in the order in which they were added, or renewed. A Map alone would be slow where they come and go: to give its first key it
 * walks over all that were deleted before it.
 */
export class UseOrder<N extends Ordered<N>> {
  #oldest: N | undefined;
  #newest: N | undefined;

  /** The one that was added, or renewed, longest ago. */
  get oldest(): N | undefined {
    return this.#oldest;
  }

  /** The one that was added, or renewed, last. */
  get newest(): N | undefined {
    return this.#newest;
  }

  /** Adds one that is not in it. */
  add(one: N): void {
    one.older = this.#newest;
    one.newer = undefined;
    if (this.#newest === undefined) this.#oldest = one;
    else this.#newest.newer = one;
    this.#newest = one;
  }

  /** Takes one out that is in it. */
  remove(one: N): void {
    const { older, newer } = one;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    one.older = undefined;
    one.newer = undefined;
  }

  /** Makes one that is in it the newest. */
  renew(one: N): void {
    if (one === this.#newest) return;
    this.remove(one);
    this.add(one);
  }
}
