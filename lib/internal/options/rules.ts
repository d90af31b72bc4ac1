import { optionError } from '../../errors.js';
import { optionsOf } from './key.js';
import type { AnyOption, Form, OptionTable, Rule } from './option.js';

/** A rule between options that is broken, and the names in code that lead to where. */
export interface Breach {
  readonly names: readonly string[];
  readonly at: 'value' | 'key';
  readonly message: string;
}

/**
 * What breaks the rules between options, and those within objects of options.
 *
 * @param nameOf an option's name as it is shown
 */
export function breachesIn(
  table: OptionTable,
  rules: readonly Rule<never>[],
  given: object,
  nameOf: (name: string, option: AnyOption) => string,
): Breach[] {
  const name = (option: string): string => nameOf(option, table[option]!);
  const here = rules.flatMap((rule): Breach[] => {
    const breach = (rule as Rule<Record<string, unknown>>)(given as Record<string, unknown>, name);
    return breach === undefined ? [] : [{ names: [breach.option], at: breach.at, message: breach.message }];
  });
  const within: Breach[] = [];
  for (const {
    name: option,
    option: { form },
  } of optionsOf(table)) {
    const value: unknown = (given as Readonly<Record<string, unknown>>)[option];
    const shape = typeof value === 'object' && value !== null ? shapeIn(form) : undefined;
    if (shape === undefined) continue;
    const inner = breachesIn(shape.table, shape.rules, value as object, nameOf);
    within.push(...inner.map((breach) => ({ ...breach, names: [option, ...breach.names] })));
  }
  return [...here, ...within];
}

/**
 * The same for what code gave.
 *
 * @throws {ConfigError} for the first rule that is broken
 */
export function checkRules(owner: string, table: OptionTable, rules: readonly Rule<never>[], given: object): void {
  const [breach] = breachesIn(table, rules, given, (name) => name);
  if (breach !== undefined) throw optionError([owner, ...breach.names].join('.'), breach.message);
}

function shapeIn(form: Form): Extract<Form, { kind: 'shape' }> | undefined {
  if (form.kind === 'either') return form.forms.map(shapeIn).find((shape) => shape !== undefined);
  return form.kind === 'shape' ? form : undefined;
}
