import type { PartFile } from './part-file.js';

/** The parts that pages go to, by their keys. What was used last is the last one; of many, not all are open. */
export class PartTable {
  readonly #parts = new Map<string, PartFile>();
  /** Those of them that are open, in the same order. */
  readonly #open = new Set<PartFile>();
  readonly #most: number;
  #until = Number.POSITIVE_INFINITY;

  /** @param most how many there may be at once */
  constructor(most = MOST_PARTS) {
    this.#most = most;
  }

  /** When the time of the first part is over, at the earliest. */
  get until(): number {
    return this.#until;
  }

  /** All of them. */
  get all(): readonly PartFile[] {
    return [...this.#parts.values()];
  }

  /** The part with this key, which is used now. */
  get(key: string): PartFile | undefined {
    const part = this.#parts.get(key);
    if (part === undefined || this.#parts.size === 1) return part;
    this.#parts.delete(key);
    this.#parts.set(key, part);
    return part;
  }

  /** The part that was not used for the longest time, when there may be no further one beside it. */
  get surplus(): PartFile | undefined {
    return this.#parts.size < this.#most ? undefined : this.#parts.values().next().value;
  }

  add(part: PartFile): void {
    this.#parts.set(part.place.key, part);
    this.#until = Math.min(this.#until, part.place.slot.until);
  }

  remove(part: PartFile): void {
    this.#parts.delete(part.place.key);
  }

  /** Takes out the parts whose time was over by then. */
  takeOver(time: number): readonly PartFile[] {
    if (time < this.#until) return NONE;
    const over = this.all.filter(({ place }) => place.slot.until <= time);
    for (const part of over) this.remove(part);
    this.#until = Math.min(...this.all.map(({ place }) => place.slot.until));
    return over;
  }

  /** A part is open, and used now. Closes the one that was not used for the longest time when there are too many. */
  async opened(part: PartFile): Promise<void> {
    this.#open.delete(part);
    this.#open.add(part);
    const [oldest] = this.#open;
    if (this.#open.size > MOST_OPEN && oldest !== undefined) await this.close(oldest);
  }

  async close(part: PartFile): Promise<void> {
    this.#open.delete(part);
    await part.close();
  }
}

const NONE: readonly PartFile[] = [];
/** How many are open at once, and how many there may be. */
const MOST_OPEN = 256;
const MOST_PARTS = 4_096;
