import type { OptionTable } from './option.js';

/** Every credential that options hold, as their table says which do. */
export function secretsIn(table: OptionTable, given: object): string[] {
  return Object.entries(table).flatMap(([name, { isSecret, secretsIn = textsIn }]) => {
    const value: unknown = (given as Readonly<Record<string, unknown>>)[name];
    return isSecret === true && value !== undefined ? secretsIn(value as never) : [];
  });
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
