import type { Context } from '../config/context.js';
import { loadPipelineFile, type PipelineFile } from '../config/pipeline-file.js';
import { ConfigError } from '../errors.js';
import { resolveJsonlFileOptions } from '../sink/jsonl-file-options.js';
import { resolveKafkaOptions } from '../sink/kafka/options.js';
import { sourceOf } from '../source.js';

/**
 * A pipeline file that `spillway run` would take on this machine, with nothing connected or written: beyond what the
 * file says by itself, its record schema compiles, and this Node has the compression.
 *
 * @throws {ConfigError} with every problem
 */
export async function usablePipeline(path: string, context: Context | undefined): Promise<PipelineFile> {
  const pipeline = await loadPipelineFile(path, { context });
  checkUsable(pipeline, path === '-' ? '(standard input)' : path);
  return pipeline;
}

/**
 * The part of {@link usablePipeline} that comes after reading.
 *
 * @param file the name to show in errors
 * @throws {ConfigError} with every problem
 */
export function checkUsable({ source, sink }: PipelineFile, file: string): void {
  try {
    sourceOf(source, {});
    if (sink.type === 'jsonl') {
      const { type: _, path, ...options } = sink;
      resolveJsonlFileOptions(path, options);
    }
    if (sink.type === 'kafka') {
      const { type: _, deadLetterPath: __, ...options } = sink;
      resolveKafkaOptions(options);
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems, { file, cause: error });
  }
}
