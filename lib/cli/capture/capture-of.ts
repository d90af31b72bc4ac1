import { type ResolvedSinkConfig, resolveSink } from '../../config/sinks/kinds.js';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../config/source-config.js';
import { filledConfig, filledSecrets, sourceConfigOf } from './flag-config.js';
import { flagError, valuesOf } from './flag-values.js';
import type { Flag } from './flags.js';
import type { PlainPipeline } from './plain-pipeline.js';

/** What a capture's flags stand for. */
export interface Capture {
  readonly plain: PlainPipeline;
  readonly source: ResolvedSourceConfig;
  readonly sink: ResolvedSinkConfig;
  readonly fromEnvironment: readonly string[];
}

/**
 * The pipeline that addresses and flags stand for.
 *
 * @param given by the attribute names of commander
 * @throws {ConfigError} with every problem
 */
export async function captureOf(
  urls: readonly string[],
  flags: { readonly source: readonly Flag[]; readonly sink: readonly Flag[] },
  given: Readonly<Record<string, unknown>>,
): Promise<Capture> {
  const sink = sinkOf(given['output'] as string | undefined, await valuesOf(flags.sink, given));
  const config = await sourceConfigOf(urls, flags.source, given);
  if (config['max_messages'] === undefined && config['idle_timeout'] === undefined) config['unbounded'] ??= true;
  config['linger'] ??= sink.type === 'stdout' ? '250ms' : '1s';
  const context = (given['set'] as Readonly<Record<string, string>> | undefined) ?? {};
  const filled = filledConfig(config, process.env);
  return {
    plain: { source: config, sink },
    source: resolveSourceConfig(filled, { context }),
    sink: resolveSink(sink.type, sink.config),
    fromEnvironment: filledSecrets(config, filled, process.env),
  };
}

function sinkOf(path: string | undefined, values: Readonly<Record<string, unknown>>): PlainPipeline['sink'] {
  if (path !== undefined && path !== '-') return { type: 'jsonl', config: { path, ...values } };
  for (const [key, value] of Object.entries(values)) {
    if (key !== 'pretty' && value !== undefined)
      throw flagError(`--${key}`, 'It rules how a file is written: name one with -o.');
  }
  return { type: 'stdout', config: values['pretty'] === true ? { format: 'pretty_json' } : {} };
}
