import { parseDuration } from '../../config/durations.js';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../config/source-config.js';
import type { PipelineFile } from '../../feed/feed-of.js';
import { loadPipelineFile, type PipelineOptions } from '../../feed/pipeline-file.js';
import { compilePath } from '../../json/field.js';
import { filledConfig, sourceConfigOf } from '../capture/flag-config.js';
import { flagError, valuesOf } from '../capture/flag-values.js';
import { type Flag, kebab } from '../capture/flags.js';
import { pipelineOptions } from '../pipeline-flags.js';
import type { TargetKind } from './target.js';

/** What of the feed's flags rules a preview of a file, too. */
export interface Given {
  readonly maxMessages: number | undefined;
  readonly idleTimeout: number | string | undefined;
  readonly recordsPath: string | undefined;
}

/**
 * Reads the flags that a preview of anything takes.
 *
 * @throws {ConfigError} when others were given where they have no meaning
 */
export async function givenOf(
  kind: TargetKind,
  flags: readonly Flag[],
  options: Readonly<Record<string, unknown>>,
): Promise<Given> {
  const values = await valuesOf(flags, options);
  if (kind !== 'address') {
    const others = ['header', 'splitOn', 'filter'].filter((name) => options[name] !== undefined);
    const keys = [...Object.keys(values), ...others.map((name) => (name === 'splitOn' ? 'split_on' : name))];
    const wrong = keys.find((key) => !TAKEN[kind].has(key));
    if (wrong !== undefined) throw flagError(`--${kebab(wrong)}`, MISPLACED[kind]);
  }
  const { max_messages: maxMessages, idle_timeout: idleTimeout, records_path: recordsPath } = values;
  if (maxMessages !== undefined && !(Number.isSafeInteger(maxMessages) && (maxMessages as number) > 0)) {
    throw flagError('--max-messages', 'Expected a whole number of at least 1.');
  }
  if (recordsPath !== undefined) compilePath(recordsPath as string, '--records-path');
  return { maxMessages, idleTimeout, recordsPath } as Given;
}

type PreviewedFeed = Pick<PipelineFile, 'source' | 'secrets' | 'notes'>;

/** The configuration of a feed that is to be looked at: it has an end, and its records come at once. */
export async function feedConfig(
  kind: 'address' | 'pipeline',
  target: string,
  flags: readonly Flag[],
  options: Readonly<Record<string, unknown>>,
  { count, isShape, given }: { readonly count: number; readonly isShape: boolean; readonly given: Given },
): Promise<PreviewedFeed> {
  const fill = await pipelineOptions(options);
  const {
    source: config,
    secrets,
    notes,
  } = kind === 'pipeline'
    ? await loadPipelineFile(target, fill)
    : sourceOfFlags({ ...(await sourceConfigOf([target], flags, options)), max_messages: count }, fill);
  const idle = given.idleTimeout === undefined ? undefined : parseDuration(given.idleTimeout, '--idle-timeout');
  const source: ResolvedSourceConfig = {
    ...config,
    // Nothing is stored, neither what is refused.
    deadLetter: undefined,
    maxMessages: count,
    idleTimeoutMs: idle ?? config.idleTimeoutMs ?? IDLE_MS,
    batchSize: isShape ? PAGE : 1,
    lingerMs: 'none',
    // A rounded integer would be another example, and another type.
    bigIntegers: isShape ? 'bigint' : config.bigIntegers,
  };
  return { source, secrets, notes };
}

function sourceOfFlags(given: Record<string, unknown>, fill: PipelineOptions): PreviewedFeed {
  const { config, secrets, isHidden } = filledConfig(given, fill);
  return { source: resolveSourceConfig(config, { context: fill.context, isHidden }), secrets, notes: [] };
}

const TAKEN = {
  pipeline: new Set(['max_messages', 'idle_timeout']),
  recording: new Set(['max_messages', 'records_path']),
} as const;

const MISPLACED = {
  pipeline: 'With a pipeline file this stands in the file: write it there.',
  recording: 'It is for feeds, and this is a recorded file. Leave it out.',
} as const;

const IDLE_MS = 10_000;
const PAGE = 100;
