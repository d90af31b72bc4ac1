import type { ResolvedRejectOptions } from '../internal/reject-options.js';
import type { Surface } from '../internal/surface.js';
import { type FrameFacts, Message, notAMessage } from '../parse/message.js';
import { refusal } from '../stage/refusal.js';
import { Refusals } from '../stage/refusals.js';
import type { Step, StepOutlet } from '../stage/step.js';
import type { RecordStep } from './record-step.js';

/** A transform over messages: each goes on with the text that comes of it, without a value being built. */
export class TransformStep implements Step<Message> {
  readonly isAtWork = false;
  readonly #record: RecordStep;
  readonly #outlet: StepOutlet<Message>;
  readonly #refusals: Refusals;
  readonly #surface: Surface;
  readonly #place: string | undefined;
  #cursorBefore: FrameFacts['cursor'];

  /** @param place where it stands in a configuration */
  constructor(record: RecordStep, options: ResolvedRejectOptions, outlet: StepOutlet<Message>, place?: string) {
    this.#place = place;
    this.#record = record;
    this.#outlet = outlet;
    this.#refusals = new Refusals(options, outlet);
    this.#surface = options.surface;
  }

  get filtered(): number {
    return this.#record.filtered;
  }

  get skipped(): number {
    return this.#refusals.count;
  }

  get isFull(): boolean {
    return this.#refusals.isFull;
  }

  take(message: Message): void {
    const { name } = this.#record;
    if (!(message instanceof Message)) throw notAMessage(name, message);
    if (message.isGap) {
      this.#outlet.push(message);
      return;
    }
    const { text, frame } = message;
    const isOne = name !== 'explode' || frame.cursor === undefined;
    // Where the feed goes on behind the record counts when all that comes of it is there: with the next one's.
    const before = this.#cursorBefore;
    const reason = this.#record.apply(text, 0, text.length, (bytes, start, end) => {
      if (bytes === text && isOne) this.#outlet.push(message);
      else {
        const other = message.withText(Buffer.from(bytes.subarray(start, end)));
        this.#outlet.push(isOne ? other : other.behind(before));
      }
    });
    if (name === 'explode') this.#cursorBefore = frame.cursor;
    if (reason !== undefined) this.#refusals.handle(refusal(name, reason, frame, text, this.#surface, this.#place));
  }

  end(done: () => void): void {
    done();
  }
}
