import { ConfigError, optionError } from '../errors.js';
import { describe } from './options.js';

/**
 * The error for a function of the user's that returned what cannot be used.
 *
 * @param wanted what it is to return, as the end of a sentence
 */
export function wrongResult(option: string, got: unknown, wanted: string, describeIt = describe): ConfigError {
  const isPromise = typeof (got as Partial<PromiseLike<unknown>> | undefined | null)?.then === 'function';
  // Nobody else hears of its rejection.
  if (isPromise) Promise.resolve(got).catch(() => {});
  return optionError(option, `The function returned ${isPromise ? 'a promise' : describeIt(got)}. Return ${wanted}.`);
}

/** The error for a function of the user's that threw, or whose promise was rejected; what we said ourselves stays. */
export function functionFailed(option: string, cause: unknown, hide = (text: string): string => text): ConfigError {
  if (cause instanceof ConfigError) return cause;
  const why = cause instanceof Error && cause.message !== '' ? `: ${cause.message.replace(/[.\s]+$/, '')}` : '';
  return optionError(option, `The function failed${hide(why)}. \`cause\` is what it failed with.`, cause);
}
