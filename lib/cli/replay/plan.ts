import { isSameFile } from '../../config/fields/dead-letter.js';
import { checkTemplatePath } from '../../config/files/file-path.js';
import type { ResolvedSourceConfig } from '../../config/source-config.js';
import { optionError } from '../../errors.js';
import type { FeedOfLetters } from '../../feed/feed-letters.js';
import type { PipelineFile } from '../../feed/feed-of.js';
import { loadPipelineFile } from '../../feed/pipeline-file.js';
import { resolveSink } from '../../feed/sink-config.js';
import type { ResolvedSink } from '../../feed/sinks.js';
import { isRolled } from '../../internal/roll-options.js';
import { resolveLetterOptions } from '../../sink/rolled/letter-options.js';
import { pipelineOptions } from '../pipeline-flags.js';
import { targetKind } from '../preview/target.js';
import { type Input, inputsOf } from './inputs.js';
import type { ReplayOptions } from './options.js';

/** What is replayed, and where it goes. */
export interface ReplayPlan {
  readonly inputs: readonly Input[];
  readonly name: string | undefined;
  /** The stages that dead letters go through. */
  readonly source: ResolvedSourceConfig | undefined;
  readonly sink: ResolvedSink;
  /** What is refused again is kept as this says, where it is. */
  readonly letters: FeedOfLetters | undefined;
  /** Of a pipeline file: to be guarded. */
  readonly pipeline: PipelineFile | undefined;
}

/**
 * What paths and flags come to. A pipeline file in the place of a path stands for its own dead letters, and is where they go.
 *
 * @throws {ConfigError} when they do not go together, or a pipeline file is not valid
 * @throws {InputError} when a file cannot be read
 */
export async function planOf(paths: readonly string[], options: ReplayOptions): Promise<ReplayPlan> {
  const { into } = options;
  const own: string[] = [];
  const others: string[] = [];
  for (const path of paths) ((await isPipeline(path)) ? own : others).push(path);
  if (own.length > 1 || (own.length > 0 && into !== undefined)) {
    throw optionError('PATH', 'A pipeline file stands for its own dead letters: give one, without --into.');
  }
  const [pipelinePath = into] = own;
  if (pipelinePath === undefined) {
    throw optionError('--into', 'Say where they go: a pipeline file, or a file to add to, such as --into again.jsonl.');
  }
  if (!(await isPipeline(pipelinePath))) return intoFile(pipelinePath, await inputsOf(others));
  const pipeline = await loadPipelineFile(pipelinePath, await pipelineOptions(options));
  const { source, sink, name } = pipeline;
  const { deadLetter } = source;
  if (own.length > 0 && others.length === 0 && deadLetter === undefined) {
    throw optionError('PATH', `${pipelinePath} keeps no dead letters (\`dead_letter\`): name the files to replay.`);
  }
  const inputs = await inputsOf(others.length > 0 ? others : [placeOf(deadLetter!)]);
  checkTarget(inputs, (sink as { readonly path?: unknown }).path);
  // A replay is to come to its end, however much of it is refused again.
  const dlq = pipeline.dlq && { ...pipeline.dlq, maxTotal: undefined, maxPerPage: undefined };
  return { inputs, name, source, sink, letters: { ...pipeline, dlq }, pipeline };
}

function intoFile(path: string, inputs: readonly Input[]): ReplayPlan {
  const letters = inputs.find(({ kind }) => kind === 'letters');
  if (letters !== undefined) {
    throw optionError(
      '--into',
      `${letters.path} holds dead letters, which go through the pipeline that refused them: name its file.`,
    );
  }
  const [finding] = checkTemplatePath(path, []);
  if (finding !== undefined) throw optionError('--into', finding.message);
  checkTarget(inputs, path);
  const sink = path === '-' ? resolveSink('stdout', {}) : resolveSink('jsonl', { path });
  return {
    inputs,
    name: undefined,
    source: undefined,
    sink,
    letters: undefined,
    pipeline: undefined,
  };
}

/** The file, or the folder, that dead letters are in. */
function placeOf(letters: NonNullable<ResolvedSourceConfig['deadLetter']>): string {
  return isRolled(letters) ? resolveLetterOptions({ ...letters, feed: ANY_FEED }).template.folder : letters.path;
}

/** @throws {ConfigError} when records would go into the file that they are read from */
function checkTarget(inputs: readonly Input[], path: unknown): void {
  const same = inputs.find((input) => isSameFile(input.path, path));
  if (same !== undefined)
    throw optionError('--into', `${same.path} would be added to while it is read. Give another file.`);
}

/** A folder has no part that changes. */
const ANY_FEED = 'feed';

async function isPipeline(path: string): Promise<boolean> {
  return path !== '-' && (await targetKind(path)) === 'pipeline';
}
