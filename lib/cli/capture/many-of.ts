import { fillPlaceholders } from '../../config/context.js';
import { resolved } from '../../config/fields/option-surface.js';
import { clashesOf } from '../../feed/clashes.js';
import { EXECUTION_OPTIONS } from '../../feed/many-options.js';
import type { PipelineOptions, Pipelines } from '../../feed/pipeline-file.js';
import { fileNameOf } from '../../sink/many/file-name.js';
import { captureOf } from './capture-of.js';
import { filledConfig } from './flag-config.js';
import { flagError } from './flag-values.js';

/** Whether addresses are a feed each, and not of the same content. */
export function areFeeds(urls: readonly string[], output: string | undefined): boolean {
  return urls.length > 1 && output?.includes(FEED) === true;
}

/**
 * The feeds that addresses and flags stand for: one for each address, with its name in the place of `{feed}`.
 *
 * @param given by the attribute names of commander
 * @throws {ConfigError} with every problem of the first that is wrong, or when two would have one file, state or spool
 */
export async function manyOf(
  urls: readonly string[],
  flags: Parameters<typeof captureOf>[1],
  given: Readonly<Record<string, unknown>>,
  options: PipelineOptions,
): Promise<Pipelines> {
  const addresses = urls.map((url) => {
    const { url: filled } = filledConfig({ url }, options).config;
    return fillPlaceholders(String(filled), options.context ?? {});
  });
  const names = feedNames(addresses);
  const made = await Promise.all(
    urls.map(async (url, index) => {
      const name = names[index]!;
      const own = Object.entries(given).map(([key, value]) => [key, NAMED.includes(key) ? named(value, name) : value]);
      const { plain, ...capture } = await captureOf([url], flags, Object.fromEntries(own) as object as never, options);
      const { sink, state, spool } = plain;
      const feed = { ...NOTHING, ...capture, name };
      return { feed, value: { pipeline: { sink, state, spool } } };
    }),
  );
  const [clash] = clashesOf(made);
  if (clash !== undefined) {
    const [, kind] = clash.finding.path;
    throw flagError(FLAGS[String(kind)] ?? '--output', ONE_EACH);
  }
  const execution = resolved(EXECUTION_OPTIONS, {});
  return { feeds: made.map(({ feed }) => feed), isMany: true, execution, restart: undefined, notes: [] };
}

/** What feeds are called: the last part of their paths, and where that is the same, more of the address. */
export function feedNames(addresses: readonly string[]): string[] {
  const parts = addresses.map((address, index) => {
    if (!URL.canParse(address)) return [`feed-${index + 1}`];
    const { host, pathname } = new URL(address);
    return [host, ...pathname.split('/').filter((part) => part !== '')];
  });
  const isOneEach = (names: readonly string[]): boolean => new Set(names).size === names.length;
  const longest = Math.max(...parts.map(({ length }) => length));
  for (let length = 1; length <= longest; length++) {
    const names = parts.map((words) => words.slice(-length).join('-'));
    if (isOneEach(names)) return names;
  }
  return parts.map((words, index) => `${words.join('-')}-${index + 1}`);
}

function named(value: unknown, name: string): unknown {
  return typeof value === 'string' ? value.replaceAll(FEED, fileNameOf(name)) : value;
}

const FEED = '{feed}';
/** What has a place for each feed. */
const NAMED = ['output', 'state', 'spool', 'deadLetter'];
const FLAGS: Readonly<Record<string, string>> = { state: '--state', spool: '--spool', source: '--dead-letter' };
const ONE_EACH =
  'Each feed has one of its own: write `{feed}` in it, in the name of a folder where files are finished one after another.';
const NOTHING = {
  dlq: undefined,
  listen: undefined,
  otel: undefined,
  watch: { freshWithinMs: undefined, eventTime: undefined },
  notes: [],
};
