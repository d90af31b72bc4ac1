import { ConfigError } from '../../errors.js';
import type { KeepOptions, RollOptions } from '../../internal/roll-options.js';
import { speakingTo } from '../../internal/surface.js';
import { type ResolvedRolledOptions, type RolledFilesOptions, resolveRolledOptions } from './rolled-options.js';

/** Where rolled dead letters go, and what is kept of them. */
export interface RolledLettersOptions extends Pick<RolledFilesOptions, 'feed' | 'logger' | 'clock'> {
  readonly path: string;
  readonly roll?: RollOptions | undefined;
  readonly keep?: KeepOptions | undefined;
}

/**
 * The same as options of rolled files.
 *
 * @throws {ConfigError} when the path cannot be read, or a value is not accepted
 */
export function resolveLetterOptions({ path, ...options }: RolledLettersOptions): ResolvedRolledOptions {
  try {
    return resolveRolledOptions(path, speakingTo('file', options));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems.map((problem) => ({
      ...problem,
      path: problem.path.replace('rolledFiles', 'dead_letter'),
    }));
    throw new ConfigError(problems, { cause: error });
  }
}
