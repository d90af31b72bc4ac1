import type { JsonSchema } from './schema-check.js';
import { sourceConfigSchema } from './source-schema.js';

/** Where the table begins in the README. */
export const TABLE_START = '<!-- config-table:start -->';
/** Where the table ends in the README. */
export const TABLE_END = '<!-- config-table:end -->';

/** The configuration of a source as a Markdown table: field, type, default, behaviour. */
export function configTable(): string {
  const rows = Object.entries<JsonSchema>(sourceConfigSchema.properties).map(([field, schema]) => {
    const cells = [`\`${field}\``, typeOf(field, schema), defaultOf(field, schema), schema.description ?? ''];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| field | type | default | behaviour |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** `text` with the table put between its two markers. Unchanged when it has none. */
export function withConfigTable(text: string): string {
  const start = text.indexOf(TABLE_START);
  const end = text.indexOf(TABLE_END, start);
  if (start === -1 || end === -1) return text;
  return `${text.slice(0, start + TABLE_START.length)}\n${configTable()}\n${text.slice(end)}`;
}

function typeOf(field: string, schema: JsonSchema): string {
  if (field === 'auth') return '`{type, config}` or `{ref}`';
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (Array.isArray(schema.type)) {
    const scalar = schema.type.includes('number') ? 'seconds' : wordsOf(schema);
    return [scalar, keysOf(schema)].filter((form) => form !== undefined).join(' or ');
  }
  switch (schema.type) {
    case 'integer':
      return integer(schema);
    case 'boolean':
      return 'bool';
    case 'array':
      return `${keysOf(schema.items) ?? 'string'}[]`;
    case 'object':
      return keysOf(schema) ?? (field === 'headers' ? 'map of strings' : 'object');
    default:
      return 'string';
  }
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

function integer({ minimum, maximum }: JsonSchema): string {
  const least = minimum === undefined ? '' : ` ≥ ${minimum}`;
  return `int${least}${maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : `, ≤ ${maximum.toLocaleString('en-US')}`}`;
}

function defaultOf(field: string, schema: JsonSchema): string {
  if (field === 'url') return 'required, or `urls`';
  const value = schema.default;
  if (value === undefined || field === 'auth') return 'none';
  if (typeof value === 'number') return field.endsWith('_bytes') ? `${value / MIB} MiB` : String(value);
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

const MIB = 1024 * 1024;
