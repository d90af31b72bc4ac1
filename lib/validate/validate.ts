import type { JSONSchemaType } from 'ajv';
import { InvalidRecordError } from '../errors.js';
import { functionFailed, isPromise } from '../internal/given-function.js';
import type { Surface } from '../internal/surface.js';
import { Message, notAMessage } from '../parse/message.js';
import { Refusals } from '../stage/refusals.js';
import { type Stage, stageOf } from '../stage/stage.js';
import { WorkStep } from '../stage/work-step.js';
import type { Found } from './check.js';
import { resolveValidateOptions, type ValidateOptions } from './options.js';
import { type JsonSchema, jsonSchemaCheck } from './schema.js';
import { isStandardSchema, type StandardSchema, standardCheck } from './standard-schema.js';
import { invalid, letterOf } from './step.js';

/**
 * The stage that holds every record against a schema: a JSON Schema (draft 2020-12 or draft-07, with formats), or what zod,
 * valibot and their kin make, which may be asynchronous. It builds each record's value; what goes on is the record as it arrived,
 * its text and its value. So what such a schema would make of it, such as a number of a text, a default, or an object without
 * unknown keys, is not stored: `map((message) => schema.parse(message.value))` does that.
 *
 * What comes out has the type of the schema: of a `JSONSchemaType<T>` of ajv, or the input type of a schema of zod's.
 *
 * Errors: `ERR_INVALID_RECORD`, with `onError: 'fail'`, after every message before it was delivered; `ERR_CONFIG`, when a schema
 * of zod's or its kin throws.
 *
 * @throws {ConfigError} when the schema or an option is not valid
 * @example
 * ```ts
 * validate({ type: 'object', required: ['price'] }, { onError: 'skip' })
 * validate(z.object({ price: z.number() }))
 * ```
 */
export function validate<T>(schema: StandardSchema<T>, options?: ValidateOptions): Stage<Message, Message<T>>;
export function validate<T>(schema: JSONSchemaType<T>, options?: ValidateOptions): Stage<Message, Message<T>>;
export function validate(schema: JsonSchema, options?: ValidateOptions): Stage<Message, Message>;
export function validate<T>(
  schema: StandardSchema<T> | JsonSchema,
  options: ValidateOptions = {},
): Stage<Message, Message<T>> {
  const resolved = resolveValidateOptions(options);
  const check = isStandardSchema(schema) ? standardCheck(schema, PATH) : jsonSchemaCheck(schema as JsonSchema, PATH);
  const stage = stageOf<Message, Message>('message', (outlet) => {
    const refusals = new Refusals(resolved, outlet);
    return new WorkStep<Message>(outlet, {
      do(message) {
        const found = check(message.value);
        if (isPromise(found)) return found.then((problems) => accepted(message, problems, resolved.surface));
        return accepted(message, found, resolved.surface);
      },
      isExempt(message) {
        if (!(message instanceof Message)) throw notAMessage('validate', message);
        return message.isGap;
      },
      refuse(message, error) {
        if (!(error instanceof InvalidRecordError)) throw functionFailed(PATH, error);
        refusals.handle(letterOf(message, error));
      },
      leftOut: () => 0,
      concurrency: 1,
      ordered: true,
      refusals,
    });
  });
  return stage as Stage<Message, Message<T>>;
}

function accepted(message: Message, problems: Found, surface: Surface): Message {
  if (problems === undefined) return message;
  throw invalid(message, problems, surface);
}

const PATH = 'validate.schema';
