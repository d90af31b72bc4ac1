import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { optionError } from '../errors.js';

/** A JSON Schema: draft 2020-12, or draft-07 where its `$schema` says so. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Compiles a schema, with formats. Every call has a validator of its own, so that two schemas may carry the same `$id`.
 *
 * @throws {ConfigError} when it is no valid schema
 */
export function compileSchema(schema: JsonSchema, path: string): ValidateFunction {
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
  const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  try {
    return ajv.compile(schema);
  } catch (cause) {
    throw optionError(path, `The JSON Schema cannot be used: ${(cause as Error).message}.`, cause);
  }
}
