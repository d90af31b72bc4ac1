import { optionError } from '../errors.js';
import { resolveRejectOptions } from '../internal/reject-options.js';
import type { Message } from '../parse/message.js';
import type { Stage } from '../stage/stage.js';
import type { TransformOptions } from './options.js';
import { RenameStep } from './rename-step.js';
import { transformStage } from './transform-stage.js';

/**
 * The stage that gives members of every record other keys, one after another in the order of `fields`. They stay in their
 * place; all else keeps its bytes. A record that is no object stays as it is.
 *
 * Errors: `ERR_TRANSFORM`, with `onError: 'fail'`, when a record has such a key already.
 *
 * @param fields new keys by old ones
 * @throws {ConfigError} when an option is not valid
 * @example
 * ```ts
 * renameFields({ s: 'symbol' }) // {"s":"BTC","p":1.10} → {"symbol":"BTC","p":1.10}
 * ```
 */
export function renameFields(
  fields: Readonly<Record<string, string>>,
  options: TransformOptions = {},
): Stage<Message, Message> {
  const isMap = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
  if (!isMap || !Object.values(fields).every((key) => typeof key === 'string')) {
    throw optionError('renameFields', 'Expected an object of new keys by old ones, such as { s: "symbol" }.');
  }
  return transformStage(() => new RenameStep(fields), resolveRejectOptions('renameFields', options));
}
