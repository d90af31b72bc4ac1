import { secretKeys } from '../fields/option-surface.js';
import { SOURCE_OPTIONS } from '../fields/option-tables.js';
import type { IsHidden } from './findings.js';

/** Values below keys of a source that are, or hold, credentials never appear in a message. */
export const isSecret: IsHidden = (path) => path.some((key) => typeof key === 'string' && SECRET_KEYS.has(key));

const SECRET_KEYS: ReadonlySet<string> = new Set([
  ...secretKeys(SOURCE_OPTIONS),
  // What no table holds.
  'url',
  'urls',
  'auth',
]);
