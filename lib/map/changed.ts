import { optionError } from '../errors.js';
import { Message } from '../parse/message.js';

/**
 * The message with what a function of the user's gave for it.
 *
 * @throws {ConfigError} when JSON cannot hold that
 */
export function changed<U>(stage: string, message: Message, value: unknown): Message<U> {
  if (value instanceof Message) return value as Message<U>;
  try {
    return message.withValue(value as U);
  } catch (cause) {
    // Anything else comes from a toJSON() of the user's.
    if (!(cause instanceof TypeError)) throw cause;
    throw optionError(stage, `The function returned what JSON cannot hold. ${cause.message}`, cause);
  }
}
