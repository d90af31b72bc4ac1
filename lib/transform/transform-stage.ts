import { Transform, type TransformCallback } from 'node:stream';
import { failAfterDelivery, trackPipes } from '../internal/chain.js';
import { DeadLetterGate } from '../internal/dead-letter-gate.js';
import type { ResolvedRejectOptions } from '../internal/reject-options.js';
import { Rejects } from '../internal/rejects.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import { Message, notAMessage } from '../parse/message.js';
import type { RecordStep } from './record-step.js';
import { refusal } from './refusal.js';

/** A stage around one transform: message in, messages out. */
export class TransformStage extends Transform {
  readonly #step: RecordStep;
  readonly #rejects: Rejects<DeadLetter>;
  readonly #gate: DeadLetterGate | undefined;

  /** @internal */
  constructor(step: RecordStep, options: ResolvedRejectOptions) {
    super({ objectMode: true, highWaterMark: HIGH_WATER_MARK });
    this.#step = step;
    this.#rejects = new Rejects(options);
    this.#gate = options.deadLetter === undefined ? undefined : new DeadLetterGate(options.deadLetter, this);
    trackPipes(this);
  }

  /** How many records it has left out, as it was told to. */
  get filtered(): number {
    return this.#step.filtered;
  }

  /** How many records were refused and dropped or diverted. */
  get skipped(): number {
    return this.#rejects.count;
  }

  override _transform(message: Message, _encoding: string, callback: TransformCallback): void {
    try {
      if (!(message instanceof Message)) throw notAMessage(this.#step.name, message);
      if (message.isGap) this.push(message);
      else this.#apply(message);
    } catch (error) {
      // The callback is not called any more: nothing further is taken in.
      failAfterDelivery(this, error as Error);
      return;
    }
    if (this.#gate === undefined) callback();
    else this.#gate.whenRoom(() => callback());
  }

  #apply(message: Message): void {
    const { text, frame } = message;
    const { name } = this.#step;
    const reason = this.#step.apply(text, 0, text.length, (bytes, start, end) => {
      this.push(bytes === text ? message : message.withText(Buffer.from(bytes.subarray(start, end))));
    });
    if (reason !== undefined) this.#rejects.handle(refusal(name, reason, frame, text));
  }
}

const HIGH_WATER_MARK = 64;
