import { closest, distance } from 'fastest-levenshtein';
import { ConfigError, type ConfigProblem } from '../errors.js';
import { speakingTo, surfaceOf } from './surface.js';

/** One option: its default, and which values it takes. */
export interface Field<T> {
  readonly fallback: T;
  /** What is accepted, as the end of "expected …". */
  readonly expected: string;
  /** @throws {ConfigError} that says what is wrong inside of it */
  accepts(value: unknown): boolean;
  /** Whether a value must not be shown. */
  readonly isSecret?: boolean;
  /** Whether it is for tests alone: no message names it. */
  readonly isHidden?: boolean;
}

/** The fields of an options object, by name. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/**
 * Checks `given` against `fields` and fills in the defaults. An explicit `undefined` means the default.
 *
 * @throws {ConfigError} with every unknown key and every value that is not accepted
 */
export function resolveOptions<T extends object>(owner: string, given: unknown, fields: Fields<T>): T {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new ConfigError([{ path: owner, message: `Expected an object of options, got ${describe(given)}.` }]);
  }
  const problems: ConfigProblem[] = [];
  const names = Object.keys(fields) as (keyof T & string)[];
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(fields, key)) continue;
    const known = names.filter((name) => fields[name].isHidden !== true);
    problems.push({ path: `${owner}.${key}`, message: unknownKey(key, known) });
  }
  const resolved = { ...fallbacksOf(fields) };
  for (const key of names) {
    const value = (given as Partial<T>)[key];
    if (value === undefined) continue;
    problems.push(...refusals(`${owner}.${key}`, value, fields[key]));
    resolved[key] = value as T[typeof key];
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return speakingTo(surfaceOf(given), resolved);
}

/** The defaults, found once: a copy of them costs a tenth of an object to which so many keys are added, and takes less memory. */
function fallbacksOf<T extends object>(fields: Fields<T>): T {
  let fallbacks = known.get(fields) as T | undefined;
  if (fallbacks === undefined) {
    const entries = Object.entries(fields as Readonly<Record<string, Field<unknown>>>);
    fallbacks = Object.fromEntries(entries.map(([name, { fallback }]) => [name, fallback])) as T;
    known.set(fields, fallbacks);
  }
  return fallbacks;
}

const known = new WeakMap<object, object>();

/** What is wrong with one value, if anything is. */
function refusals(path: string, value: unknown, { expected, isSecret, accepts }: Field<unknown>): ConfigProblem[] {
  try {
    if (accepts(value)) return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => ({ path: `${path}${problem.path}`, message: problem.message }));
  }
  const got = isSecret === true ? 'something else that is not shown here' : describe(value);
  return [{ path, message: `Expected ${expected}, got ${got}.` }];
}

/** The sentence for a key that does not exist, with those that do: the nearest one, else those of a like name, else the few that there are. */
export function unknownKey(key: string, known: readonly string[]): string {
  const nearest = known.length === 0 ? undefined : closest(key, known);
  const isNear = nearest !== undefined && distance(key, nearest) <= Math.max(2, Math.floor(key.length / 2));
  if (isNear) return `There is no such key. Did you mean \`${nearest}\`?`;
  if (known.length <= MAX_LISTED) return `There is no such key. Known are: ${known.join(', ')}.`;
  const alike = known.filter((other) => sharesWord(key, other)).map((other) => `\`${other}\``);
  return alike.length > 0 && alike.length <= MAX_LISTED
    ? `There is no such key. Those with a like name are ${alike.join(', ')}.`
    : `There is no such key. docs/configuration.md has the ${known.length} that there are.`;
}

/** Whether two names, in snake or camel case, have a word of four letters or more in common. */
function sharesWord(one: string, other: string): boolean {
  const wordsOf = (name: string): string[] =>
    name.split(/[^A-Za-z]+|(?=[A-Z])/).flatMap((word) => (word.length >= MIN_WORD ? [word.toLowerCase()] : []));
  const words = new Set(wordsOf(one));
  return wordsOf(other).some((word) => words.has(word));
}

/** A whole number from `min` to `max`. */
export function wholeNumber<T extends number | undefined>(
  fallback: T,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): Field<T> {
  return {
    fallback,
    expected:
      max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  };
}

/** A stretch of time in milliseconds, finite and at least `min`. */
export function milliseconds<T extends number | undefined>(fallback: T, min = 1): Field<T> {
  return {
    fallback,
    expected: `a finite number of milliseconds of at least ${min}`,
    accepts: (value) => Number.isFinite(value) && (value as number) >= min,
  };
}

/** `true` or `false`. */
export function flag(fallback: boolean): Field<boolean> {
  return { fallback, expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
}

/** One of a few words. */
export function oneOf<T extends string>(fallback: T, words: readonly T[]): Field<T> {
  return {
    fallback,
    expected: `one of ${words.map((word) => `'${word}'`).join(', ')}`,
    accepts: (value) => words.includes(value as T),
  };
}

/** Anything for which `accepts` says yes. */
export function field<T>(fallback: T, expected: string, accepts: (value: unknown) => boolean): Field<T> {
  return { fallback, expected, accepts };
}

/** An object that has a method of each of these names. */
export function objectWith<T>(fallback: T, ...methods: readonly string[]): Field<T> {
  return {
    fallback,
    expected: `an object with the methods ${methods.join(', ')}`,
    accepts: (value) =>
      value !== null && typeof value === 'object' && methods.every((name) => isFunction((value as never)[name])),
  };
}

/** Whether it can be called. */
export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** Whether it is an array of strings. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** A value as an error message may show it: its kind, and itself only where it is short and plain. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  switch (typeof value) {
    case 'string':
      return value.length <= 40 ? JSON.stringify(value) : `a string of ${value.length} characters`;
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return String(value);
    default:
      return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
  }
}

/** What kind of value it is, where the value itself may be a secret. */
export function kindOf(value: unknown): string {
  const isShown = value === undefined || value === null || typeof value === 'object';
  return isShown ? describe(value) : `a ${typeof value}`;
}

/** More names than these are nothing to read through. */
const MAX_LISTED = 12;
const MIN_WORD = 4;
