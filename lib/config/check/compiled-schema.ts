import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { AJV_OPTIONS } from './ajv-options.js';

/** The schemas that the build compiles beforehand. */
export type SchemaName = 'pipeline' | 'source' | 'many';

/**
 * The validator of one of this folder's schemas, compiled here and now. In what is built, `tools/compile-schemas.js` puts
 * a file in the place of this one that has them compiled already: to load ajv and to compile would take longer than all
 * else that the command does before it connects.
 */
export function compiledSchema(_name: SchemaName, schema: object): ValidateFunction {
  return new Ajv2020(AJV_OPTIONS).compile(schema);
}
