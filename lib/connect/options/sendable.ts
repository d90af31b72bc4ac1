import { own } from '../../internal/options/kinds.js';
import type { About, Option } from '../../internal/options/option.js';
import { field, isFunction } from '../../internal/options.js';

/** What a function makes of what it is told, or what is always the same: in a configuration text. */
export function sendable<R>(spec: About): Option<R | undefined> {
  const accepts = (value: unknown): boolean => typeof value === 'string' || Buffer.isBuffer(value) || isFunction(value);
  return own(field<R | undefined>(undefined, 'a string, a Buffer or a function', accepts), {
    ...spec,
    type: 'string',
    schema: { type: 'string' },
  });
}
