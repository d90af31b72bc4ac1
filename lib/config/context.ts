import { optionError } from '../errors.js';

/** The values of a run that `{name}` placeholders are filled from. */
export type Context = Readonly<Record<string, unknown>>;

/**
 * Fills each `{name}` of `template` from `context`, in one pass from left to right: a value is never scanned again,
 * and a name that the context does not have stays as it is. Strings go in verbatim, other values as JSON.
 *
 * @throws {ConfigError} when a value has no JSON form, such as a cyclic object
 * @example fillPlaceholders('wss://x/{symbol}?depth={n}', { symbol: 'btc', n: 5 }) // 'wss://x/btc?depth=5'
 */
export function fillPlaceholders(template: string, context: Context): string {
  return template.replace(PLACEHOLDER, (placeholder: string, name: string) => {
    const value = Object.hasOwn(context, name) ? context[name] : undefined;
    if (value === undefined) return placeholder;
    return typeof value === 'string' ? value : toJson(name, value);
  });
}

function toJson(name: string, value: unknown): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (json === undefined) {
    throw optionError(`context.${name}`, 'Expected a string, or a value that JSON can hold.', cause);
  }
  return json;
}

const PLACEHOLDER = /\{([^{}]+)\}/g;
