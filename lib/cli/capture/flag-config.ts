import { formatPath, type IsHidden, type Path } from '../../config/check/findings.js';
import { sentValues } from '../../config/check/sent-values.js';
import { fillText } from '../../config/placeholders/fill.js';
import { fileReader } from '../../config/placeholders/read-file.js';
import type { Origin } from '../../config/placeholders/surroundings.js';
import { ConfigError } from '../../errors.js';
import type { PipelineOptions } from '../../feed/pipeline-file.js';
import { unescaped } from './escapes.js';
import { filterOf } from './filter-flag.js';
import { flagError, textOrFile, valuesOf } from './flag-values.js';
import { type Flag, kebab } from './flags.js';
import { withLetters } from './letter-flags.js';

/**
 * What `pipeline.source.config` would say for addresses and flags; placeholders are as they were given.
 *
 * @param given by the attribute names of commander; `header` and `filter` hold what `-H` and `--filter` were given, `splitOn` what `--split-on` was
 * @throws {ConfigError} when a flag cannot be read
 */
export async function sourceConfigOf(
  urls: readonly string[],
  flags: readonly Flag[],
  given: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  for (const url of urls) checkAddress(url);
  const values = withLetters(await valuesOf(flags, given));
  const headers = await headersOf((given['header'] as readonly string[] | undefined) ?? [], values['headers'] ?? {});
  if (headers !== undefined) values['headers'] = headers;
  const duration = given['duration'] as string | undefined;
  if (duration !== undefined) {
    if (values['max_duration'] !== undefined)
      throw flagError('--duration', 'It is another name of --max-duration: give one of them.');
    values['max_duration'] = duration;
  }
  const splitOn = given['splitOn'] as string | undefined;
  if (splitOn !== undefined) {
    if (values['split'] !== undefined)
      throw flagError('--split-on', 'It says all that --split does: give one of them.');
    values['split'] = { on: unescaped(splitOn, '--split-on') };
  }
  const filters = ((given['filter'] as readonly string[] | undefined) ?? []).map(filterOf);
  if (filters.length > 0) {
    const transforms = values['transforms'] as readonly unknown[] | undefined;
    values['transforms'] = [...filters, ...(transforms ?? [])];
  }
  return { ...(urls.length === 1 ? { url: urls[0] } : { urls }), ...values };
}

/** A configuration with its placeholders filled. */
export interface FilledConfig {
  readonly config: Record<string, unknown>;
  /** What came out of placeholders and must not be shown. */
  readonly secrets: readonly string[];
  /** Whether a value came out of one, and is not to be shown where it is wrong. */
  readonly isHidden: IsHidden;
}

/**
 * The same with its placeholders filled. A path of `${file:PATH}` is relative to the working folder.
 *
 * @throws {ConfigError} when one is wrong, or has no value
 */
export function filledConfig(
  config: Readonly<Record<string, unknown>>,
  { env = process.env, params = {}, now = Date.now() }: PipelineOptions,
): FilledConfig {
  const [undeclared] = Object.keys(params);
  if (undeclared !== undefined) throw flagError('--param', 'Only a pipeline file has params. Leave it out.');
  const surroundings = { env, now, readFile: fileReader('.') };
  const origins = new Map<string, Origin>();
  const fill = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      const result = fillText(value, surroundings);
      if ('problem' in result) throw flagError(flagOf(path), result.problem);
      origins.set(formatPath(path), result.origin);
      return result.text;
    }
    if (Array.isArray(value)) return value.map((item, index) => fill(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, [...path, key])]));
  };
  const filled = fill(config, []) as Record<string, unknown>;
  const sent = sentValues(filled, (path) => origins.get(formatPath(path))?.given ?? []);
  return {
    config: filled,
    secrets: [...[...origins.values()].flatMap(({ secrets }) => secrets), ...sent],
    isHidden: (path) => origins.get(formatPath(path))?.isHidden === true,
  };
}

function flagOf([key]: Path): string {
  return key === 'url' || key === 'urls' ? 'URL' : `--${kebab(String(key))}`;
}

/**
 * `Name: value` as on the wire, a line each where a file holds them; beside those of `--headers`. A text is one header,
 * whatever it holds: what HTTP does not take in one is for the table's rules to say. What is wrong is not shown: it may be a
 * credential.
 */
async function headersOf(given: readonly string[], others: unknown): Promise<Record<string, string> | undefined> {
  if (given.length === 0) return undefined;
  const headers = new Map<string, string>(typeof others === 'object' && others !== null ? Object.entries(others) : []);
  const names = new Set([...headers.keys()].map((name) => name.toLowerCase()));
  for (const line of (await Promise.all(given.map(headerLines))).flat()) {
    const colon = line.indexOf(':');
    if (colon < 1) throw flagError('--header', "Expected 'Name: value', such as -H 'User-Agent: my-capture/1.0'.");
    const name = withoutBlanks(line.slice(0, colon));
    if (names.has(name.toLowerCase())) throw flagError('--header', 'A header is given twice. Give each name once.');
    names.add(name.toLowerCase());
    headers.set(name, withoutBlanks(line.slice(colon + 1)));
  }
  return Object.fromEntries(headers);
}

async function headerLines(given: string): Promise<readonly string[]> {
  const text = await textOrFile(given, '--header');
  const isOfFile = given.startsWith('@') && !given.startsWith('@@');
  return isOfFile ? text.split(/\r?\n/).filter((line) => line.trim() !== '') : [text];
}

/** A line break at an end is no blank around a value. */
function withoutBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** What people write in a hurry. The address is not shown: it may hold credentials. */
function checkAddress(url: string): void {
  // What the environment gives is looked at when it is there.
  if (url.includes('://') || url.startsWith('${')) return;
  const problem = PIPELINE_FILE.test(url)
    ? 'This is the name of a file, not an address. `spillway run FILE` captures what a pipeline file describes.'
    : `This address has no scheme. Write \`${LOCAL.test(url) ? 'ws' : 'wss'}://\` before it.`;
  throw new ConfigError([{ path: 'URL', message: problem }]);
}

const PIPELINE_FILE = /\.(ya?ml|json)$/i;
const LOCAL = /^(localhost|127\.|\[::1\]|0\.0\.0\.0)/i;
