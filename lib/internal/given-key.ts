import { functionFailed, wrongResult } from './given-function.js';

/** What tells records apart; `undefined`: this one has no key. */
type GivenKey = string | number | bigint | boolean | null | undefined;

/**
 * The key that a function of the user's gives for an item.
 *
 * @throws {ConfigError} when the function fails, or returns something else
 */
export function givenKey<Item>(option: string, keyOf: (item: Item) => unknown, item: Item): GivenKey {
  let key: unknown;
  try {
    key = keyOf(item);
  } catch (error) {
    throw functionFailed(option, error);
  }
  if (key === null || KINDS.includes(typeof key)) return key as GivenKey;
  throw wrongResult(option, key, 'a string, a number, a bigint, a boolean or null, or undefined where there is no key');
}

const KINDS: readonly string[] = ['string', 'number', 'bigint', 'boolean', 'undefined'];
