import { DeadLetterGate } from '../internal/dead-letter-gate.js';
import type { ResolvedRejectOptions } from '../internal/reject-options.js';
import { Rejects } from '../internal/rejects.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import type { StepOutlet } from './step.js';

/** What becomes of the items that a step refuses. */
export class Refusals {
  readonly #rejects: Rejects<DeadLetter>;
  readonly #gate: DeadLetterGate | undefined;
  readonly #outlet: StepOutlet<never>;

  constructor(options: ResolvedRejectOptions, outlet: StepOutlet<never>) {
    const { deadLetter } = options;
    this.#rejects = new Rejects(options);
    this.#outlet = outlet;
    this.#gate =
      deadLetter === undefined
        ? undefined
        : new DeadLetterGate(deadLetter, outlet.stream, (error) => outlet.fail(error));
  }

  /** How many were not fatal. */
  get count(): number {
    return this.#rejects.count;
  }

  /** Whether the dead letter takes nothing at the moment; `room()` of the outlet is called when that changes. */
  get isFull(): boolean {
    return this.#gate?.isFull ?? false;
  }

  /** @throws the letter's error, with `onError: 'fail'` */
  handle(letter: DeadLetter): void {
    this.#rejects.handle(letter);
    if (this.isFull) this.#gate?.whenRoom(() => this.#outlet.room());
  }
}
