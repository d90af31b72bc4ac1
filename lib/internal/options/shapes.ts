import { ConfigError } from '../../errors.js';
import { field } from '../options.js';
import { option } from './kinds.js';
import type { About, GivenOf, Option, OptionTable, Rule, ShapeForm } from './option.js';

/** What must hold within an object of options. */
interface Bonds<T extends OptionTable> {
  /** Which options ask for another beside them. @default {} */
  readonly needs?: { readonly [K in keyof T]?: keyof T & string };
  /** Two options of which there must be one. @default none */
  readonly oneOf?: readonly [keyof T & string, keyof T & string];
  /** @default [] */
  readonly rules?: readonly Rule<GivenOf<T>>[];
}

/** An object of these options. What is left out stays so: its owner knows the defaults. */
export function shapeForm<T extends OptionTable>(table: T, bonds: Bonds<T> = {}): ShapeForm<T> {
  const { needs = {}, oneOf, rules = [] } = bonds;
  return { kind: 'shape', table, rules: rules as never, needs: needs as ShapeForm['needs'], oneOf };
}

/** An object of options. `note` says what code may give in it, behind the names of the options. */
export function shape<R>(form: ShapeForm, spec: About & { readonly note: string }): Option<R | undefined> {
  const code = field<R | undefined>(undefined, `${namesOf(form)}${spec.note}`, (value) => fits(form, value));
  return option(code, spec, form);
}

/** A list of objects of options, of at most `max` in a configuration; empty when it is left out. */
export function list<R>(
  item: ShapeForm,
  spec: About & { readonly note: string; readonly max: number },
): Option<readonly R[]> {
  const accepts = (value: unknown): boolean =>
    Array.isArray(value) && value.every((one, index) => within(`[${index}]`, () => fits(item, one)));
  const code = field<readonly R[]>([], `an array of ${namesOf(item)}${spec.note}`, accepts);
  return option(code, spec, { kind: 'list', item, max: spec.max });
}

/**
 * Whether it is an object of these options, and of no others.
 *
 * @throws {ConfigError} that says what is wrong inside of it
 */
export function fits({ table, needs, oneOf }: ShapeForm, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  const names = new Set(given.map(([name]) => name));
  return (
    Object.keys(value).every((name) => Object.hasOwn(table, name)) &&
    Object.entries(table).every(([name, { isRequired }]) => isRequired !== true || names.has(name)) &&
    given.every(([name]) => needs[name] === undefined || names.has(needs[name])) &&
    (oneOf === undefined || oneOf.some((name) => names.has(name))) &&
    given.every(([name, member]) => within(`.${name}`, () => table[name]!.accepts(member)))
  );
}

/** Has what is wrong inside of a value told by where it stands. */
export function within(place: string, check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems.map(({ path, message }) => ({ path: `${place}${path}`, message })));
  }
}

function namesOf({ table }: ShapeForm): string {
  return `{ ${Object.keys(table).join(', ')} }`;
}
