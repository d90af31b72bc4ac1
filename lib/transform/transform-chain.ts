import type { ResolvedRejectOptions } from '../internal/reject-options.js';
import { Rejects } from '../internal/rejects.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import type { FrameFacts } from '../parse/message.js';
import type { EmitText, RecordStep } from './record-step.js';
import { refusal } from './refusal.js';

/** Transforms one after another, without streams: each record goes all the way before the next one that came of it. */
export class TransformChain {
  readonly #steps: readonly RecordStep[];
  readonly #rejects: Rejects<DeadLetter>;
  readonly #first: EmitText;
  #frame: FrameFacts | undefined;

  /** @param take is given what comes out of the last one */
  constructor(steps: readonly RecordStep[], options: ResolvedRejectOptions, emit: EmitText) {
    this.#steps = steps;
    this.#rejects = new Rejects(options);
    this.#first = steps.reduceRight<EmitText>((next, step) => this.#taking(step, next), emit);
  }

  /** How many records were left out, as a transform was told to. */
  get filtered(): number {
    return this.#steps.reduce((sum, step) => sum + step.filtered, 0);
  }

  /** How many records were refused and dropped or diverted. */
  get skipped(): number {
    return this.#rejects.count;
  }

  /**
   * Applies them to the record in bytes[start, end).
   *
   * @throws {TransformError} with `onError: 'fail'`, after what came out before
   */
  apply(frame: FrameFacts, bytes: Buffer, start: number, end: number): void {
    this.#frame = frame;
    this.#first(bytes, start, end);
  }

  #taking(step: RecordStep, next: EmitText): EmitText {
    return (bytes, start, end) => {
      const reason = step.apply(bytes, start, end, next);
      if (reason === undefined) return;
      this.#rejects.handle(refusal(step.name, reason, this.#frame as FrameFacts, bytes.subarray(start, end)));
    };
  }
}
