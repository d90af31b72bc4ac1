import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseClock } from '../config/placeholders/clock.js';
import type { PipelineOptions } from '../feed/pipeline-file.js';
import { reader } from './grammar.js';

/** What rules the placeholders of a pipeline file, by the names of its flags. */
export interface PipelineFlags {
  /** What `--set name=value` gave, by name. */
  readonly set?: Named;
  /** What `--param name=value` gave, by name. */
  readonly param?: Named;
  readonly envFile?: readonly string[];
  /** In epoch milliseconds. */
  readonly clock?: number;
  /** The feed that is taken of a file that describes many. */
  readonly feed?: string;
}

/**
 * Gives a command the flags that fill placeholders.
 *
 * @param set the names of the one that fills those of an address: `-s` is another flag where a feed's flags are taken
 */
export function addPipelineFlags(command: Command, set = '-s, --set'): Command {
  return addFillFlags(command, set).option(
    '--param <name=value>',
    'give a param that the file declares a value; may be given many times, the last one for a name counts',
    addNamed('symbol=btcusdt'),
  );
}

/** Gives a command that takes one feed the flag that names it, where a file describes many. */
export function addFeedFlag(command: Command): Command {
  return command.option('--feed <name>', 'the feed that is taken of a file that describes many');
}

/** The same for a command that reads no pipeline file, and so has no params. */
export function addFillFlags(command: Command, set: string): Command {
  return command
    .option(
      `${set} <name=value>`,
      'fill {name} in the url with value; may be given many times, the last one for a name counts',
      addNamed('symbol=btcusdt'),
    )
    .option(
      '--env-file <file>',
      'read variables of placeholders from NAME=value lines; the environment itself counts more; may be given many times',
      addFile,
    )
    .addOption(
      new Option('--clock <time>', 'the time that placeholders of now tell: 2026-03-01T00:00:00Z, or a date').argParser(
        reader(parseClock),
      ),
    );
}

/**
 * What these flags stand for.
 *
 * @throws {ConfigError} when a file of variables cannot be read
 */
export async function pipelineOptions({ set, param, envFile, clock, feed }: PipelineFlags): Promise<PipelineOptions> {
  const { withEnvFiles } = await import('../config/placeholders/environment.js');
  const env = envFile === undefined ? process.env : await withEnvFiles(process.env, envFile);
  return { context: set, params: param, env, now: clock, feed };
}

type Named = Readonly<Record<string, string>>;

function addNamed(example: string): (text: string, before?: Named) => Named {
  return (text, before = {}) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new InvalidArgumentError(`Expected name=value, such as ${example}.`);
    return Object.fromEntries([...Object.entries(before), [text.slice(0, equals), text.slice(equals + 1)]]);
  };
}

function addFile(file: string, files: readonly string[] = []): readonly string[] {
  return [...files, file];
}
