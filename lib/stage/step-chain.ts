import type { MakeStep, Step, StepOutlet } from './step.js';

/** Steps one after another, without streams. What one of them fails at does not keep those behind it from handing out what they have. */
export class StepChain<Item> {
  readonly #steps: Step<Item>[] = [];
  readonly #outlet: StepOutlet<Item>;
  readonly #first: StepOutlet<Item>;
  /** The last one of those that failed: it, and those before it, hand out nothing any more. */
  #failedAt = -1;
  /** The one that is handing out all that it has, since nothing further comes. */
  #endingAt: number | undefined;
  #onEnd: (() => void) | undefined;

  /** @param outlet where what comes out of the last one goes */
  constructor(makers: readonly MakeStep<Item, Item>[], outlet: StepOutlet<Item>) {
    this.#outlet = outlet;
    this.#first = this.#before(0);
    makers.forEach((make, index) => {
      this.#steps.push(make(this.#before(index + 1)));
    });
  }

  get filtered(): number {
    return this.#steps.reduce((sum, step) => sum + (step.filtered ?? 0), 0);
  }

  get skipped(): number {
    return this.#steps.reduce((sum, step) => sum + (step.skipped ?? 0), 0);
  }

  /** Whether one of them is full. */
  get isFull(): boolean {
    return this.#steps.some((step) => step.isFull);
  }

  take(item: Item): void {
    this.#first.push(item);
  }

  /** Has each hand out all that it has, one after another, from behind those that failed, and calls back when all is out. */
  end(done: () => void): void {
    this.#onEnd = done;
    this.#endFrom(0);
  }

  close(): void {
    for (const step of this.#steps) step.close?.();
  }

  #endFrom(index: number): void {
    const at = Math.max(index, this.#failedAt + 1);
    this.#endingAt = at;
    const step = this.#steps[at];
    if (step === undefined) {
      const done = this.#onEnd;
      this.#onEnd = undefined;
      done?.();
    } else {
      step.end(() => {
        if (this.#endingAt === at) this.#endFrom(at + 1);
      });
    }
  }

  #fail(index: number, error: Error): void {
    // That was about a record before this one.
    if (index <= this.#failedAt) return;
    this.#failedAt = index;
    this.#outlet.fail(error);
    // It will not call back any more.
    if (this.#endingAt !== undefined && this.#endingAt <= index) this.#endFrom(index + 1);
  }

  #give(index: number, item: Item): void {
    const step = this.#steps[index];
    if (step === undefined) this.#outlet.push(item);
    else step.take(item);
  }

  /** What the step before this one hands out to. */
  #before(index: number): StepOutlet<Item> {
    const { stream } = this.#outlet;
    const fail = (error: Error): void => this.#fail(index - 1, error);
    const push = (item: Item): void => {
      if (this.#failedAt >= 0 && this.#failedAt >= index - 1) return;
      try {
        this.#give(index, item);
      } catch (error) {
        this.#fail(index, error as Error);
      }
    };
    const room = (): void => {
      if (!this.isFull) this.#outlet.room();
    };
    return { stream, push, fail, room };
  }
}
