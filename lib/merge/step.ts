import type { ResolvedMergeOptions } from './options.js';

/** What a merge counts of one of its inputs. */
export interface MergeInputStats {
  /** Items that went on. */
  readonly items: number;
  /** Of these, those that were earlier than one that went on before. */
  readonly late: number;
  /** Items that wait. */
  readonly buffered: number;
}

/** Items of many inputs in, and out in the order of their times: the merge without its streams and its timer. */
export class MergeStep {
  readonly #inputs: readonly Input[];
  readonly #options: Pick<ResolvedMergeOptions, 'maxItems' | 'maxSkewMs' | 'clock'>;
  /** The latest time that went on. */
  #last = Number.NEGATIVE_INFINITY;

  constructor(inputs: number, options: Pick<ResolvedMergeOptions, 'maxItems' | 'maxSkewMs' | 'clock'>) {
    this.#inputs = Array.from({ length: inputs }, () => new Input());
    this.#options = options;
  }

  get inputs(): readonly MergeInputStats[] {
    return this.#inputs.map(({ items, late, buffered }) => ({ items, late, buffered }));
  }

  /** Whether every input has ended, and nothing waits. */
  get isOver(): boolean {
    return this.#inputs.every((input) => input.isEnded && input.head === undefined);
  }

  /** Whether an item of that input may be added. */
  hasRoom(input: number): boolean {
    return this.#at(input).buffered < this.#options.maxItems;
  }

  /** @param time `undefined`: it has none, and goes on right behind the item before it */
  add(input: number, item: unknown, time: number | undefined): void {
    this.#at(input).add(item, time, this.#options.clock.monotonic());
  }

  /** Nothing more comes from that input. */
  end(input: number): void {
    this.#at(input).isEnded = true;
  }

  /** Takes the item that goes on now, and says which input it is of; `undefined` while one is waited for. */
  next(): { readonly item: unknown; readonly input: number } | undefined {
    const { first, dueAt } = this.#look();
    if (first === undefined || (dueAt !== undefined && dueAt > this.#options.clock.monotonic())) return undefined;
    const { item, time, isTimed } = first.shift();
    if (isTimed && time < this.#last) first.late += 1;
    this.#last = Math.max(this.#last, time);
    return { item, input: this.#inputs.indexOf(first) };
  }

  /** In how many milliseconds there will be a {@link next} one, whoever is silent; `undefined` when nothing waits. */
  get dueInMs(): number | undefined {
    const { first, dueAt } = this.#look();
    if (first === undefined) return undefined;
    return dueAt === undefined ? 0 : Math.max(0, dueAt - this.#options.clock.monotonic());
  }

  /** The input whose head is the earliest, and until when that waits for those that are silent. */
  #look(): { readonly first: Input | undefined; readonly dueAt: number | undefined } {
    let first: Input | undefined;
    let isWaiting = false;
    let oldest = Number.POSITIVE_INFINITY;
    for (const input of this.#inputs) {
      const { head } = input;
      if (head === undefined) {
        if (!input.isEnded) isWaiting = true;
        continue;
      }
      if (first === undefined || head.time < first.head!.time) first = input;
      // Whatever its time is: nobody is held for longer.
      oldest = Math.min(oldest, head.addedAt);
    }
    // Nothing that is still to come can be in order before an item that is no later than the last one.
    const mayGo = !isWaiting || first === undefined || first.head!.time <= this.#last || this.#isFull();
    return { first, dueAt: mayGo ? undefined : oldest + this.#options.maxSkewMs };
  }

  /** Whether some input has to be held: it shall not be for another that is silent. */
  #isFull(): boolean {
    return this.#inputs.some(({ buffered }) => buffered >= this.#options.maxItems);
  }

  #at(input: number): Input {
    return this.#inputs[input] as Input;
  }
}

interface Waiting {
  readonly item: unknown;
  readonly time: number;
  /** Whether the time is its own. */
  readonly isTimed: boolean;
  readonly addedAt: number;
}

/** What waits of one input. */
class Input {
  isEnded = false;
  items = 0;
  late = 0;
  #waiting: (Waiting | undefined)[] = [];
  /** Where in it the first one is. */
  #start = 0;
  #lastTime = Number.NEGATIVE_INFINITY;

  get buffered(): number {
    return this.#waiting.length - this.#start;
  }

  get head(): Waiting | undefined {
    return this.#waiting[this.#start];
  }

  add(item: unknown, time: number | undefined, addedAt: number): void {
    if (time !== undefined) this.#lastTime = time;
    this.#waiting.push({ item, time: this.#lastTime, isTimed: time !== undefined, addedAt });
  }

  shift(): Waiting {
    const head = this.head as Waiting;
    this.#waiting[this.#start] = undefined;
    this.#start += 1;
    this.items += 1;
    if (this.#start * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#start);
      this.#start = 0;
    }
    return head;
  }
}
