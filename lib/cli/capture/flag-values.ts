import { createReadStream } from 'node:fs';
import { ConfigError, type ConfigProblem } from '../../errors.js';
import { type BigIntegers, parseValue } from '../../json/values.js';
import { type Flag, type FlagSchema, kebab, typesOf } from './flags.js';

/**
 * What the flags stand for, by key; keys whose flag was not given are left out. Whether a value is one that its key
 * takes is for the table's schema to say.
 *
 * @param given by the attribute names of commander
 * @throws {ConfigError} when JSON was expected and something else was given, or a file cannot be read
 */
export async function valuesOf(
  flags: readonly Flag[],
  given: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const { key, schema, option, split } of flags) {
    const text = given[option.attributeName()];
    if (text === undefined) continue;
    const flag = `--${kebab(key)}`;
    if (typeof text === 'boolean') values[key] = text;
    else if (split !== undefined) values[key] = (text as string[]).flatMap(split);
    else if (Array.isArray(text)) {
      values[key] = (await Promise.all(text.map((item: string) => listed(item, schema.items ?? {}, flag)))).flat();
    } else values[key] = await readValue(text as string, schema, flag);
  }
  return values;
}

/** The text of a file that was given as `@path`; other text as it stands, and `@@…` as `@…`. */
export async function textOrFile(text: string, flag: string): Promise<string> {
  if (text.startsWith('@@')) return text.slice(1);
  if (!text.startsWith('@') || text === '@') return text;
  return (await readBounded(text.slice(1), flag)).replace(/\r?\n$/, '');
}

/** A problem with a flag. */
export function flagError(flag: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError([{ path: flag, message }], { cause });
}

/** The same error, its paths as the flags that they came from: `batch_size` → `--batch-size`. */
export function asFlags(error: ConfigError, flags: readonly Flag[]): ConfigError {
  const keys = new Set(flags.map(({ key }) => key));
  const problems = error.problems.map((problem): ConfigProblem => {
    if (/^urls?\b/.test(problem.path)) return { ...problem, path: 'URL' };
    const member = problem.path.replaceAll('.', '_');
    const place = keys.has(member) ? member : problem.path.replace(/^dead_letter\.path$/, 'dead_letter');
    return { ...problem, path: place.replace(/^\w+/, (key) => (keys.has(key) ? `--${kebab(key)}` : key)) };
  });
  return new ConfigError(problems, { cause: error });
}

/** One item of a list; JSON, also in a file, can be a whole list. */
async function listed(text: string, schema: FlagSchema, flag: string): Promise<unknown[]> {
  const types = typesOf(schema);
  if (types.size === 1 && types.has('string')) return [await textOrFile(text, flag)];
  const value = await readValue(text, { anyOf: [schema, { type: 'array' }] }, flag);
  return Array.isArray(value) ? value : [value];
}

async function readValue(given: string, schema: FlagSchema, flag: string): Promise<unknown> {
  const types = typesOf(schema);
  const takesJson = types.has('object') || types.has('array');
  const text = takesJson ? await textOrFile(given, flag) : given;
  if (types.size === 1 && types.has('string')) return text;
  // Here integers past 2^53 are compared and set as they are written.
  const json = parsed(text, flag === '--transforms' ? 'bigint' : 'number');
  if (json !== undefined && isOneOf(types, json.value)) return json.value;
  if (!takesJson || types.has('string')) return text;
  const example = schema.examples?.[0];
  const such = example === undefined ? '' : `, such as '${JSON.stringify(example)}'`;
  throw flagError(flag, `Expected JSON${such}, or @file for a file that holds it.`);
}

function parsed(text: string, bigIntegers: BigIntegers): { readonly value: unknown } | undefined {
  try {
    return { value: parseValue(text, bigIntegers) };
  } catch {
    return undefined;
  }
}

function isOneOf(types: ReadonlySet<string>, value: unknown): boolean {
  if (Array.isArray(value)) return types.has('array');
  if (value === null) return types.has('null');
  return types.has(typeof value) || (typeof value === 'number' && types.has('integer'));
}

async function readBounded(path: string, flag: string): Promise<string> {
  let text = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
      text += chunk;
      if (text.length > MAX_CHARACTERS) throw flagError(flag, `The file ${path} is larger than 1 MiB.`);
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw flagError(flag, `The file ${path} cannot be read: ${(error as Error).message}.`, error);
  }
  return text;
}

const MAX_CHARACTERS = 1024 * 1024;
