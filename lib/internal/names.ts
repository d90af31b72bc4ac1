import { SpillwayError } from '../errors.js';
import { keyOf } from './options/key.js';
import type { Form, OptionTable } from './options/option.js';
import { withNames } from './surface.js';

/** What the keys of a file are called in code. */
export type Names = ReadonlyMap<string, string>;

/** The names in code of the keys of options, and of those within objects. */
export function namesIn(table: OptionTable): Names {
  return new Map(Object.entries(table).flatMap(([name, { form }]) => [[keyOf(name), name], ...namesWithin(form)]));
}

/**
 * An error of this library, and those that it was caused by, with names of code in place of the keys of files. Other words between
 * backticks stay: a server may have said them.
 *
 * @param namesOf is asked when there is an error to tell: most calls have none
 */
export function tellBy<T>(namesOf: () => Names, error: T): T {
  if (!(error instanceof SpillwayError)) return error;
  const names = namesOf();
  for (let one: unknown = error; one instanceof SpillwayError; one = one.cause) {
    const { message } = one;
    const told = withNames(message, (key) => names.get(key));
    if (told === message) continue;
    one.message = told;
    if (one.stack !== undefined) one.stack = one.stack.replace(message, () => told);
  }
  return error;
}

function namesWithin(form: Form): readonly (readonly [string, string])[] {
  switch (form.kind) {
    case 'shape':
      return [...namesIn(form.table)];
    case 'list':
      return namesWithin(form.item);
    case 'either':
      return form.forms.flatMap(namesWithin);
    default:
      return [];
  }
}
