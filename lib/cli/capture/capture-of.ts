import type { Finding } from '../../config/check/findings.js';
import { LIMITS } from '../../config/fields/limits.js';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../config/source-config.js';
import { ConfigError } from '../../errors.js';
import type { PipelineOptions } from '../../feed/pipeline-file.js';
import { checkBesideSink, checkSink, resolveSink } from '../../feed/sink-config.js';
import type { ResolvedSink } from '../../feed/sinks.js';
import { type ResolvedSpool, resolveSpool } from '../../feed/spool-config.js';
import { gapsBeside, type ResolvedState, resolveState } from '../../feed/state-config.js';
import { jsonlSinkSchema } from '../../sink/file/kind.js';
import { type FilledConfig, filledConfig, sourceConfigOf } from './flag-config.js';
import { flagError, valuesOf } from './flag-values.js';
import { type Flag, type FlagSchema, kebab } from './flags.js';
import { nested } from './nested-flags.js';
import type { PlainPipeline } from './plain-pipeline.js';

/** What a capture's flags stand for. */
export interface Capture {
  readonly plain: PlainPipeline;
  readonly source: ResolvedSourceConfig;
  readonly sink: ResolvedSink;
  readonly state: ResolvedState | undefined;
  readonly spool: ResolvedSpool | undefined;
  readonly secrets: readonly string[];
}

/** Which flags there are, by what they are about. */
interface CaptureFlags {
  readonly source: readonly Flag[];
  readonly sink: readonly Flag[];
  readonly stdout: readonly Flag[];
  readonly spool?: readonly Flag[] | undefined;
}

/**
 * The pipeline that addresses and flags stand for.
 *
 * @param given by the attribute names of commander
 * @param options what fills placeholders
 * @throws {ConfigError} with every problem
 */
export async function captureOf(
  urls: readonly string[],
  flags: CaptureFlags,
  given: Readonly<Record<string, unknown>>,
  options: PipelineOptions,
): Promise<Capture> {
  const ofStdout = await valuesOf(flags.stdout, given);
  const sink = sinkOf(given['output'] as string | undefined, await valuesOf(flags.sink, given), ofStdout);
  const config = await sourceConfigOf(urls, flags.source, given);
  if (LIMITS.every((key) => config[key] === undefined)) config['unbounded'] ??= true;
  const filled = filledConfig(config, options);
  const statePath = given['state'] as string | undefined;
  const { config: ofState, secrets: ofStateSecrets } = filledConfig(
    statePath === undefined ? {} : { state: statePath },
    options,
  );
  const state = resolveState(ofState['state']);
  const ofSpool = await spoolOf(flags.spool ?? [], given);
  const { config: filledSpool, secrets: ofSpoolSecrets } = filledConfig(
    ofSpool.path === undefined ? {} : ofSpool,
    options,
  );
  const spool = filledSpool['path'] === undefined ? undefined : resolveSpool(filledSpool);
  const filledSink = filledSinkConfig(sink, options);
  const { config: ofSink } = filledSink;
  await checkValues(ofSink, '', ({ sinkFindings }) => sinkFindings({ type: sink.type, config: ofSink }));
  const [clash] = checkBesideSink(filled.config, { type: sink.type, config: filledSink.config });
  if (clash !== undefined) throw flagError('--dead-letter', clash.message);
  return {
    plain: { source: config, sink, state: statePath, spool: plainSpool(ofSpool) },
    state,
    spool,
    source: resolveSourceConfig(
      { ...filled.config, ...gapsBeside(state ?? spool, filled.config) },
      { context: options.context, isHidden: filled.isHidden },
    ),
    sink: resolveSink(sink.type, filledSink.config),
    secrets: [...filled.secrets, ...filledSink.secrets, ...ofStateSecrets, ...ofSpoolSecrets],
  };
}

/** What flags say beside the path is held against the schema, as what a file says is. */
async function checkValues(
  config: object,
  prefix: string,
  findingsOf: (of: typeof import('../../feed/part-findings.js')) => readonly Finding[],
): Promise<void> {
  if (Object.keys(config).every((key) => key === 'path')) return;
  const problems = findingsOf(await import('../../feed/part-findings.js')).map(({ path, message }) => ({
    path: `--${kebab(prefix + path.join('_'))}`,
    message,
  }));
  if (problems.length > 0) throw new ConfigError(problems);
}

/** What the flags say of a spool, as a file says it. */
async function spoolOf(
  flags: readonly Flag[],
  given: Readonly<Record<string, unknown>>,
): Promise<{ readonly path?: string | undefined }> {
  const path = given['spool'] as string | undefined;
  const values = Object.entries(await valuesOf(flags, given));
  const [first] = values;
  if (path === undefined && first !== undefined) {
    throw flagError(`--${kebab(first[0])}`, 'It rules what the spool does: name its folder with --spool.');
  }
  const spool = { path, ...Object.fromEntries(values.map(([key, value]) => [key.replace('spool_', ''), value])) };
  if (path !== undefined) await checkValues(spool, 'spool_', ({ spoolFindings }) => spoolFindings(spool));
  return spool;
}

function plainSpool({ path, ...others }: { readonly path?: string | undefined }): PlainPipeline['spool'] {
  return path === undefined || Object.keys(others).length === 0 ? path : { path, ...others };
}

/** Of its texts only the path is no word. */
function filledSinkConfig(
  { type, config: { path, ...rest } }: PlainPipeline['sink'],
  options: PipelineOptions,
): Pick<FilledConfig, 'config' | 'secrets'> {
  if (path === undefined) return { config: rest, secrets: [] };
  const { config, secrets } = filledConfig({ output: path }, options);
  const filled = { ...rest, path: config['output'] };
  const problem = checkSink({ type, config: filled }).find((finding) => finding.path[0] === 'path');
  if (problem !== undefined) throw flagError('--output', problem.message);
  return { config: filled, secrets };
}

/** @param ofFile what flags say of a file, @param ofStdout and of standard output */
function sinkOf(
  path: string | undefined,
  ofFile: Readonly<Record<string, unknown>>,
  ofStdout: Readonly<Record<string, unknown>>,
): PlainPipeline['sink'] {
  if (path !== undefined && path !== '-') {
    for (const key of Object.keys(ofStdout))
      throw flagError(`--${kebab(key)}`, 'It rules what standard output gets: leave -o out, or this.');
    if (CSV_NAME.test(path)) throw flagError('--output', NO_CSV);
    const { properties } = jsonlSinkSchema as { readonly properties: Readonly<Record<string, FlagSchema>> };
    return { type: 'jsonl', config: { path, ...nested(properties, ofFile) } };
  }
  const { pretty, drain_timeout, ...others } = ofFile;
  for (const key of Object.keys(others))
    throw flagError(`--${kebab(key)}`, 'It rules how a file is written: name one with -o.');
  const ofBoth = {
    ...(pretty === true && { format: 'pretty_json' }),
    ...(drain_timeout !== undefined && { drain_timeout }),
  };
  return { type: 'stdout', config: { ...ofBoth, ...ofStdout } };
}

const CSV_NAME = /\.(csv|tsv)(\.gz|\.zstd?)?$/i;
const NO_CSV =
  'This is the name of a CSV file, and a capture writes JSON lines. For columns that you name, put what `--print-config` ' +
  'prints without -o into a pipeline file, and give its sink `type: csv`, a `path` and `columns`. For all values of each ' +
  'record in the order of its keys, without a header, write `--format csv > FILE`, without -o.';
