import { optionError } from '../../errors.js';
import type { Field } from '../../internal/options.js';

/**
 * @throws {ConfigError} when an option that must be there is missing, or two say the same
 */
export function checkTokenOptions(owner: string, resolved: object, fields: Readonly<Record<string, Given>>): void {
  const given = resolved as Readonly<Record<string, unknown>>;
  for (const [name, { isRequired, expected }] of Object.entries(fields)) {
    const isThere = given[name] !== undefined && given[name] !== '';
    if (isRequired === true && !isThere) throw optionError(`${owner}.${name}`, `Expected ${expected}, got none.`);
  }
  if (given['expiryRatio'] !== undefined && given['expiryMarginMs'] !== undefined) {
    throw optionError(`${owner}.expiryRatio`, 'It does not go together with `expiryMarginMs`. Remove one of the two.');
  }
  if (given['scope'] !== undefined && (given['scopes'] as readonly string[]).length > 0) {
    throw optionError(`${owner}.scopes`, 'It does not go together with `scope`. Remove one of the two.');
  }
}

type Given = Field<unknown> & { readonly isRequired?: boolean };
