import { Transform, type TransformCallback } from 'node:stream';
import { failAfterDelivery, trackPipes } from '../internal/chain.js';
import { DeadLetterGate } from '../internal/dead-letter-gate.js';
import { Message, notAMessage } from '../parse/message.js';
import { type ResolvedValidateOptions, resolveValidateOptions, type ValidateOptions } from './options.js';
import { compileSchema, type JsonSchema } from './schema.js';
import { ValidateStep } from './step.js';

/**
 * The stage that holds every record against a JSON Schema (draft 2020-12 or draft-07, with formats). It builds each
 * record's value; the text that is stored stays as it arrived.
 *
 * Errors: `ERR_INVALID_RECORD`, with `onError: 'fail'`, after every message before it was delivered.
 *
 * @throws {ConfigError} when the schema or an option is not valid
 * @example
 * ```ts
 * validate({ type: 'object', required: ['price'] }, { onError: 'skip' })
 * ```
 */
export function validate(schema: JsonSchema, options: ValidateOptions = {}): ValidateTransform {
  const resolved = resolveValidateOptions(options);
  return new ValidateTransform(new ValidateStep(compileSchema(schema, 'validate.schema'), resolved), resolved);
}

/** What {@link validate} returns. */
export class ValidateTransform extends Transform {
  readonly #step: ValidateStep;
  readonly #gate: DeadLetterGate | undefined;

  /** @internal */
  constructor(step: ValidateStep, options: ResolvedValidateOptions) {
    super({ objectMode: true, highWaterMark: HIGH_WATER_MARK });
    this.#step = step;
    this.#gate = options.deadLetter === undefined ? undefined : new DeadLetterGate(options.deadLetter, this);
    trackPipes(this);
  }

  /** How many records were refused and dropped or diverted. */
  get skipped(): number {
    return this.#step.skipped;
  }

  override _transform(message: Message, _encoding: string, callback: TransformCallback): void {
    try {
      if (!(message instanceof Message)) throw notAMessage('validate', message);
      if (this.#step.accepts(message)) this.push(message);
    } catch (error) {
      // The callback is not called any more: nothing further is taken in.
      failAfterDelivery(this, error as Error);
      return;
    }
    if (this.#gate === undefined) callback();
    else this.#gate.whenRoom(() => callback());
  }
}

const HIGH_WATER_MARK = 64;
