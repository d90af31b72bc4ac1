import type { ValidateFunction } from 'ajv';
import { optionError } from '../errors.js';
import { loadAjv } from './ajv.js';
import type { Found } from './check.js';

/** A JSON Schema: draft 2020-12, or draft-07 where its `$schema` says so. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What a schema finds in a record.
 *
 * @throws {ConfigError} when it is no valid schema
 */
export function jsonSchemaCheck(schema: JsonSchema, path: string): (value: unknown) => Found {
  const validate = compileSchema(schema, path);
  return (value) => {
    if (validate(value)) return undefined;
    return (validate.errors ?? []).map(({ instancePath, keyword, message = 'is not valid' }) => {
      return { instancePath, keyword, message };
    });
  };
}

/**
 * Compiles a schema, with formats. Every call has a validator of its own, so that two schemas may carry the same `$id`.
 *
 * @throws {ConfigError} when it is no valid schema
 */
function compileSchema(schema: JsonSchema, path: string): ValidateFunction {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw optionError(path, 'Expected a JSON Schema, as an object.');
  }
  const isDraft7 = typeof schema['$schema'] === 'string' && schema['$schema'].includes('draft-07');
  const options = {
    allErrors: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    logger: false,
  } as const;
  const { Ajv, Ajv2020, addFormats } = loadAjv();
  const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  // Its answer would be a promise, which is no no.
  if (schema['$async'] === true) throw optionError(path, 'An asynchronous schema (`$async`) cannot be used.');
  try {
    return ajv.compile(schema);
  } catch (cause) {
    throw optionError(path, `The JSON Schema cannot be used: ${(cause as Error).message}.`, cause);
  }
}
