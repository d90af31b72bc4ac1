import type { Writable } from 'node:stream';
import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import { type ResolvedRejectOptions, resolveRejectOptions } from '../internal/reject-options.js';
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
export type ResolvedValidateOptions = ResolvedRejectOptions;

/**
 * @throws {ConfigError} when an option is unknown, not accepted, or does not go with another
 */
export function resolveValidateOptions(options: ValidateOptions): ResolvedValidateOptions {
  return resolveRejectOptions('validate', options);
}
