import { closest, distance } from 'fastest-levenshtein';
import { clockText } from './clock.js';
import { PLACEHOLDER_OPENING } from './scan.js';
import type { Definitions, ManyBlock, Resolved, Surroundings } from './surroundings.js';

/** What a word before the `:` or `.` of a placeholder means. */
interface PlaceholderKind {
  /** How it is written, for messages. */
  readonly form: string;
  /** Whether a plain scalar of YAML is typed as if the text stood in the file; otherwise it stays what the placeholder gives. */
  readonly isTyped: boolean;
  /** Whether it has a value in the configurations of the source and the sink alone. */
  readonly isOfRun: boolean;
  /** Whether it is for files of many feeds: those who have one feed do not hear of it. */
  readonly isOfMany?: boolean;
  /** @param argument what follows the `:` or `.` */
  resolve(argument: string, surroundings: Surroundings, definitions: Definitions | undefined): Resolved;
}

/** Every placeholder that is understood, by its first word, in the order in which they are named to people. */
export const placeholderKinds: Readonly<Record<string, PlaceholderKind>> = {
  env: kind('env:NAME', { isTyped: true }, (argument, { env }) => variable('env', argument, env)),
  secret: kind('secret:NAME', { isTyped: true }, (argument, { env }) => {
    const found = variable('secret', argument, env);
    return 'value' in found ? { ...found, secrets: [...(found.given ?? [])] } : found;
  }),
  file: kind('file:PATH', {}, (path, { readFile }) => readFile(path)),
  vars: kind('vars.NAME', {}, (path, _, definitions) => definitions?.vars(path) ?? { problem: ONLY_IN_FILES('vars') }),
  param: kind(
    'param.NAME',
    {},
    (name, _, definitions) => definitions?.param(name) ?? { problem: ONLY_IN_FILES('param') },
  ),
  now: kind('now.date', { isOfRun: true }, (argument, { now }) => clockText(argument, now)),
  row: ofMany('row', 'row.NAME'),
  each: ofMany('each', 'each.NAME'),
  sources: ofMany('sources', 'sources.NAME.PATH'),
  sinks: ofMany('sinks', 'sinks.NAME.PATH'),
};

/** What a placeholder stands for. */
export function resolve(source: string, surroundings: Surroundings, definitions: Definitions | undefined): Resolved {
  const { word, argument } = parts(source);
  const known = Object.hasOwn(placeholderKinds, word) ? placeholderKinds[word] : undefined;
  if (known === undefined || !source.startsWith(known.form.slice(0, word.length + 3)))
    return { problem: unknown(source) };
  if (isNested(source)) return { problem: NESTED };
  return known.resolve(argument, surroundings, definitions);
}

/** Whether another placeholder begins within it. */
export function isNested(source: string): boolean {
  return source.includes(PLACEHOLDER_OPENING, PLACEHOLDER_OPENING.length);
}

/** The kind of a placeholder that {@link resolve} has resolved. */
export function kindOf(source: string): PlaceholderKind {
  return placeholderKinds[parts(source).word]!;
}

/** The sentence for what begins as a placeholder does, and is none that is understood. */
export function unknown(source: string): string {
  const { word } = parts(source);
  if (Object.hasOwn(SECRET_MANAGERS, word)) {
    return `Secret managers such as ${SECRET_MANAGERS[word]} are not asked by spillway. Have the secret put into a file or a variable when the command starts, and write \`\${file:PATH}\` or \`\${env:NAME}\`.`;
  }
  if (Object.hasOwn(placeholderKinds, word)) {
    return `This is no placeholder of \`${word}\`: it is written \`${placeholderKinds[word]!.form}\`, on one line. ${LITERAL}`;
  }
  const words = Object.keys(placeholderKinds);
  const nearest = closest(word, words);
  const isNear = word !== '' && distance(word, nearest) <= Math.max(1, Math.floor(word.length / 2));
  const hint = isNear ? ` Did you mean \`${placeholderKinds[nearest]!.form}\`?` : '';
  return `This is no placeholder that is understood here.${hint} ${UNDERSTOOD} ${LITERAL}`;
}

/** The sentence for a variable that is set, and empty, where a value is needed. */
export function emptyVariable(name: string): string {
  return `The environment variable ${name} is empty. Set it, or write \`\${env:${name}:-…}\` with a default.`;
}

function kind(
  inside: string,
  { isTyped = false, isOfRun = false }: { readonly isTyped?: boolean; readonly isOfRun?: boolean },
  resolveArgument: PlaceholderKind['resolve'],
): PlaceholderKind {
  return { form: `\${${inside}}`, isTyped, isOfRun, resolve: resolveArgument };
}

/** What stands for a part of what the feeds of a file are made of: understood in files of many feeds alone. */
function ofMany(block: ManyBlock, inside: string): PlaceholderKind {
  const resolveIn: PlaceholderKind['resolve'] = (path, _, definitions) =>
    definitions?.ofMany(block, path) ?? { problem: ONLY_IN_FILES(block) };
  return { ...kind(inside, {}, resolveIn), isOfMany: true };
}

/** A default is taken when the variable is unset or empty, as in a shell; it stands in the text for everybody to see. */
function variable(word: 'env' | 'secret', argument: string, env: Surroundings['env']): Resolved {
  const [, name, fallback] = VARIABLE.exec(argument) ?? [];
  if (name === undefined) {
    return {
      problem: `Expected \`\${${word}:NAME}\` or \`\${${word}:NAME:-default}\`, with a name of letters, digits and underscores.`,
    };
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (fallback !== undefined && (value === undefined || value === '')) return { value: fallback, isHidden: true };
  if (value === undefined) {
    return {
      problem: `The environment variable ${name} is not set. Set it, or write \`\${${word}:${name}:-…}\` with a default.`,
    };
  }
  return { value, isHidden: true, given: [value], empty: value === '' ? [name] : [] };
}

/** The word that it begins with, and what follows its separator. */
function parts(source: string): { readonly word: string; readonly argument: string } {
  const word = WORD.exec(source)?.[0] ?? '';
  return { word, argument: source.slice(PLACEHOLDER_OPENING.length + word.length + 1, -1) };
}

const ONLY_IN_FILES = (word: string): string =>
  `\`\${${word}.…}\` stands for what a pipeline file defines, and there is none here. Write the value out, or use \`\${env:NAME}\`.`;

const LITERAL = `For text that only looks so write \`$\${\` in the place of \`\${\`.`;
const UNDERSTOOD = `Understood are ${Object.values(placeholderKinds)
  .filter(({ isOfMany }) => isOfMany !== true)
  .map(({ form }) => `\`${form}\``)
  .join(', ')}.`;
/** The sentence for one that {@link isNested}. */
export const NESTED =
  'Placeholders do not stand within each other. Write the default out, or define the parts one by one in `vars`.';

/** What the original asks for a secret, by the word that it begins with. */
const SECRET_MANAGERS: Readonly<Record<string, string>> = {
  vault: 'HashiCorp Vault',
  'aws-sm': 'AWS Secrets Manager',
  'gcp-sm': 'Google Secret Manager',
  'azure-kv': 'Azure Key Vault',
};
const WORD = /(?<=^\$\{)[A-Za-z][\w-]*/;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
