import { Message, notAMessage } from '../parse/message.js';
import type { Step, StepOutlet } from '../stage/step.js';
import { Counters } from './counters.js';
import { type Key, keyReader } from './key.js';
import type { ResolvedSampleOptions } from './options.js';

/** Lets the first of every so many records of a key through. */
export class SampleStep implements Step<Message> {
  readonly isFull = false;
  readonly isAtWork = false;
  readonly #every: number;
  readonly #maxKeys: number;
  readonly #keyOf: (message: Message) => Key | undefined;
  readonly #outlet: StepOutlet<Message>;
  readonly #counters = new Counters();
  #filtered = 0;

  constructor({ every, maxKeys, by }: ResolvedSampleOptions, outlet: StepOutlet<Message>) {
    this.#every = every;
    this.#maxKeys = maxKeys;
    this.#keyOf = keyReader('sample', by);
    this.#outlet = outlet;
  }

  get filtered(): number {
    return this.#filtered;
  }

  /** Keys that are counted now. */
  get keys(): number {
    return this.#counters.size;
  }

  take(message: Message): void {
    if (!(message instanceof Message)) throw notAMessage('sample', message);
    if (message.isGap || this.#isKept(message)) this.#outlet.push(message);
    else this.#filtered += 1;
  }

  end(done: () => void): void {
    done();
  }

  #isKept(message: Message): boolean {
    const key = this.#keyOf(message);
    if (key === undefined) return true;
    const counter = this.#counters.of(key);
    if (this.#counters.size > this.#maxKeys) this.#counters.forgetOldest();
    const { left } = counter;
    counter.left = left === 0 ? this.#every - 1 : left - 1;
    return left === 0;
  }
}
