import { placeholderKinds } from './placeholders/kinds.js';

/**
 * The schema of a file as an editor sees it, before placeholders are replaced: wherever a value may not be any text, a text
 * with a placeholder is one, too, and wherever it is an object or a list, what `vars` holds may be one.
 */
export function editorSchema<T extends object>(schema: T): T {
  return changed(schema) as T;
}

function changed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(changed);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (LITERALS.has(keyword)) return [keyword, value];
      if (keyword === 'properties') return [keyword, mapped(value as object, replaceable)];
      if (keyword === '$defs') return [keyword, mapped(value as object, changed)];
      return [keyword, VALUES.has(keyword) ? replaceable(value) : changed(value)];
    }),
  );
}

/** What tells of a value stays where it is; what is asked of it becomes one of two choices. */
function replaceable(schema: unknown): unknown {
  const inner = changed(schema);
  const placeholder = isPicky(inner) ? PLACEHOLDER : isStructured(inner) ? VARIABLE : undefined;
  if (placeholder === undefined) return inner;
  const entries = Object.entries(inner as object);
  const told = entries.filter(([keyword]) => TELLING.has(keyword));
  const asked = entries.filter(([keyword]) => !TELLING.has(keyword));
  return { ...Object.fromEntries(told), anyOf: [Object.fromEntries(asked), placeholder] };
}

/** Whether it describes scalars, and some text is none of them. */
function isPicky(schema: unknown): schema is object {
  if (typeof schema !== 'object' || schema === null) return false;
  const { type, enum: words, pattern } = schema as { type?: string | string[]; enum?: unknown; pattern?: unknown };
  const types = new Set(type);
  return words !== undefined || pattern !== undefined || [type, ...types].some((one) => SCALARS.has(one as string));
}

/** Whether it describes objects or lists, and no text. */
function isStructured(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { type, $ref } = schema as { type?: unknown; $ref?: unknown };
  return type === 'object' || type === 'array' || $ref !== undefined;
}

function mapped(schemas: object, change: (schema: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));
}

const OPENINGS = Object.values(placeholderKinds).map(({ form }) =>
  form
    .slice(2)
    .replace(/(?<=[:.]).*/, '')
    .replace('.', '\\.'),
);
const PLACEHOLDER = { type: 'string', pattern: `\\$\\{(${OPENINGS.join('|')})` };
/** It alone may stand for more than a text, a number or a word. */
const VARIABLE = { type: 'string', pattern: '^\\$\\{vars\\.[^}]+\\}$' };
const SCALARS = new Set(['integer', 'number', 'boolean']);
/** Keywords whose value is the schema of some other value than the one at hand. */
const VALUES = new Set(['items', 'additionalProperties']);
/** Keywords whose value is no schema, or one that asks what is there already. */
const LITERALS = new Set([
  'const',
  'enum',
  'default',
  'examples',
  'required',
  'type',
  'dependentRequired',
  'if',
  'not',
]);
/** Keywords that ask for nothing. */
const TELLING = new Set(['title', 'description', 'default', 'examples', '$comment']);
