import type { ResolvedRejectOptions } from '../internal/reject-options.js';
import { Rejects } from '../internal/rejects.js';
import type { Surface } from '../internal/surface.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import type { FrameFacts } from '../parse/message.js';
import { refusal } from '../stage/refusal.js';
import type { EmitText, RecordStep } from './record-step.js';

/** Transforms one after another, without streams: each record goes all the way before the next one that came of it. */
export class TransformChain {
  readonly #steps: readonly RecordStep[];
  readonly #rejects: Rejects<DeadLetter>;
  readonly #surface: Surface;
  readonly #first: EmitText;
  #frame: FrameFacts | undefined;

  /**
   * @param emit is given what comes out of the last one
   * @param first which of a configuration's `transforms` the first one is
   */
  constructor(steps: readonly RecordStep[], options: ResolvedRejectOptions, emit: EmitText, first = 0) {
    this.#steps = steps;
    this.#rejects = new Rejects(options);
    this.#surface = options.surface;
    this.#first = steps.reduceRight<EmitText>(
      (next, step, index) => this.#taking(step, next, transformPlace(first + index)),
      emit,
    );
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

  #taking(step: RecordStep, next: EmitText, place: string): EmitText {
    return (bytes, start, end) => {
      const reason = step.apply(bytes, start, end, next);
      if (reason === undefined) return;
      this.#rejects.handle(
        refusal(step.name, reason, this.#frame as FrameFacts, bytes.subarray(start, end), this.#surface, place),
      );
    };
  }
}

/** How one of a configuration's `transforms` is called in a dead letter. */
export function transformPlace(index: number): string {
  return `transforms[${index}]`;
}
