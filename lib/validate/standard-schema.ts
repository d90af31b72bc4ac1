import type { RecordProblem } from '../errors.js';
import { isPromise, wrongResult } from '../internal/given-function.js';
import type { Check, Found } from './check.js';

/**
 * What zod, valibot, ArkType and their kin make: a schema with `~standard`, as version 1 of
 * [Standard Schema](https://standardschema.dev) describes it.
 */
export interface StandardSchema<Input = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
    readonly types?: { readonly input: Input; readonly output: unknown } | undefined;
  };
}

/** What a Standard Schema finds: issues, or none. */
export interface StandardResult {
  readonly issues?: readonly StandardIssue[] | undefined;
}

/** One thing that is wrong with a value, and where. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Whether it is one. */
export function isStandardSchema(schema: unknown): schema is StandardSchema {
  const { version, validate } = (schema as Partial<StandardSchema> | undefined | null)?.['~standard'] ?? {};
  return version === 1 && typeof validate === 'function';
}

/** What such a schema finds in a record. What it makes of a value that it accepts is not looked at. */
export function standardCheck(schema: StandardSchema, path: string): Check {
  const { vendor } = schema['~standard'];
  const found = (result: StandardResult): Found => {
    const issues: unknown = result === null || typeof result !== 'object' ? null : result.issues;
    if (issues === undefined) return undefined;
    if (!Array.isArray(issues)) throw wrongResult(path, result, 'an object with `issues`, or with `value` alone');
    return (issues as readonly StandardIssue[]).map((issue) => problemOf(issue, vendor));
  };
  return (value) => {
    const result = schema['~standard'].validate(value);
    return isPromise(result) ? result.then(found) : found(result);
  };
}

function problemOf({ message, path = [] }: StandardIssue, vendor: string): RecordProblem {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
  return { instancePath: keys.map(pointerPart).join(''), keyword: vendor, message };
}

/** RFC 6901, section 3. */
function pointerPart(key: PropertyKey): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
