import { LIMITS } from '../../config/fields/limits.js';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../config/source-config.js';
import type { PipelineOptions } from '../../feed/pipeline-file.js';
import { checkBesideSink, checkSink, resolveSink } from '../../feed/sink-config.js';
import type { ResolvedSink } from '../../feed/sinks.js';
import { type FilledConfig, filledConfig, sourceConfigOf } from './flag-config.js';
import { flagError, valuesOf } from './flag-values.js';
import { type Flag, kebab } from './flags.js';
import type { PlainPipeline } from './plain-pipeline.js';

/** What a capture's flags stand for. */
export interface Capture {
  readonly plain: PlainPipeline;
  readonly source: ResolvedSourceConfig;
  readonly sink: ResolvedSink;
  readonly secrets: readonly string[];
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
  flags: { readonly source: readonly Flag[]; readonly sink: readonly Flag[]; readonly stdout: readonly Flag[] },
  given: Readonly<Record<string, unknown>>,
  options: PipelineOptions,
): Promise<Capture> {
  const ofStdout = await valuesOf(flags.stdout, given);
  const sink = sinkOf(given['output'] as string | undefined, await valuesOf(flags.sink, given), ofStdout);
  const config = await sourceConfigOf(urls, flags.source, given);
  if (LIMITS.every((key) => config[key] === undefined)) config['unbounded'] ??= true;
  config['linger'] ??= sink.type === 'stdout' ? '250ms' : '1s';
  const filled = filledConfig(config, options);
  const filledSink = filledSinkConfig(sink, options);
  const [clash] = checkBesideSink(filled.config, { type: sink.type, config: filledSink.config });
  if (clash !== undefined) throw flagError('--dead-letter', clash.message);
  return {
    plain: { source: config, sink },
    source: resolveSourceConfig(filled.config, { context: options.context, isHidden: filled.isHidden }),
    sink: resolveSink(sink.type, filledSink.config),
    secrets: [...filled.secrets, ...filledSink.secrets],
  };
}

/** Of its texts only the path is no word. */
function filledSinkConfig(
  { type, config: { path, ...rest } }: PlainPipeline['sink'],
  options: PipelineOptions,
): Pick<FilledConfig, 'config' | 'secrets'> {
  if (path === undefined) return { config: rest, secrets: [] };
  const { config, secrets } = filledConfig({ output: path }, options);
  const filled = { ...rest, path: config['output'] };
  const [problem] = checkSink({ type, config: filled });
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
    return { type: 'jsonl', config: { path, ...ofFile } };
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
