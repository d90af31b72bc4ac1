import { optionError } from '../errors.js';
import { isTexts } from '../internal/options.js';
import type { Message } from '../parse/message.js';
import type { Stage } from '../stage/stage.js';
import { FieldsStep } from './fields-step.js';
import { NEVER_REFUSES } from './options.js';
import { transformStage } from './transform-stage.js';

/**
 * The stage that keeps these members of every record, in the record's order and with their bytes. A record that is no object
 * stays as it is. (`select()` names its output by path, and reaches into objects.)
 *
 * @param fields keys of the record itself
 * @throws {ConfigError} when it is no array of strings
 * @example
 * ```ts
 * selectFields(['symbol', 'price']) // {"price":1.10,"symbol":"BTC","x":1} → {"price":1.10,"symbol":"BTC"}
 * ```
 */
export function selectFields(fields: readonly string[]): Stage<Message, Message> {
  return fieldsStage('select', fields, 'selectFields');
}

/**
 * The stage that takes these members out of every record; the others keep their bytes. A record that is no object stays as it
 * is.
 *
 * @param fields keys of the record itself
 * @throws {ConfigError} when it is no array of strings
 * @example
 * ```ts
 * dropFields(['x']) // {"price":1.10,"x":1} → {"price":1.10}
 * ```
 */
export function dropFields(fields: readonly string[]): Stage<Message, Message> {
  return fieldsStage('drop', fields, 'dropFields');
}

function fieldsStage(name: 'select' | 'drop', fields: readonly string[], option: string): Stage<Message, Message> {
  if (!isTexts(fields)) throw optionError(option, 'Expected an array of keys, such as ["symbol", "price"].');
  return transformStage(() => new FieldsStep(name, fields), NEVER_REFUSES);
}
