import { PLACEHOLDER_OPENING } from '../config/placeholders/scan.js';
import { isTelling } from '../secrets/telling-names.js';

/**
 * A configuration with a placeholder, `${env:NAME}`, in the place of each credential, and the names of those variables:
 * how every command writes one into a file.
 *
 * @param secrets every credential that it holds, as far as that can be told from its value alone
 */
export function withoutSecrets<T>(
  config: T,
  secrets: readonly string[],
): { readonly value: T; readonly variables: readonly string[] } {
  const variables = new Map<string, string>();
  const nameOf = (secret: string, hint: string): string => {
    const known = variables.get(secret);
    if (known !== undefined) return known;
    const base = hint
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^(?=[0-9])|^$/, 'SECRET_');
    const taken = new Set(variables.values());
    let name = base;
    for (let i = 2; taken.has(name); i++) name = `${base}_${i}`;
    variables.set(secret, name);
    return name;
  };
  const walk = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === 'string') {
      if (isCredential(path) && value !== '' && !value.includes(PLACEHOLDER_OPENING))
        return `\${env:${nameOf(value, path.at(-1)!)}}`;
      return secrets.reduce((text, secret) => hideIn(text, secret, path, nameOf), value);
    }
    if (Array.isArray(value)) return value.map((item) => walk(item, path));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return { value: walk(config, []) as T, variables: [...variables.values()] };
}

/** What a file without credentials has to say of them; `undefined` when it had none. */
export function setTheseFirst(variables: readonly string[]): string | undefined {
  if (variables.length === 0) return undefined;
  return `Credentials are no part of this file. Set these first: ${variables.join(', ')}`;
}

/** Whether a key holds nothing but a credential, by its place. */
function isCredential(path: readonly string[]): boolean {
  const key = path.at(-1) ?? '';
  if (path[0] !== 'auth') return key === 'passphrase';
  if (path.at(-2) === 'headers' || (path.at(-2) === 'config' && key === 'value')) return true;
  return path.includes('body') ? isTelling(key) : /^((refresh_)?token|password|passphrase|.*_?secret)$/.test(key);
}

/** The name before a credential says what it is: `?key=…`, `"apiKey":"…"`. */
function hideIn(
  text: string,
  secret: string,
  path: readonly string[],
  nameOf: (secret: string, hint: string) => string,
): string {
  const at = text.indexOf(secret);
  if (at === -1) return text;
  const before = text.slice(0, at);
  const isPassword = /^\w+:\/\/[^/@]*:$/.test(before);
  const isUserAlone = /^\w+:\/\/$/.test(before);
  const label = /([\w-]+)["']?\s*[=:]\s*["']?$/.exec(before)?.[1];
  const name = nameOf(secret, isPassword ? 'password' : isUserAlone ? 'token' : (label ?? path.at(-1) ?? ''));
  return text.replaceAll(secret, `\${env:${name}}`);
}
