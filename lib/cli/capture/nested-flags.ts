import type { FlagSchema } from './flags.js';

/** The keys of a table, those of objects in it as keys of their own: `roll: { every }` as `roll_every`. */
export function flattened(properties: Readonly<Record<string, FlagSchema>>): Readonly<Record<string, FlagSchema>> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, schema]) =>
      schema.properties === undefined
        ? [[key, schema]]
        : Object.entries(schema.properties).map(([inner, one]) => [`${key}_${inner}`, one as FlagSchema]),
    ),
  );
}

/** The values of such keys as the table has them. */
export function nested(
  properties: Readonly<Record<string, FlagSchema>>,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const [outer, inner] = placeOf(properties, key);
    found[outer] = inner === undefined ? value : { ...(found[outer] as object | undefined), [inner]: value };
  }
  return found;
}

function placeOf(properties: Readonly<Record<string, FlagSchema>>, key: string): readonly [string, string?] {
  for (const [outer, { properties: members = {} }] of Object.entries(properties)) {
    const inner = key.startsWith(`${outer}_`) ? key.slice(outer.length + 1) : '';
    if (Object.hasOwn(members, inner)) return [outer, inner];
  }
  return [key];
}
