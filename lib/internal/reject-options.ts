import type { Writable } from 'node:stream';
import { optionError } from '../errors.js';
import { type Clock, systemClock } from './clock.js';
import { type Logger, silentLogger } from './logger.js';
import { type Fields, objectWith, oneOf, resolveOptions } from './options.js';
import type { OnError } from './rejects.js';

/** The options of a stage that refuses records, with every default filled in. */
export interface ResolvedRejectOptions {
  readonly onError: OnError;
  readonly deadLetter: Writable | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * @throws {ConfigError} when an option is unknown, not accepted, or does not go with another, named below `owner`
 */
export function resolveRejectOptions(owner: string, options: object): ResolvedRejectOptions {
  const resolved = resolveOptions<ResolvedRejectOptions>(owner, options, FIELDS);
  if ((resolved.onError === 'divert') !== (resolved.deadLetter !== undefined)) {
    throw optionError(
      `${owner}.deadLetter`,
      "`onError: 'divert'` and a `deadLetter` stream go together. Set both or none.",
    );
  }
  return resolved;
}

const FIELDS: Fields<ResolvedRejectOptions> = {
  onError: oneOf('fail', ['fail', 'skip', 'divert']),
  deadLetter: objectWith<Writable | undefined>(undefined, 'write', 'on', 'off'),
  logger: objectWith<Logger>(silentLogger, 'debug', 'info', 'warn', 'error'),
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};
