/** The variables that placeholders are replaced from, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One `${env:NAME}` or `${env:NAME:-default}` in a text. */
export interface EnvPlaceholder {
  /** Where its `$` stands in the text. */
  readonly offset: number;
  /** As it stands there, from `$` to `}`. */
  readonly source: string;
  readonly name: string;
  /** What to put in when the variable is unset or empty. It is taken as it stands, and never scanned. */
  readonly fallback: string | undefined;
}

/** A text in which every placeholder was covered by as many copies of one character that occurs nowhere else. */
export interface MaskedText {
  readonly text: string;
  readonly mask: string;
  readonly placeholders: readonly EnvPlaceholder[];
}

/**
 * Covers the environment placeholders of a YAML text, so that a parser sees neither their braces nor their values,
 * and every line and column stays what it was.
 *
 * @returns `undefined` when the text uses every one of the 6,400 characters that could cover them
 */
export function maskPlaceholders(text: string): MaskedText | undefined {
  const placeholders = [...text.matchAll(PLACEHOLDER)].map((match) => ({
    offset: match.index,
    source: match[0],
    name: match[1]!,
    fallback: match[2],
  }));
  const mask = unusedCharacter(text);
  if (mask === undefined) return undefined;
  return { text: text.replace(PLACEHOLDER, (placeholder) => mask.repeat(placeholder.length)), mask, placeholders };
}

/**
 * A text with its placeholders replaced, in one pass.
 *
 * @returns what is wrong with it, as a sentence, when a variable is not set or a placeholder is broken
 */
export function fillEnvironment(
  text: string,
  env: Environment,
): { readonly text: string } | { readonly problem: string } {
  const masked = maskPlaceholders(text);
  if (masked === undefined || masked.text.includes(PLACEHOLDER_OPENING)) return { problem: BROKEN_PLACEHOLDER };
  const values: string[] = [];
  for (const placeholder of masked.placeholders) {
    const value = lookUp(placeholder, env);
    if (value === undefined) return { problem: unsetVariable(placeholder.name) };
    values.push(value);
  }
  return { text: unmask(masked.text, masked.mask, masked.placeholders, values) };
}

/** The sentence for a placeholder whose variable is not set. */
export function unsetVariable(name: string): string {
  return `The environment variable ${name} is not set. Set it, or write \`\${env:${name}:-…}\` with a default.`;
}

/** What the variables in a text hold. A default is none of it: it stands in the text for everybody to see. */
export function valuesFromEnvironment(placeholders: readonly EnvPlaceholder[], env: Environment): string[] {
  return placeholders.flatMap((placeholder) => {
    const value = lookUp(placeholder, env);
    return value === undefined || value === placeholder.fallback ? [] : [value];
  });
}

/** The value that a placeholder stands for; `undefined` when its variable is unset and there is no default. */
export function lookUp(placeholder: EnvPlaceholder, env: Environment): string | undefined {
  const value = Object.hasOwn(env, placeholder.name) ? env[placeholder.name] : undefined;
  return placeholder.fallback !== undefined && (value === undefined || value === '') ? placeholder.fallback : value;
}

/** Puts `values` in for the covers of `placeholders`, both in the order in which they stand in `masked`. */
export function unmask(
  masked: string,
  mask: string,
  placeholders: readonly EnvPlaceholder[],
  values: readonly string[],
): string {
  let filled = '';
  let from = 0;
  placeholders.forEach((placeholder, index) => {
    const at = masked.indexOf(mask, from);
    filled += masked.slice(from, at) + values[index];
    from = at + placeholder.source.length;
  });
  return filled + masked.slice(from);
}

/** A private-use character which neither stands in the text nor can come out of an escape such as `\uE000` in it. */
function unusedCharacter(text: string): string | undefined {
  const used = new Set(text.match(/[\uE000-\uF8FF]/g));
  for (const [, hex] of text.matchAll(/\\(?:u|U0000)([0-9a-fA-F]{4})/g))
    used.add(String.fromCharCode(Number.parseInt(hex!, 16)));
  for (let code = FIRST_PRIVATE_USE; code <= LAST_PRIVATE_USE; code++) {
    const character = String.fromCharCode(code);
    if (!used.has(character)) return character;
  }
  return undefined;
}

/** What every placeholder begins with, and what else begins so is a mistake. */
export const PLACEHOLDER_OPENING = '${env:';

/** The sentence for such a mistake. */
export const BROKEN_PLACEHOLDER =
  'This is no environment placeholder. Write `$' +
  '{env:NAME}` or `$' +
  '{env:NAME:-default}` on one line, with a name of letters, digits and underscores, and nothing nested in the default.';

const PLACEHOLDER = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\r\n]*))?\}/g;
const FIRST_PRIVATE_USE = 0xe000;
const LAST_PRIVATE_USE = 0xf8ff;
