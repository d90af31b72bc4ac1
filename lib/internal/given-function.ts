import { ConfigError, optionError } from '../errors.js';
import { describe } from './options.js';

/**
 * The error for a function of the user's that returned what cannot be used.
 *
 * @param wanted what it is to return, as the end of a sentence
 */
export function wrongResult(option: string, got: unknown, wanted: string, describeIt = describe): ConfigError {
  // Nobody else hears of its rejection.
  if (isPromise(got)) Promise.resolve(got).catch(() => {});
  return optionError(
    option,
    `The function returned ${isPromise(got) ? 'a promise' : describeIt(got)}. Return ${wanted}.`,
  );
}

/** Whether what a function returned comes later. */
export function isPromise<T>(got: T | PromiseLike<T>): got is PromiseLike<T> {
  return typeof (got as Partial<PromiseLike<T>> | undefined | null)?.then === 'function';
}

/** The error for a function of the user's that threw, or whose promise was rejected; what we said ourselves stays. */
export function functionFailed(option: string, cause: unknown, hide = (text: string): string => text): ConfigError {
  if (cause instanceof ConfigError) return cause;
  return optionError(option, `The function failed${hide(reasonOf(cause))}. \`cause\` is what it failed with.`, cause);
}

/** The error for a function of the user's that gave no answer in time. `cause` is what its signal is aborted with. */
export function noAnswer(option: string, timeoutMs: number, elsewise = ''): ConfigError {
  const cause = new DOMException(`There was no answer within ${timeoutMs} ms.`, 'TimeoutError');
  const advice = `Give it longer by \`timeoutMs\`, or find out what it waits for${elsewise}.`;
  return optionError(`${option}.timeoutMs`, `The function gave no answer within ${timeoutMs} ms. ${advice}`, cause);
}

/** What an error says, as the end of a clause: a colon and its message, or nothing. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message.replace(/[.\s]+$/, '')}` : '';
}
