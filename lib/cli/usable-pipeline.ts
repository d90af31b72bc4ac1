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
  try {
    sourceOf(pipeline.source, {});
    if (pipeline.sink.type === 'jsonl') {
      const { type: _, path: target, ...options } = pipeline.sink;
      resolveJsonlFileOptions(target, options);
    }
    if (pipeline.sink.type === 'kafka') {
      const { type: _, deadLetterPath: __, ...options } = pipeline.sink;
      resolveKafkaOptions(options);
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems, { file: path === '-' ? '(standard input)' : path, cause: error });
  }
  return pipeline;
}
