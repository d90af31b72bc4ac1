import { UseOrder } from '../internal/use-order.js';
import type { WindowKey } from './facts.js';
import type { OpenWindow } from './open-window.js';

/** The windows that are open: by their time and key, in the order of their ends, and in the order of their use. */
export class OpenWindows {
  /** When the first of them is due; `Infinity` when none is, by its time. */
  firstDue = Number.POSITIVE_INFINITY;
  readonly #periods = new Map<number, Map<WindowKey, OpenWindow>>();
  #size = 0;
  readonly #order = new UseOrder<OpenWindow>();

  get size(): number {
    return this.#size;
  }

  /** The one that was not used for the longest time. */
  get leastUsed(): OpenWindow | undefined {
    return this.#order.oldest;
  }

  /** Counts as a use. */
  get(due: number, key: WindowKey): OpenWindow | undefined {
    const window = this.#periods.get(due)?.get(key);
    if (window !== undefined) this.#order.renew(window);
    return window;
  }

  add(window: OpenWindow): void {
    let period = this.#periods.get(window.due);
    if (period === undefined) {
      period = new Map();
      this.#periods.set(window.due, period);
      this.firstDue = Math.min(this.firstDue, window.due);
    }
    period.set(window.key, window);
    this.#order.add(window);
    this.#size += 1;
  }

  remove(window: OpenWindow): void {
    const period = this.#periods.get(window.due);
    if (period?.get(window.key) !== window) return;
    period.delete(window.key);
    this.#order.remove(window);
    this.#size -= 1;
    if (period.size > 0) return;
    this.#periods.delete(window.due);
    if (window.due !== this.firstDue) return;
    this.firstDue = Number.POSITIVE_INFINITY;
    for (const due of this.#periods.keys()) this.firstDue = Math.min(this.firstDue, due);
  }

  /** Those that are due by then, in the order of their ends, and of when they were opened; each is removed before it is given. */
  *takeDue(by: number): Generator<OpenWindow, void, undefined> {
    for (;;) {
      const period = this.firstDue > by ? undefined : this.#periods.get(this.firstDue);
      if (period === undefined) return;
      for (const window of period.values()) {
        this.remove(window);
        yield window;
      }
    }
  }
}
