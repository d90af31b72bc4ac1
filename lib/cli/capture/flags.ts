import { Option } from 'commander';
import { formatBytes } from '../report/format.js';

/** A key of a configuration as a flag of the command line. */
export interface Flag {
  readonly key: string;
  readonly schema: FlagSchema;
  readonly option: Option;
  /** The flag that says no, where there is one. */
  readonly negative: Option | undefined;
  /** The items of a list that one text stands for, where that is no single one. */
  readonly split: ((text: string) => readonly string[]) | undefined;
}

/** The part of JSON Schema that flags are made from. */
export interface FlagSchema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly items?: FlagSchema;
  readonly properties?: Readonly<Record<string, FlagSchema | boolean>>;
  readonly anyOf?: readonly FlagSchema[];
  readonly oneOf?: readonly FlagSchema[];
  readonly $ref?: string;
}

/**
 * A flag for each key of a table, under the same name in kebab case. What is given stays text until `valuesOf()` reads
 * it: commander would show a value that it refuses, and some are credentials.
 *
 * @param options `short`: one-letter names by key; `split`: how a text becomes items, by key of a list
 */
export function flagsOf(
  properties: Readonly<Record<string, FlagSchema>>,
  options: {
    readonly group: string;
    readonly short?: Readonly<Record<string, string>>;
    readonly split?: Readonly<Record<string, (text: string) => readonly string[]>>;
  },
): Flag[] {
  const { group, short = {} } = options;
  return Object.entries(properties).map(([key, schema]) => {
    const long = `--${kebab(key)}`;
    const names = short[key] === undefined ? long : `-${short[key]}, ${long}`;
    const text = `${shortText(schema.description ?? '')}${defaultNote(key, schema)}`;
    const isYesNo = isBoolean(schema);
    const option = new Option(isYesNo ? names : `${names} <${placeholder(schema)}>`, text).helpGroup(group);
    if (isWords(schema)) option.choices(schema.enum as string[]);
    if (schema.type === 'array') option.argParser(collect);
    const split = options.split?.[key];
    if (!isYesNo || schema.default === false) return { key, schema, option, negative: undefined, split };
    const negative = new Option(`--no-${kebab(key)}`, `The opposite of \`${long}\`.`).helpGroup(group);
    return { key, schema, option, negative, split };
  });
}

/** `idle_timeout` → `idle-timeout` */
export function kebab(key: string): string {
  return key.replaceAll('_', '-');
}

/** Gathers what a flag was given each time. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The types of JSON that a schema lets through, as far as they can be told from it. */
export function typesOf(schema: FlagSchema): ReadonlySet<string> {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const words = [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])];
  const types = [
    ...(typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])),
    ...branches.flatMap((branch) => [...typesOf(branch)]),
    ...words.map((word) => (word === null ? 'null' : typeof word)),
  ];
  // What a reference leads to is an object, in the tables that there are.
  return new Set(types.length > 0 ? types : ['object']);
}

export function isBoolean(schema: FlagSchema): boolean {
  const types = typesOf(schema);
  return types.size === 1 && types.has('boolean');
}

function isWords(schema: FlagSchema): boolean {
  return schema.enum?.every((word) => typeof word === 'string') === true;
}

function placeholder(schema: FlagSchema): string {
  if (schema.type === 'array') return isText(schema.items ?? {}) ? 'text' : 'json';
  if (isWords(schema)) return 'word';
  const types = typesOf(schema);
  if (types.has('object') || types.has('array')) return 'json';
  if (types.has('string')) return types.has('number') ? 'duration' : types.has('integer') ? 'size' : 'text';
  return 'n';
}

function isText(schema: FlagSchema): boolean {
  const types = typesOf(schema);
  return types.size === 1 && types.has('string');
}

/** The first sentence, or so many that they say something. */
function shortText(text: string): string {
  let end = 0;
  for (const sentence of text.matchAll(/(?:`[^`]*`|[^`])*?[.](?:\s|$)/g)) {
    end += sentence[0].length;
    if (end >= ENOUGH_CHARACTERS) break;
  }
  return text.slice(0, end).trimEnd();
}

function defaultNote(key: string, schema: FlagSchema): string {
  const value = schema.default;
  if (value === undefined || value === false || (typeof value === 'object' && value !== null)) return '';
  if (typeof value !== 'number') return ` (default: ${String(value)})`;
  if (key.endsWith('_bytes')) return ` (default: ${value}, ${formatBytes(value)})`;
  return ` (default: ${value}${typesOf(schema).has('string') ? ' s' : ''})`;
}

const ENOUGH_CHARACTERS = 50;
