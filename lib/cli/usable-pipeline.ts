import { ConfigError } from '../errors.js';
import { checkSinkUsable } from '../feed/open-sink.js';
import { loadPipelineFile, type PipelineFile, type PipelineOptions } from '../feed/pipeline-file.js';
import { sourceOf } from '../source/source.js';
import { shownName } from './report/note-text.js';

/**
 * A pipeline file that `spillway run` would take on this machine, with nothing connected or written: beyond what the
 * file says by itself, its record schema compiles, and this Node has the compression.
 *
 * @throws {ConfigError} with every problem
 */
export async function usablePipeline(path: string, options: PipelineOptions): Promise<PipelineFile> {
  const pipeline = await loadPipelineFile(path, options);
  checkUsable(pipeline, shownName(path));
  return pipeline;
}

/**
 * The part of {@link usablePipeline} that comes after reading.
 *
 * @param file the name to show in errors
 * @throws {ConfigError} with every problem
 */
export function checkUsable({ name, source, sink }: PipelineFile, file: string): void {
  try {
    sourceOf(source, { feed: name });
    checkSinkUsable(sink);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems, { file, cause: error });
  }
}
