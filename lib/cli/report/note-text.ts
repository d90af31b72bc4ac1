import { ConfigError, type ConfigProblem } from '../../errors.js';

/** What a pipeline file holds that is accepted without effect, as a line: `note: feed.yaml:2:1: execution: …`. */
export function noteText(note: ConfigProblem, file: string): string {
  return `note: ${new ConfigError([note], { file }).message}`;
}

/** The name of a pipeline file as it is shown. */
export function shownName(path: string): string {
  return path === '-' ? '(standard input)' : path;
}
