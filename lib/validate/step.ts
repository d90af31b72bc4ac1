import type { ValidateFunction } from 'ajv';
import { InvalidRecordError } from '../errors.js';
import { Rejects } from '../internal/rejects.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import type { Message } from '../parse/message.js';
import type { ResolvedValidateOptions } from './options.js';

/** Message in, yes or no out: the validate stage without its stream. */
export class ValidateStep {
  readonly #validate: ValidateFunction;
  readonly #rejects: Rejects<DeadLetter>;

  constructor(validate: ValidateFunction, options: ResolvedValidateOptions) {
    this.#validate = validate;
    this.#rejects = new Rejects(options);
  }

  /** How many records were refused and dropped or diverted. */
  get skipped(): number {
    return this.#rejects.count;
  }

  /**
   * Whether the record goes on.
   *
   * @throws {InvalidRecordError} with `onError: 'fail'`
   */
  accepts(message: Message): boolean {
    if (message.isGap || this.#validate(message.value)) return true;
    const problems = (this.#validate.errors ?? []).map((error) => ({
      instancePath: error.instancePath,
      keyword: error.keyword,
      message: error.message ?? 'is not valid',
    }));
    const { sequence, connection, receivedAt, url } = message.frame;
    const error = new InvalidRecordError({ problems, sequence, connection });
    const data = Buffer.from(message.text);
    this.#rejects.handle({ data, error, offset: undefined, sequence, receivedAt, connection, url });
    return false;
  }
}
