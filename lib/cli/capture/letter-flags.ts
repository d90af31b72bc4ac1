import { flagError } from './flag-values.js';
import { type FlagSchema, kebab } from './flags.js';
import { flattened } from './nested-flags.js';

/** `dead_letter` as flags: its path, and each member of the rest of it as a flag of its own. */
export function letterFlags(schema: FlagSchema): Readonly<Record<string, FlagSchema>> {
  const { path: _, ...others } = schema.properties as Readonly<Record<string, FlagSchema>>;
  const { description } = schema;
  const members = Object.entries(flattened(others)).map(([key, member]) => [`${KEY}_${key}`, member] as const);
  return {
    [KEY]: { ...(description !== undefined && { description }), type: 'string' },
    ...Object.fromEntries(members),
  };
}

/**
 * The values of such flags as `dead_letter` has them, among others.
 *
 * @throws {ConfigError} for a member without a path
 */
export function withLetters(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { [KEY]: path, ...others } = values;
  const letters: Record<string, Record<string, unknown>> = {};
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(others)) {
    const [, outer, inner] = MEMBER.exec(key) ?? [];
    if (outer === undefined) rest[key] = value;
    else if (path === undefined)
      throw flagError(`--${kebab(key)}`, 'It rules files of dead letters: say where they go with --dead-letter.');
    else (letters[outer] ??= {})[inner as string] = value;
  }
  if (path === undefined) return rest;
  return { ...rest, [KEY]: Object.keys(letters).length === 0 ? path : { path, ...letters } };
}

const KEY = 'dead_letter';
const MEMBER = /^dead_letter_(roll|keep)_(\w+)$/;
