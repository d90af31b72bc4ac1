import type { ErrorObject, ValidateFunction } from 'ajv';
import type { JsonSchema } from '../../internal/json-schema.js';
import { unknownKey } from '../../internal/options.js';
import { PATH_PATTERN, pathProblem } from '../../json/field.js';
import { DURATION } from '../durations.js';
import { isDuration, keyOfCodeName, type Properties } from '../fields/code-name.js';
import { compiledSchema, type SchemaName } from './compiled-schema.js';
import { elsewhere } from './elsewhere.js';
import { describeValue, type Finding, type IsHidden, type Path, quotedForm, valueFinding } from './findings.js';
import { nullKeys, pathIn, pointerTo, withoutKeys } from './null-keys.js';

export type { JsonSchema } from '../../internal/json-schema.js';

/** What is known of keys and words that a schema does not know: a sentence, or `undefined`. */
export interface ForeignTerms {
  key(path: Path, key: string, root: unknown): string | undefined;
  word(path: Path, word: unknown, root: unknown): string | undefined;
}

/** Says everything that is wrong with a value. Values for which `isHidden` says yes are not shown. */
export type SchemaCheck = (value: unknown, isHidden: IsHidden) => Checked;

/** What came of a check. */
export interface Checked {
  readonly findings: readonly Finding[];
  /** The value without keys that are `null` where that is none of their values: they count as left out. */
  readonly value: unknown;
}

/** A check against a JSON Schema (draft 2020-12) of this folder, made ready when it is used for the first time. */
export function schemaCheck(name: SchemaName, schema: object, foreign?: ForeignTerms): SchemaCheck {
  let validate: ValidateFunction | undefined;
  return (given, isHidden) => {
    validate ??= compiledSchema(name, schema);
    const nulls = new Set<string>();
    let value = given;
    while (!validate(value)) {
      const errors = validate.errors ?? [];
      const more = nullKeys(errors, value);
      if (more.size === 0) return { findings: toFindings(errors, { root: value, isHidden, foreign, nulls }), value };
      for (const key of more) nulls.add(key);
      // What is asked of the others may be something else then.
      value = withoutKeys(value, more);
    }
    return { findings: [], value };
  };
}

/** What is known when an error is put into words. */
interface Context {
  readonly root: unknown;
  readonly isHidden: IsHidden;
  readonly foreign: ForeignTerms | undefined;
  /** What was `null`, and counts as left out. */
  readonly nulls: ReadonlySet<string>;
}

/** One finding a place: of several errors about one value, the first says all there is to say. */
function toFindings(errors: readonly ErrorObject[], context: Context): Finding[] {
  const findings = new Map<string, Finding>();
  for (const error of errors) {
    const finding = toFinding(error, context);
    if (finding === undefined) continue;
    const place = JSON.stringify([finding.at === 'value', finding.path, finding.at === 'key' && finding.message]);
    if (!findings.has(place)) findings.set(place, finding);
  }
  return [...findings.values()];
}

function toFinding(error: ErrorObject, { root, isHidden, foreign, nulls }: Context): Finding | undefined {
  const path = pathIn(error.instancePath, root);
  switch (error.keyword) {
    case 'if':
      return undefined;
    case 'anyOf':
      return { path, at: 'key', message: NO_LIMIT };
    case 'required': {
      if (LIMIT_BRANCH.test(error.schemaPath)) return undefined;
      const key: string = error.params['missingProperty'];
      const isNull = nulls.has(pointerTo(error.instancePath, key));
      return {
        path: [...path, key],
        at: 'key',
        message: `The key \`${key}\` is required here, but ${isNull ? 'null' : 'missing'}.`,
      };
    }
    case 'dependentRequired': {
      const { property, missingProperty }: { property: string; missingProperty: string } = error.params as never;
      const message = `\`${property}\` needs the key \`${missingProperty}\` beside it, which is missing.`;
      return { path: [...path, property], at: 'key', message };
    }
    case 'additionalProperties': {
      const key: string = error.params['additionalProperty'];
      const { properties = {} } = error.parentSchema as { readonly properties?: Properties };
      const known = foreign?.key(path, key, root) ?? elsewhere(path, key) ?? codeName(key, properties);
      const message = known ?? noSuchKey(key, properties);
      return { path: [...path, key], at: 'key', message };
    }
    case 'false schema':
      return { path, at: 'key', message: 'This key does not go together with `ref`. Remove one of the two.' };
    default: {
      if (LIMIT_BRANCH.test(error.schemaPath)) return undefined;
      const { keyword, params } = error;
      const word = keyword === 'enum' ? foreign?.word(path, error.data, root) : undefined;
      if (word !== undefined) return valueFinding(path, word);
      if (keyword === 'pattern' && params['pattern'] === PATH_PATTERN)
        return valueFinding(path, pathProblem(error.data as string, isHidden(path)) ?? '');
      const isOffScale = keyword === 'maximum' && params['limit'] >= Number.MAX_SAFE_INTEGER;
      const expected = isOffScale ? `at most ${params['limit']}` : describeSchema(error.parentSchema as JsonSchema);
      const hint = isOnlyText(error) ? quotedForm(error.data, isHidden(path)) : undefined;
      const found = `Expected ${expected}, but found ${describeValue(error.data, isHidden(path))}.`;
      return valueFinding(path, hint === undefined ? found : `${found} ${hint}`);
    }
  }
}

/** The sentence for a key that has its name in code. */
function codeName(name: string, known: Properties): string | undefined {
  const key = keyOfCodeName(name, known);
  if (key === undefined) return undefined;
  const unit = isDuration(known[key]!) ? ', in seconds or as text such as "500ms" or "30s"' : '';
  return `There is no such key. Did you mean \`${key}\`${unit}?`;
}

function noSuchKey(key: string, properties: Properties): string {
  const known = Object.keys(properties);
  return known.length === 0 ? 'No keys are known here.' : unknownKey(key, known);
}

/** Whether something else was found where text is wanted, and it would do as text. */
function isOnlyText({ keyword, parentSchema, data }: ErrorObject): boolean {
  const { type, pattern = '' } = parentSchema as JsonSchema;
  const isWanted = keyword === 'type' && type === 'string';
  return isWanted && (typeof data === 'object' || new RegExp(pattern, 'u').test(String(data)));
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

/** The only `anyOf` of the schemas here is the rule that a run has an end. */
const LIMIT_BRANCH = /\/anyOf\/\d+\//;

const NO_LIMIT =
  'Nothing says when the run ends. Set `max_messages`, `idle_timeout`, `max_duration`, `max_bytes` or `stop_when`, or `unbounded: true` if it is meant to go on for ever.';
