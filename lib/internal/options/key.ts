import type { AnyOption, OptionTable } from './option.js';

/** The key of an option in a configuration: `pongTimeoutMs` → `pong_timeout`. */
export function keyOf<Name extends string>(name: Name): KeyOf<Name> {
  return name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as KeyOf<Name>;
}

/** An option of a table, with both of its names. */
export interface NamedOption {
  readonly name: string;
  readonly key: string;
  readonly option: AnyOption;
}

/** The options of a table, in its order. Tables are constants: what is found once is kept, since every feed asks for it several times. */
export function optionsOf(table: OptionTable): readonly NamedOption[] {
  let options = known.get(table);
  if (options === undefined) {
    options = Object.entries(table).map(([name, option]) => ({ name, key: keyOf(name), option }));
    known.set(table, options);
  }
  return options;
}

const known = new WeakMap<OptionTable, readonly NamedOption[]>();

/** The same rule for types. */
export type KeyOf<Name extends string> = Snake<Name extends `${infer Stem}Ms` ? Stem : Name>;
type Snake<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : '';
