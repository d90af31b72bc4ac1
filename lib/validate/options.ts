import type { Writable } from 'node:stream';
import { optionError } from '../errors.js';
import { type Clock, systemClock } from '../internal/clock.js';
import { type Logger, silentLogger } from '../internal/logger.js';
import { type Fields, objectWith, oneOf, resolveOptions } from '../internal/options.js';
import type { OnError } from '../internal/rejects.js';

/** Options of `validate()`. An explicit `undefined` means the default. */
export interface ValidateOptions {
  /**
   * What to do with a record that breaks the schema. `fail`: end with `ERR_INVALID_RECORD`, after what came before is
   * delivered. `skip`: count, warn (at most once in ten seconds) and drop. `divert`: the same, and write it to
   * `deadLetter`.
   * @default 'fail'
   */
  readonly onError?: OnError | undefined;
  /** An object-mode Writable of `DeadLetter`s, for `divert`. It is yours: it is waited for when slow, never ended. */
  readonly deadLetter?: Writable | undefined;
  /** Where to log to. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface ResolvedValidateOptions {
  readonly onError: OnError;
  readonly deadLetter: Writable | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * @throws {ConfigError} when an option is unknown, not accepted, or does not go with another
 */
export function resolveValidateOptions(options: ValidateOptions): ResolvedValidateOptions {
  const resolved = resolveOptions<ResolvedValidateOptions>('validate', options, FIELDS);
  if ((resolved.onError === 'divert') !== (resolved.deadLetter !== undefined)) {
    throw optionError(
      'validate.deadLetter',
      "`onError: 'divert'` and a `deadLetter` stream go together. Set both or none.",
    );
  }
  return resolved;
}

const FIELDS: Fields<ResolvedValidateOptions> = {
  onError: oneOf('fail', ['fail', 'skip', 'divert']),
  deadLetter: objectWith<Writable | undefined>(undefined, 'write', 'on', 'off'),
  logger: objectWith<Logger>(silentLogger, 'debug', 'info', 'warn', 'error'),
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};
