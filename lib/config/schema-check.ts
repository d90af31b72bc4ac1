import type { ErrorObject, ValidateFunction } from 'ajv';
import { unknownKey } from '../internal/options.js';
import { compiledSchema, type SchemaName } from './compiled-schema.js';
import { DURATION } from './durations.js';
import { describeValue, type Finding, type IsHidden, type Path, valueFinding } from './findings.js';

/** Says everything that is wrong with a value. Values for which `isHidden` says yes are not shown. */
export type SchemaCheck = (value: unknown, isHidden: IsHidden) => Finding[];

/** A check against a JSON Schema (draft 2020-12) of this folder, made ready when it is used for the first time. */
export function schemaCheck(name: SchemaName, schema: object): SchemaCheck {
  let validate: ValidateFunction | undefined;
  return (value, isHidden) => {
    validate ??= compiledSchema(name, schema);
    if (validate(value)) return [];
    return toFindings(validate.errors ?? [], value, isHidden);
  };
}

/** One finding a place: of several errors about one value, the first says all there is to say. */
function toFindings(errors: readonly ErrorObject[], root: unknown, isHidden: IsHidden): Finding[] {
  const findings = new Map<string, Finding>();
  for (const error of errors) {
    const finding = toFinding(error, root, isHidden);
    if (finding === undefined) continue;
    const place = JSON.stringify([finding.at === 'value', finding.path, finding.at === 'key' && finding.message]);
    if (!findings.has(place)) findings.set(place, finding);
  }
  return [...findings.values()];
}

function toFinding(error: ErrorObject, root: unknown, isHidden: IsHidden): Finding | undefined {
  const path = toPath(error.instancePath, root);
  switch (error.keyword) {
    case 'if':
      return undefined;
    case 'anyOf':
      return { path, at: 'key', message: NO_LIMIT };
    case 'required': {
      if (LIMIT_BRANCH.test(error.schemaPath)) return undefined;
      const key: string = error.params['missingProperty'];
      return { path: [...path, key], at: 'key', message: `The key \`${key}\` is required here, but missing.` };
    }
    case 'dependentRequired': {
      const { property, missingProperty }: { property: string; missingProperty: string } = error.params as never;
      const message = `\`${property}\` needs the key \`${missingProperty}\` beside it, which is missing.`;
      return { path: [...path, property], at: 'key', message };
    }
    case 'additionalProperties': {
      const key: string = error.params['additionalProperty'];
      const known = Object.keys((error.parentSchema as JsonSchema).properties ?? {});
      return {
        path: [...path, key],
        at: 'key',
        message: known.length === 0 ? 'No keys are known here.' : unknownKey(key, known),
      };
    }
    case 'false schema':
      return { path, at: 'key', message: 'This key does not go together with `ref`. Remove one of the two.' };
    default: {
      if (LIMIT_BRANCH.test(error.schemaPath)) return undefined;
      const { keyword, params } = error;
      const isOffScale = keyword === 'maximum' && params['limit'] >= Number.MAX_SAFE_INTEGER;
      const expected = isOffScale ? `at most ${params['limit']}` : describeSchema(error.parentSchema as JsonSchema);
      return valueFinding(path, `Expected ${expected}, but found ${describeValue(error.data, isHidden(path))}.`);
    }
  }
}

/** What a schema asks for, as the end of "expected …". */
export function describeSchema(schema: JsonSchema): string {
  if (schema.$comment !== undefined) return schema.$comment;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return `${schema.enum.length > 1 ? 'one of ' : ''}${schema.enum.map((word) => `\`${word}\``).join(', ')}`;
  if (Array.isArray(schema.type)) {
    return `${schema.minimum === 0 ? 'a duration' : 'a duration of at least 1 ms'}: ${DURATION}`;
  }
  switch (schema.type) {
    case 'integer':
      return schema.maximum === undefined || schema.maximum === Number.MAX_SAFE_INTEGER
        ? `a whole number of at least ${schema.minimum}`
        : `a whole number from ${schema.minimum} to ${schema.maximum}`;
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return schema.maxItems === undefined ? 'a list' : `a list of at most ${schema.maxItems} items`;
    case 'string':
      return schema.minLength === undefined ? 'text' : 'text that is not empty';
    case 'object':
      return 'an object';
    default:
      return 'another value';
  }
}

/** The part of JSON Schema that this folder's schemas are written in. */
export interface JsonSchema {
  /** What the value must be, as the end of "expected …", where the keywords alone would not say it well. */
  readonly $comment?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema | boolean>>;
}

/** A JSON Pointer tells `0` the key from `0` the index only by the value that it points into. */
function toPath(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return path;
}

/** The only `anyOf` of the schemas here is the rule that a run has an end. */
const LIMIT_BRANCH = /\/anyOf\/\d+\//;

const NO_LIMIT =
  'Nothing says when the run ends. Set `max_messages` or `idle_timeout`, or `unbounded: true` if it is meant to go on for ever.';
