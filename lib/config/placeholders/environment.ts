import { parseEnv } from 'node:util';
import { ConfigError } from '../../errors.js';
import { readText } from '../files/read-text.js';

/** The variables that placeholders are replaced from, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment with the variables of files of `NAME=value` lines. What the environment has counts more than what a file
 * says, and a later file more than an earlier one.
 *
 * @throws {ConfigError} when one of them cannot be read, or holds no variable
 */
export async function withEnvFiles(env: Environment, files: readonly string[]): Promise<Environment> {
  const read: Environment[] = [];
  for (const file of files) read.push(await readEnvFile(file));
  return Object.assign({}, ...read, env) as Environment;
}

async function readEnvFile(file: string): Promise<Environment> {
  const variables = parseEnv(await readText(file, { file, what: 'file of variables' }));
  if (Object.keys(variables).length === 0) throw new ConfigError([{ path: '', message: NO_VARIABLES }], { file });
  return variables;
}

const NO_VARIABLES = 'This file of variables holds none. Write one on each line, as `NAME=value`.';
