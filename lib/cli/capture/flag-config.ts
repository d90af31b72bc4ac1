import {
  type Environment,
  fillEnvironment,
  maskPlaceholders,
  valuesFromEnvironment,
} from '../../config/environment.js';
import { environmentSecrets, valueAt } from '../../config/environment-secrets.js';
import { ConfigError } from '../../errors.js';
import { flagError, textOrFile, valuesOf } from './flag-values.js';
import { type Flag, kebab } from './flags.js';

/**
 * What `pipeline.source.config` would say for addresses and flags; environment placeholders are as they were given.
 *
 * @param given by the attribute names of commander; `header` holds what `-H` was given
 * @throws {ConfigError} when a flag cannot be read
 */
export async function sourceConfigOf(
  urls: readonly string[],
  flags: readonly Flag[],
  given: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  for (const url of urls) checkAddress(url);
  const values = await valuesOf(flags, given);
  const headers = await headersOf((given['header'] as readonly string[] | undefined) ?? []);
  if (Object.keys(headers).length > 0) values['headers'] = { ...(values['headers'] as object | undefined), ...headers };
  return { ...(urls.length === 1 ? { url: urls[0] } : { urls }), ...values };
}

/**
 * The same with its environment placeholders filled.
 *
 * @throws {ConfigError} when a variable is not set
 */
export function filledConfig(config: Record<string, unknown>, env: Environment): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, filled(value, `--${kebab(key)}`, env)]));
}

/** What the environment gave to the places that are sent to a server. */
export function filledSecrets(config: unknown, filled: unknown, env: Environment): string[] {
  return environmentSecrets(filled, (path) => {
    const text = valueAt(config, path);
    return typeof text === 'string' ? valuesFromEnvironment(maskPlaceholders(text)?.placeholders ?? [], env) : [];
  });
}

function filled(value: unknown, flag: string, env: Environment): unknown {
  if (typeof value === 'string') {
    const result = fillEnvironment(value, env);
    if ('problem' in result) throw flagError(flag.startsWith('--url') ? 'URL' : flag, result.problem);
    return result.text;
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, flag, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, flag, env)]));
}

/** `Name: value` as on the wire. What is wrong is not shown: it may be a credential. */
async function headersOf(lines: readonly string[]): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const given of lines) {
    for (const line of (await textOrFile(given, '--header')).split(/\r?\n/)) {
      const colon = line.indexOf(':');
      if (colon < 1) throw flagError('--header', "Expected 'Name: value', such as -H 'User-Agent: my-capture/1.0'.");
      headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
    }
  }
  return headers;
}

/** What people write in a hurry. The address is not shown: it may hold credentials. */
function checkAddress(url: string): void {
  if (url.includes('://')) return;
  const problem = PIPELINE_FILE.test(url)
    ? 'This is the name of a file, not an address. `spillway run FILE` captures what a pipeline file describes.'
    : `This address has no scheme. Write \`${LOCAL.test(url) ? 'ws' : 'wss'}://\` before it.`;
  throw new ConfigError([{ path: 'URL', message: problem }]);
}

const PIPELINE_FILE = /\.(ya?ml|json)$/i;
const LOCAL = /^(localhost|127\.|\[::1\]|0\.0\.0\.0)/i;
