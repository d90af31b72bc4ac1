/**
 * The sum of something (bytes, records) over the items in a Readable's buffer. A Readable says how many items wait,
 * and hands them out in order: so it is the sum over the newest that many.
 */
export class BufferedSum {
  /** The amounts of the items that were buffered; those before `#head` were read already. */
  #amounts: number[] = [];
  #head = 0;
  #sum = 0;

  /** An item was pushed, and now `waiting` items are in the buffer. Returns the sum. */
  added(amount: number, waiting: number): number {
    this.#amounts.push(amount);
    this.#sum += amount;
    return this.of(waiting);
  }

  /** The sum over the `waiting` newest items. */
  of(waiting: number): number {
    const head = this.#amounts.length - waiting;
    while (this.#head < head) {
      this.#sum -= this.#amounts[this.#head] as number;
      this.#head += 1;
    }
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#amounts.length) {
      this.#amounts = this.#amounts.slice(this.#head);
      this.#head = 0;
    }
    return this.#sum;
  }
}

const COMPACT_AT = 1_024;
