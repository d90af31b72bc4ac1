import { ConfigError } from '../../errors.js';
import { BYTE_SIZE_PATTERN, bytesOf, expectedSize } from '../../internal/options/byte-size.js';
import { type KeyOf, keyOf, optionsOf } from '../../internal/options/key.js';
import type { AnyOption, Form, GivenOf, OptionTable, Rule, ShapeForm } from '../../internal/options/option.js';
import { breachesIn } from '../../internal/options/rules.js';
import { filledPathKeywords } from '../../json/option-kinds.js';
import type { Finding } from '../check/findings.js';
import type { JsonSchema } from '../check/schema-check.js';
import { expandHome } from '../files/file-path.js';
import { duration, durationOr, msOf, positiveDuration } from './duration.js';

/** The same options, some of them by other names. */
export function renamed<T extends OptionTable, const N extends { readonly [K in keyof T]?: string }>(
  table: T,
  names: N,
): { readonly [K in keyof T as K extends keyof N ? N[K] & string : K]: T[K] } {
  return Object.fromEntries(Object.entries(table).map(([name, one]) => [names[name] ?? name, one])) as never;
}

/** The keys of the options of which something holds. */
export function keysWhere(table: OptionTable, holds: (option: AnyOption) => boolean | undefined): string[] {
  return Object.entries(table).flatMap(([name, one]) => (holds(one) === true ? [keyOf(name)] : []));
}

/** The keys of the options that are, or hold, credentials, of those within objects, too. */
export function secretKeys(table: OptionTable): string[] {
  const within = Object.values(table).flatMap(({ form }) => (form.kind === 'shape' ? secretKeys(form.table) : []));
  return [...keysWhere(table, ({ isSecret }) => isSecret), ...within];
}

/** The JSON Schema of each option, by key. */
export function fieldsOf<T extends OptionTable>(table: T): FieldsOf<T> {
  return Object.fromEntries(Object.entries(table).map(([name, one]) => [keyOf(name), schemaOf(one)])) as never;
}

/** What a configuration says, as code would say it: names in camelCase, milliseconds, defaults filled in. */
export function resolved<T extends OptionTable>(table: T, given: object): Resolved<T> {
  const read: Record<string, unknown> = {};
  for (const { name, key, option } of optionsOf(table)) {
    if (option.isIgnored === true) continue;
    const value = memberOf(given, key);
    read[name] = value === undefined ? option.fallback : readOf(option.form, value);
  }
  return read as never;
}

/** What breaks rules between options. One that looks at a value that is wrong by itself is not asked: that has a finding of its own. */
export function ruleFindings(table: OptionTable, rules: readonly Rule<never>[], given: object): Finding[] {
  const sound = resolved(table, given) as Record<string, unknown>;
  for (const { name, key, option } of optionsOf(table)) {
    if (option.isIgnored === true || memberOf(given, key) === undefined) continue;
    if (!accepts(option, sound[name])) sound[name] = UNSOUND;
  }
  return breachesIn(table, rules.map(ofSound), sound, keyOf).map(({ names, at, message }) => ({
    path: names.map(keyOf),
    at,
    message,
  }));
}

function accepts(option: AnyOption, value: unknown): boolean {
  try {
    return option.accepts(value);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return false;
  }
}

function ofSound(rule: Rule<never>): Rule<never> {
  return (given, name) => {
    let isSound = true;
    const get = (options: object, key: string): unknown => {
      const value: unknown = Reflect.get(options, key);
      isSound &&= value !== UNSOUND;
      return value === UNSOUND ? undefined : value;
    };
    const breach = rule(new Proxy(given, { get: get as never }), name);
    return isSound ? breach : undefined;
  };
}

/** Stands for a value that is wrong by itself. */
const UNSOUND: unique symbol = Symbol('unsound');

/** What {@link fieldsOf} returns. */
export type FieldsOf<T extends OptionTable> = { readonly [K in keyof T & string as KeyOf<K>]: JsonSchema };

/** What {@link resolved} returns: all but what has no effect. */
export type Resolved<T extends OptionTable> = {
  readonly [K in keyof T as T[K] extends { readonly isIgnored: true } ? never : K]: T[K]['fallback'];
};

function schemaOf({ about, form, fallback }: AnyOption): JsonSchema {
  const { comment, title, description, examples } = about;
  return {
    ...(comment !== undefined && { $comment: comment }),
    ...(title !== undefined && { title }),
    description,
    ...keywordsOf(form),
    ...(fallback !== undefined && { default: writtenOf(form, fallback) }),
    ...(examples !== undefined && { examples }),
  };
}

/** The JSON Schema of a value in this form, but for what people read about it. */
export function keywordsOf(form: Form): JsonSchema {
  switch (form.kind) {
    case 'duration':
      if (form.orWords !== undefined) return durationOr(form.orWords);
      return form.minMs === 0 ? duration : positiveDuration;
    case 'bytes': {
      const { min: minimum, max } = form;
      const bounds = { minimum, ...(max !== undefined && { maximum: max }) };
      return {
        $comment: expectedSize(minimum, max),
        type: ['integer', 'string'],
        ...bounds,
        pattern: BYTE_SIZE_PATTERN,
      };
    }
    case 'whole':
      return { type: 'integer', minimum: form.min, maximum: form.max };
    case 'number': {
      const { min: minimum, max: maximum } = form;
      return { $comment: `a number from ${minimum} to ${maximum}`, type: 'number', minimum, maximum };
    }
    case 'flag':
      return { type: 'boolean' };
    case 'words':
      return { enum: form.words };
    case 'text':
      return { $comment: form.comment, type: 'string', pattern: form.pattern };
    case 'any text':
      return { type: 'string', ...(form.minLength > 0 && { minLength: form.minLength }) };
    case 'json path':
      return filledPathKeywords;
    case 'file':
      return { type: 'string', minLength: 1 };
    case 'own':
      return form.schema;
    case 'shape':
      return shapeKeywords(form);
    case 'list': {
      const { item, max: maxItems } = form;
      return { type: 'array', $comment: `a list of at most ${maxItems} items`, maxItems, items: keywordsOf(item) };
    }
    case 'either': {
      const parts = form.forms.map((part) => (part.kind === 'words' ? wordsAsText(part.words) : keywordsOf(part)));
      const type = parts.flatMap((part) => part.type ?? []);
      return { $comment: form.comment, ...Object.assign({}, ...parts), type };
    }
  }
}

function shapeKeywords({ table, needs, oneOf }: ShapeForm): JsonSchema {
  const required = keysWhere(table, ({ isRequired }) => isRequired);
  const dependent = Object.entries(needs).map(([name, other]) => [keyOf(name), [keyOf(other)]]);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties: fieldsOf(table),
    ...(dependent.length > 0 && { dependentRequired: Object.fromEntries(dependent) }),
    ...(oneOf !== undefined && { if: { required: [keyOf(oneOf[1])] }, else: { required: [keyOf(oneOf[0])] } }),
  };
}

/** Words among other forms: an `enum` would hold for all of them. */
function wordsAsText(words: readonly string[]): JsonSchema {
  return { type: 'string', pattern: words.length === 1 ? `^${words[0]}$` : `^(${words.join('|')})$` };
}

/** A default as a configuration writes it. */
export function writtenOf(form: Form, fallback: unknown): unknown {
  const isTime = form.kind === 'duration' || (form.kind === 'either' && form.forms[0]?.kind === 'duration');
  return isTime ? (fallback as number) / 1000 : fallback;
}

/** A value as code would give it; what is none in this form is left as it is. */
function readOf(form: Form, value: unknown): unknown {
  switch (form.kind) {
    case 'duration':
      return form.orWords?.includes(value as string) === true ? value : msOf(value);
    case 'bytes':
      return bytesOf(value);
    case 'shape':
      return typeof value === 'object' && value !== null ? shapeRead(form.table, value) : value;
    case 'list':
      return Array.isArray(value) ? value.map((one: object) => resolved(form.item.table, one)) : value;
    case 'either':
      return readOf(formFor(form.forms, value), value);
    case 'file':
      return typeof value === 'string' ? expandHome(value) : value;
    case 'own':
      return form.read(value);
    default:
      return value;
  }
}

/** An object of options as code says it. Members that are left out stay so, as in code: whoever takes the object knows its defaults. The items of a list have them all. */
export function shapeRead<T extends OptionTable>(table: T, value: object): GivenOf<T> {
  const entries = Object.entries(table).flatMap(([name, { form }]) => {
    const member = memberOf(value, keyOf(name));
    return member === undefined ? [] : [[name, readOf(form, member)]];
  });
  return Object.fromEntries(entries) as never;
}

/** Which of several forms a value is meant in: an object is a shape, anything else the first one. */
export function formFor(forms: readonly Form[], value: unknown): Form {
  const shape = typeof value === 'object' ? forms.find(({ kind }) => kind === 'shape') : undefined;
  return shape ?? forms[0]!;
}

/** What a configuration says of an option; `undefined` where it is no object. */
export function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
