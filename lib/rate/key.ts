import { hash } from 'node:crypto';
import { givenKey } from '../internal/given-key.js';
import { type Field, field, isFunction } from '../internal/options.js';
import { isPath } from '../json/field.js';
import { FieldsKey } from '../json/fields-key.js';
import type { Message } from '../parse/message.js';

/**
 * What tells the keys of records apart: a path; several, as in `['symbol', 'venue']`; or a function of the message that returns a
 * string, a number, a bigint, a boolean or `null`, and `undefined` where there is no key.
 */
export type KeyBy<T = unknown> =
  | string
  | readonly string[]
  | ((message: Message<T>) => string | number | bigint | boolean | null | undefined);

/** A record's key. */
export type Key = string | number | bigint | boolean | null;

/** Makes what finds the key of a record: `undefined` where it has none. Without `by` there is one key for all. */
export function keyReader(stage: string, by: KeyBy<never> | undefined): (message: Message) => Key | undefined {
  const option = `${stage}.by`;
  if (by === undefined) return () => null;
  if (typeof by === 'function') return (message) => givenKey(option, by as (message: Message) => unknown, message);
  const key = new FieldsKey(typeof by === 'string' ? [by] : by, option);
  return ({ text }) => {
    const length = key.read(text);
    if (length === undefined) return undefined;
    const { bytes } = key;
    return length <= SHORT ? bytes.toString('latin1', 0, length) : hash('sha256', bytes.subarray(0, length));
  };
}

/** The option. */
export const KEY_BY: Field<KeyBy<never> | undefined> = field<KeyBy<never> | undefined>(
  undefined,
  'a path, an array of paths, or a function of the message',
  (by) =>
    isFunction(by) ||
    isPath(by, '') ||
    (Array.isArray(by) && by.length > 0 && by.every((one, index) => isPath(one, `[${index}]`))),
);

/** A longer key is remembered by its digest. */
const SHORT = 256;
