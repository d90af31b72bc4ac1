/** By which names somebody has set what they use: keys of a file, those of `createSource()` in code, options of a stage. */
export type Surface = 'file' | 'code' | 'stage';

/** In the options of a stage that a configuration stands for: whose names its errors use. */
const speaksTo: unique symbol = Symbol('spillway.speaksTo');

/** The options, for a stage whose errors use these names. */
export function speakingTo<T extends object>(surface: Surface, options: T): T {
  return surface === 'stage' ? options : { ...options, [speaksTo]: surface };
}

/** Whose names the errors of a stage with these options use. */
export function surfaceOf(options: object): Surface {
  return (options as { readonly [speaksTo]?: Surface })[speaksTo] ?? 'stage';
}

/** A text that names keys as files do, each between backticks and perhaps with a value, by other names. */
export function inNamesOf(surface: Surface, text: string): string {
  if (surface === 'file') return text;
  return withNames(text, (key) => {
    const own = surface === 'stage' && Object.hasOwn(STAGE_NAMES, key) ? STAGE_NAMES[key] : undefined;
    return own ?? key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  });
}

/**
 * A text with other names for the keys in it, each between backticks and perhaps with a value.
 *
 * @param nameOf `undefined` for a word that is no key
 */
export function withNames(text: string, nameOf: (key: string) => string | undefined): string {
  return text.replace(KEY, (whole, path: string, value?: string) => {
    const [first, ...within] = path.split('.');
    const known = nameOf(first!);
    if (known === undefined) return whole;
    const name = [known, ...within.map((key) => nameOf(key) ?? key)].join('.');
    if (value === undefined) return `\`${name}\``;
    return `\`${name}: ${/^(?:true|false|\d+)$/.test(value) ? value : `'${value}'`}\``;
  });
}

/** One that is said to be of another, as in "`key_path` of `ssl`", is none of the options themselves. */
const KEY = /`([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)(?:: ([a-z0-9_]+))?`(?! of `)/g;

/** The options of stages whose name is not that of the key: `docs/configuration.md` has all. */
export const STAGE_NAMES: Readonly<Record<string, string>> = {
  message_format: 'format',
  on_parse_error: 'onError',
  on_invalid_record: 'onError',
};
