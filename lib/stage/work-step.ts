import { isPromise } from '../internal/given-function.js';
import { type CallLimit, Calls } from './calls.js';
import type { Refusals } from './refusals.js';
import type { Step, StepOutlet } from './step.js';
import { type WorkCall, type WorkContext, workCall } from './work-context.js';

/** What a {@link WorkStep} does to each item, and how. */
export interface Work<Item> {
  /** The user's function, with what it gives made fit to go on; `undefined` leaves the item out. */
  do(item: Item, context: WorkContext): Item | undefined | PromiseLike<Item | undefined>;
  /** Whether an item goes on as it is, at its place between the others, whatever the order of those. @throws when it is none. */
  isExempt(item: Item): boolean;
  /** The function failed for this item. @throws what the run is to end with */
  refuse(item: Item, error: unknown): void;
  /** What has become of those that were refused, where that is counted. */
  readonly refusals?: Refusals;
  /** What has come of an item goes on. Returns how many records were left out of it. */
  leftOut(item: Item, result: Item | undefined): number;
  /** How many items are in work at once. */
  readonly concurrency: number;
  /** Whether what comes out has the order of what came in. */
  readonly ordered: boolean;
  /** How long the function may take for an item. @default for ever */
  readonly limit?: CallLimit | undefined;
}

/**
 * A function over items, some at once. An item waits for its turn when too many are in work, and what is done for those before
 * it when the order is kept; both count as in work, so that there are never more than `concurrency`, and what comes in one read
 * of the socket.
 */
export class WorkStep<Item> implements Step<Item> {
  readonly #work: Work<Item>;
  readonly #outlet: StepOutlet<Item>;
  readonly #slots: Slot<Item>[] = [];
  readonly #calls: Calls<Slot<Item>>;
  /** Of all calls, unless each has an end of its own. */
  readonly #call: WorkCall = workCall();
  #filtered = 0;
  #onEnd: (() => void) | undefined;
  #isOver = false;

  constructor(outlet: StepOutlet<Item>, work: Work<Item>) {
    this.#outlet = outlet;
    this.#work = work;
    this.#calls = new Calls(work.limit, (late) => this.#late(late));
  }

  get filtered(): number {
    return this.#filtered;
  }

  get skipped(): number {
    return this.#work.refusals?.count ?? 0;
  }

  get isFull(): boolean {
    return this.#slots.length >= this.#work.concurrency || this.#work.refusals?.isFull === true;
  }

  get isAtWork(): boolean {
    return this.#slots.length > 0;
  }

  take(item: Item): void {
    if (this.#isOver) return;
    const isExempt = this.#work.isExempt(item);
    const slot: Slot<Item> = {
      ...{ item, isExempt, state: isExempt ? DONE : WAITING, result: item, failure: undefined, call: this.#call },
    };
    if (!isExempt && this.#calls.count < this.#work.concurrency) this.#start(slot);
    try {
      if (this.#slots.length === 0 && slot.state === DONE) {
        this.#emit(slot);
      } else {
        this.#slots.push(slot);
        this.#handOut();
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  end(done: () => void): void {
    this.#onEnd = done;
    this.#endIfEmpty();
  }

  close(): void {
    this.#isOver = true;
    this.#calls.close();
    for (const { call } of this.#slots.splice(0)) call.abort();
    this.#call.abort();
  }

  #start(slot: Slot<Item>): void {
    slot.state = RUNNING;
    if (this.#work.limit !== undefined) slot.call = workCall();
    let result: ReturnType<Work<Item>['do']>;
    try {
      result = this.#work.do(slot.item, slot.call.context);
    } catch (error) {
      fail(slot, error);
      return;
    }
    if (!isPromise(result)) {
      finish(slot, result);
      return;
    }
    this.#calls.begin(slot);
    result.then(
      (value) => {
        if (!this.#calls.settle(slot)) return;
        finish(slot, value);
        this.#goOn();
      },
      (error: unknown) => {
        if (!this.#calls.settle(slot)) return;
        fail(slot, error);
        this.#goOn();
      },
    );
  }

  /** Nobody waits for these any more. */
  #late(slots: readonly Slot<Item>[]): void {
    const errors = slots.map((slot) => {
      const error = this.#work.limit!.late();
      fail(slot, error);
      return error;
    });
    for (const [index, { call }] of slots.entries()) call.abort(errors[index]!.cause);
    this.#goOn();
  }

  /** Some of what is in work has an outcome. */
  #goOn(): void {
    if (this.#isOver) return;
    try {
      this.#handOut();
      if (this.#slots.length > 0) this.#startWaiting();
    } catch (error) {
      this.close();
      this.#outlet.fail(error as Error);
      return;
    }
    this.#endIfEmpty();
    if (!this.isFull) this.#outlet.room();
  }

  #endIfEmpty(): void {
    const done = this.#onEnd;
    if (this.#slots.length > 0 || done === undefined) return;
    this.#onEnd = undefined;
    this.#calls.close();
    done();
  }

  #startWaiting(): void {
    for (const slot of this.#slots) {
      if (this.#calls.count >= this.#work.concurrency) return;
      if (slot.state === WAITING) this.#start(slot);
    }
    this.#handOut();
  }

  /** What is done goes out: in order the first ones; else all before the next that is exempt, which nothing overtakes. */
  #handOut(): void {
    let index = 0;
    for (let slot = this.#slots[0]; slot !== undefined; slot = this.#slots[index]) {
      if (slot.state === DONE && (index === 0 || !slot.isExempt)) {
        if (index === 0) this.#slots.shift();
        else this.#slots.splice(index, 1);
        this.#emit(slot);
      } else if (this.#work.ordered || slot.isExempt) {
        return;
      } else {
        index += 1;
      }
    }
  }

  #emit({ item, result, failure }: Slot<Item>): void {
    if (failure !== undefined) {
      this.#work.refuse(item, failure.error);
      return;
    }
    this.#filtered += this.#work.leftOut(item, result);
    if (result !== undefined) this.#outlet.push(result);
  }
}

interface Slot<Item> {
  readonly item: Item;
  readonly isExempt: boolean;
  state: typeof WAITING | typeof RUNNING | typeof DONE;
  result: Item | undefined;
  failure: { readonly error: unknown } | undefined;
  call: WorkCall;
}

function finish<Item>(slot: Slot<Item>, result: Item | undefined): void {
  slot.state = DONE;
  slot.result = result;
}

function fail(slot: Slot<unknown>, error: unknown): void {
  slot.state = DONE;
  slot.failure = { error };
}

const WAITING = 0;
const RUNNING = 1;
const DONE = 2;
