import type { Context } from '../../config/context.js';
import { parseDuration } from '../../config/durations.js';
import { loadPipelineFile, type PipelineFile } from '../../config/pipeline-file.js';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../config/source-config.js';
import { filledConfig, filledSecrets, sourceConfigOf } from '../capture/flag-config.js';
import { flagError, valuesOf } from '../capture/flag-values.js';
import { type Flag, kebab } from '../capture/flags.js';
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
    const keys = [...Object.keys(values), ...(options['header'] === undefined ? [] : ['header'])];
    const wrong = keys.find((key) => !TAKEN[kind].has(key));
    if (wrong !== undefined) throw flagError(`--${kebab(wrong)}`, MISPLACED[kind]);
  }
  const { max_messages: maxMessages, idle_timeout: idleTimeout, records_path: recordsPath } = values;
  if (maxMessages !== undefined && !(Number.isSafeInteger(maxMessages) && (maxMessages as number) > 0)) {
    throw flagError('--max-messages', 'Expected a whole number of at least 1.');
  }
  return { maxMessages, idleTimeout, recordsPath } as Given;
}

type PreviewedFeed = Pick<PipelineFile, 'source' | 'fromEnvironment'>;

/** The configuration of a feed that is to be looked at: it has an end, and its records come at once. */
export async function feedConfig(
  kind: 'address' | 'pipeline',
  target: string,
  flags: readonly Flag[],
  options: Readonly<Record<string, unknown>>,
  { count, isShape, given }: { readonly count: number; readonly isShape: boolean; readonly given: Given },
): Promise<PreviewedFeed> {
  const context = (options['set'] as Readonly<Record<string, string>> | undefined) ?? {};
  const { source: config, fromEnvironment } =
    kind === 'pipeline'
      ? await loadPipelineFile(target, { context })
      : sourceOfFlags({ ...(await sourceConfigOf([target], flags, options)), max_messages: count }, context);
  const idle = given.idleTimeout === undefined ? undefined : parseDuration(given.idleTimeout, '--idle-timeout');
  const source: ResolvedSourceConfig = {
    ...config,
    maxMessages: count,
    idleTimeoutMs: idle ?? config.idleTimeoutMs ?? IDLE_MS,
    batchSize: isShape ? PAGE : 1,
    lingerMs: undefined,
    // A rounded integer would be another example, and another type.
    bigIntegers: isShape ? 'bigint' : config.bigIntegers,
  };
  return { source, fromEnvironment };
}

function sourceOfFlags(config: Record<string, unknown>, context: Context): PreviewedFeed {
  const filled = filledConfig(config, process.env);
  return {
    source: resolveSourceConfig(filled, { context }),
    fromEnvironment: filledSecrets(config, filled, process.env),
  };
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
