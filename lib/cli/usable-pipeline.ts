import { ConfigError } from '../errors.js';
import type { PipelineFile } from '../feed/feed-of.js';
import { inFeeds } from '../feed/in-feeds.js';
import { checkSinkUsable } from '../feed/open-sink.js';
import { loadPipelineFile, loadPipelines, type PipelineOptions, type Pipelines } from '../feed/pipeline-file.js';
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
 * The same of all feeds of a file.
 *
 * @throws {ConfigError} with every problem of the first feed that this machine cannot run
 */
export async function usablePipelines(path: string, options: PipelineOptions): Promise<Pipelines> {
  const pipelines = await loadPipelines(path, options);
  for (const feed of pipelines.feeds) checkUsable(feed, shownName(path), pipelines.feeds.length);
  return pipelines;
}

/**
 * The part of {@link usablePipeline} that comes after reading.
 *
 * @param file the name to show in errors, @param total how many feeds there are
 * @throws {ConfigError} with every problem
 */
export function checkUsable({ name, source, sink }: PipelineFile, file: string, total = 1): void {
  try {
    sourceOf(source, { feed: name });
    checkSinkUsable(sink);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems.map((problem) => ({
      ...problem,
      message: total === 1 ? problem.message : inFeeds([name ?? ''], total, problem.message),
    }));
    throw new ConfigError(problems, { file, cause: error });
  }
}
