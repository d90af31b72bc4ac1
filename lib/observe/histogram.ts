/** How values are spread: how many came up to each bound, all in all, and their sum. */
export class Histogram {
  readonly bounds: readonly number[];
  /** How many are no larger than each bound, and larger than the one before; the last one is of those above all. */
  readonly counts: number[];
  sum = 0;
  count = 0;
  /** The one that came last. */
  newest: number | undefined;

  /** @param bounds in ascending order */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.bounds.length && value > (this.bounds[index] as number)) index += 1;
    this.counts[index] = (this.counts[index] as number) + 1;
    this.count += 1;
    this.sum += value;
    this.newest = value;
  }

  /** The bound below which so large a part of them is, such as 0.99; `undefined` before the first, and where it is above all bounds. */
  quantile(part: number): number | undefined {
    let below = 0;
    for (const [index, bound] of this.bounds.entries()) {
      below += this.counts[index] as number;
      if (below > 0 && below >= part * this.count) return bound;
    }
    return undefined;
  }
}
