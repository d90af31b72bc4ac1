import { InvalidRecordError, RECORD_ADVICE } from '../errors.js';
import { Rejects } from '../internal/rejects.js';
import { inNamesOf, type Surface } from '../internal/surface.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import type { Message } from '../parse/message.js';
import type { Found } from './check.js';
import type { ResolvedValidateOptions } from './options.js';

/** Message in, yes or no out, at once: for the fused arrangement. */
export class ValidateStep {
  readonly #check: (value: unknown) => Found;
  readonly #rejects: Rejects<DeadLetter>;
  readonly #surface: Surface;

  constructor(check: (value: unknown) => Found, options: ResolvedValidateOptions) {
    this.#check = check;
    this.#rejects = new Rejects(options);
    this.#surface = options.surface;
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
    const problems = message.isGap ? undefined : this.#check(message.value);
    if (problems === undefined) return true;
    this.#rejects.handle(letterOf(message, invalid(message, problems, this.#surface)));
    return false;
  }
}

/** The error of a record that breaks the schema. */
export function invalid({ frame }: Message, problems: NonNullable<Found>, surface: Surface): InvalidRecordError {
  const advice = inNamesOf(surface, RECORD_ADVICE);
  return new InvalidRecordError({ problems, sequence: frame.sequence, connection: frame.connection, advice });
}

/** Its dead letter. */
export function letterOf({ frame, text }: Message, error: InvalidRecordError): DeadLetter {
  const { sequence, connection, receivedAt, url } = frame;
  return { data: Buffer.from(text), error, offset: undefined, sequence, receivedAt, connection, url };
}
