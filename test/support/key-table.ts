import { authSchemas } from '../../lib/config/auth/auth-schema.js';
import type { JsonSchema } from '../../lib/config/check/schema-check.js';
import { mayBeNone } from '../../lib/config/fields/code-name.js';
import { sourceConfigSchema } from '../../lib/config/source-schema.js';
import { type SinkType, sinkKinds } from '../../lib/feed/sinks.js';

/**
 * A page with its tables of keys as the schemas have them. Which keys stand together is said by the page, and by nothing
 * else: between `<!-- keys: url, urls -->` and `<!-- keys:end -->` is the table of these keys of a source. `keys of jsonl`
 * and `keys of oauth2` are those of a sink and of a kind of credentials, all of them where none is named; `keys in short`
 * leaves out all but the first sentence of each.
 */
export function withKeyTables(page: string): string {
  return page.replace(KEY_TABLE, (_, begin: string, form = '', keys: string | undefined) => {
    const { properties, required } = schemaOf(form);
    const names = keys?.split(', ') ?? Object.keys(properties);
    return `${begin}\n${keyTable(properties, { names, required, inShort: form === ' in short' })}\n${END}`;
  });
}

/** Which keys a page shows of a source (''), a sink (`jsonl`) or credentials (`oauth2`), in its order. */
export function keysShown(page: string): ReadonlyMap<string, readonly string[]> {
  const shown = new Map<string, string[]>();
  for (const [, , form = '', keys] of page.matchAll(KEY_TABLE)) {
    const of = form.replace(/^ of /, '').replace(' in short', '');
    const names = keys?.split(', ') ?? Object.keys(schemaOf(form).properties);
    shown.set(of, [...(shown.get(of) ?? []), ...names]);
  }
  return shown;
}

/** Keys as a Markdown table, and below it what there is to say of them beyond a sentence. */
export function keyTable(
  properties: Keys,
  options: {
    readonly names?: readonly string[];
    readonly required?: readonly string[];
    readonly inShort?: boolean;
  } = {},
): string {
  const { names = Object.keys(properties), required = [], inShort = false } = options;
  const rows = names.map((key) => {
    const schema = properties[key];
    if (schema === undefined) throw new Error(`There is no key ${key} for the page.`);
    const [first, ...more] = sentencesOf(schema);
    const fallback = required.includes(key) ? 'required' : defaultOf(key, schema);
    const cells = [`\`${key}\``, typeOf(schema), fallback, first!];
    return { row: `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`, more: more.join(' ') };
  });
  const notes = inShort
    ? []
    : rows.flatMap(({ more }, index) => (more === '' ? [] : [`- \`${names[index]}\`: ${more}`]));
  return [
    ...['| key | type | default | what it does |', '| --- | --- | --- | --- |', ...rows.map(({ row }) => row)],
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

type Keys = Readonly<Record<string, JsonSchema>>;

function schemaOf(form: string): { readonly properties: Keys; readonly required: readonly string[] } {
  const of = form.replace(/^ of /, '');
  if (of === form) return { properties: sourceConfigSchema.properties, required: [] };
  const schema: { readonly properties: Keys; readonly required?: readonly string[] } =
    of in sinkKinds ? sinkKinds[of as SinkType].schema : (authSchemas[of as 'oauth2'] ?? unknownSchema(of));
  return { properties: schema.properties, required: schema.required ?? [] };
}

function unknownSchema(of: string): never {
  throw new Error(`There are no keys of ${of} for the page.`);
}

/** What a schema says of a key. A sentence that says only where a key counts is no beginning: it goes behind what the key does. */
function sentencesOf(schema: JsonSchema): string[] {
  const { description = '' } = schema;
  if (isCredentials(schema))
    return ['Who we are: by its `type`, or by the name (`ref`) of an entry of the `auth` catalogue.'];
  const sentences = description.split(/(?<=\.) (?=[A-Z`])/);
  const [first] = sentences;
  const isCondition = sentences.length > 1 && /^With [^:]*\.$/.test(first!.replaceAll(/`[^`]*`/g, ''));
  return isCondition ? [...sentences.slice(1, 2), first!, ...sentences.slice(2)] : sentences;
}

/** Whether a key is the `auth` of a source, whose kinds have tables of their own. */
function isCredentials(schema: JsonSchema): boolean {
  return schema.$ref === '#/$defs/auth';
}

function typeOf(schema: JsonSchema): string {
  if (isCredentials(schema)) return '`{type, config}` or `{ref}`';
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (Array.isArray(schema.type)) {
    if (schema.type.includes('integer')) return bounded('bytes', schema);
    const scalar = schema.type.includes('number') ? secondsOf(schema) : (wordsOf(schema) ?? 'string');
    const others = schema.type.includes('array') ? 'string[]' : keysOf(schema);
    return [scalar, others].filter((form) => form !== undefined).join(' or ');
  }
  switch (schema.type) {
    case 'integer':
      return bounded('int', schema);
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    case 'array':
      return `${itemOf(schema.items)}[]`;
    case 'object':
      return keysOf(schema) ?? (schema.additionalProperties === undefined ? 'object' : 'map of strings');
    case 'string':
      return 'string';
    default:
      return 'any JSON';
  }
}

/** What stands in a list: objects, texts, or both. */
function itemOf(schema: JsonSchema | undefined): string {
  const keys = keysOf(schema) ?? 'string';
  return Array.isArray(schema?.type) ? `(string or ${keys})` : keys;
}

function secondsOf(schema: JsonSchema): string {
  return mayBeNone(schema) ? 'seconds or `none`' : 'seconds';
}

/** The words that a text can be, as a pattern names them. */
function wordsOf({ pattern }: JsonSchema): string | undefined {
  const words = /^\^\((.+)\)\$$/.exec(pattern ?? '')?.[1];
  return words
    ?.split('|')
    .map((word) => `\`${word}\``)
    .join(', ');
}

/** An object's keys, as in `{interval, message}`. */
function keysOf(schema: JsonSchema | undefined): string | undefined {
  return schema?.properties === undefined ? undefined : `\`{${Object.keys(schema.properties).join(', ')}}\``;
}

function bounded(kind: string, { minimum, maximum }: JsonSchema): string {
  const least = minimum === undefined ? '' : ` ≥ ${minimum}`;
  const most = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : `, ≤ ${number(maximum)}`;
  return `${kind}${least}${most}`;
}

function defaultOf(key: string, schema: JsonSchema): string {
  if (key === 'url') return 'required, or `urls`';
  const value = schema.default;
  if (value === undefined || isCredentials(schema)) return 'none';
  if (typeof value === 'number') return value >= MIB && value % MIB === 0 ? `${value / MIB} MiB` : number(value);
  const { type } = value as { readonly type?: string };
  return `\`${typeof value === 'string' ? value : (type ?? JSON.stringify(value))}\``;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

const END = '<!-- keys:end -->';
const KEY_TABLE = /(<!-- keys( of \w+| in short)?(?:: ([\w, ]+))? -->)[\s\S]*?<!-- keys:end -->/g;
const MIB = 1024 * 1024;
