import type { Writable } from 'node:stream';
import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import { resolveRejectOptions } from '../internal/reject-options.js';
import type { OnError } from '../internal/rejects.js';

/** Options of the transforms that cannot be applied to every record. An explicit `undefined` means the default. */
export interface TransformOptions {
  /**
   * What to do with a record that the transform cannot be applied to. `fail`: end with `ERR_TRANSFORM`, after what came
   * before is delivered. `skip`: count, warn (at most once in ten seconds) and drop. `divert`: the same, and write it to
   * `deadLetter`, as the transform got it.
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

/** For transforms that can be applied to every record. */
export const NEVER_REFUSES = resolveRejectOptions('transform', {});
