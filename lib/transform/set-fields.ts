import { optionError } from '../errors.js';
import type { Message } from '../parse/message.js';
import type { Stage } from '../stage/stage.js';
import { NEVER_REFUSES } from './options.js';
import { SetStep } from './set-step.js';
import { transformStage } from './transform-stage.js';

/**
 * The stage that gives members of every record these values: in the place of what stands there, or at the end. All else keeps
 * its bytes. A record that is no object stays as it is.
 *
 * @param values anything that JSON can hold, by key; a `bigint` is an integer
 * @throws {ConfigError} when it is no object, or holds something else
 * @example
 * ```ts
 * setFields({ venue: 'x' }) // {"price":1.10} → {"price":1.10,"venue":"x"}
 * ```
 */
export function setFields(values: Readonly<Record<string, unknown>>): Stage<Message, Message> {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw optionError('setFields', 'Expected an object of values by key, such as { venue: "x" }.');
  }
  return transformStage(() => new SetStep(values, 'setFields'), NEVER_REFUSES);
}
