import { Dedupe } from '../connect/intake/dedupe.js';
import type { Clock } from '../internal/clock.js';
import { Message, notAMessage } from '../parse/message.js';
import type { Step, StepOutlet } from '../stage/step.js';
import type { ResolvedDedupeOptions } from './options.js';

/** Leaves out records that came before. */
export class DedupeStep implements Step<Message> {
  readonly isFull = false;
  readonly isAtWork = false;
  readonly #dedupe: Dedupe;
  readonly #clock: Clock;
  readonly #outlet: StepOutlet<Message>;

  constructor(options: ResolvedDedupeOptions, outlet: StepOutlet<Message>) {
    this.#dedupe = new Dedupe(options);
    this.#clock = options.clock;
    this.#outlet = outlet;
  }

  get filtered(): number {
    return this.#dedupe.duplicates;
  }

  take(message: Message): void {
    if (!(message instanceof Message)) throw notAMessage('dedupe', message);
    if (!message.isGap && this.#isDuplicate(message)) return;
    this.#outlet.push(message);
  }

  end(done: () => void): void {
    done();
  }

  #isDuplicate({ text, frame }: Message): boolean {
    return this.#dedupe.isDuplicate(text, frame.connection, this.#clock.monotonic());
  }
}
