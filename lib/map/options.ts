import type { Writable } from 'node:stream';
import type { Clock } from '../internal/clock.js';
import { noAnswer } from '../internal/given-function.js';
import type { Logger } from '../internal/logger.js';
import { type Fields, flag, milliseconds, resolveOptions, wholeNumber } from '../internal/options.js';
import { REJECT_FIELDS, type ResolvedRejectOptions, resolveRejecting } from '../internal/reject-options.js';
import type { OnError } from '../internal/rejects.js';
import { CLOCK } from '../internal/service-fields.js';
import type { CallLimit } from '../stage/calls.js';

/** Options of `mapPage()` and `filterPage()`. An explicit `undefined` means the default. */
export interface WorkOptions {
  /**
   * For how many items the function is at work at once, from 1 to 10,000; what is held besides is at most what came in one read
   * of the socket. @default 1
   */
  readonly concurrency?: number | undefined;
  /** Whether they go on in the order in which they came; gaps keep their place in any case. @default true */
  readonly ordered?: boolean | undefined;
  /**
   * For how long an answer of the function is waited for. Then its `signal` is aborted, with a `TimeoutError`, and the item is one for
   * which the function failed. A function that does not heed its signal may be at work still when the next one begins; what it
   * answers later is not looked at. At the end of a run, too, no more than that is waited for. @default none: for ever
   */
  readonly timeoutMs?: number | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** Options of `map()`, and of `filter()` with a function. An explicit `undefined` means the default. */
export interface MapOptions extends WorkOptions {
  /**
   * What to do with a record for which the function fails. `fail`: end with `ERR_CONFIG`, after what came before is delivered.
   * `skip`: count, warn (at most once in ten seconds) and drop. `divert`: the same, and write it to `deadLetter`.
   * @default 'fail'
   */
  readonly onError?: OnError | undefined;
  /** An object-mode Writable of `DeadLetter`s, for `divert`. It is yours: it is waited for when slow, never ended. */
  readonly deadLetter?: Writable | undefined;
  /** Where to log to. @default nothing is logged */
  readonly logger?: Logger | undefined;
}

/** {@link WorkOptions} with every default filled in. */
export interface ResolvedWorkOptions {
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly timeoutMs: number | undefined;
  readonly clock: Clock;
}

/** {@link MapOptions} with every default filled in. */
export type ResolvedMapOptions = ResolvedWorkOptions & ResolvedRejectOptions;

/** @throws {ConfigError} when an option is unknown or not accepted */
export function resolveWorkOptions(owner: string, options: WorkOptions): ResolvedWorkOptions {
  return resolveOptions<ResolvedWorkOptions>(owner, options, FIELDS);
}

/** @throws {ConfigError} when an option is unknown, not accepted, or does not go with another */
export function resolveMapOptions(owner: string, options: MapOptions): ResolvedMapOptions {
  return resolveRejecting<ResolvedMapOptions>(owner, options, { ...FIELDS, ...REJECT_FIELDS });
}

/** How long a call may take, and what it fails with then; `undefined`: for ever. */
export function callLimit(
  owner: string,
  { timeoutMs, clock }: ResolvedWorkOptions,
  elsewise?: string,
): CallLimit | undefined {
  if (timeoutMs === undefined) return undefined;
  return { timeoutMs, clock, late: () => noAnswer(owner, timeoutMs, elsewise) };
}

const FIELDS: Fields<ResolvedWorkOptions> = {
  concurrency: wholeNumber(1, 1, 10_000),
  ordered: flag(true),
  timeoutMs: milliseconds<number | undefined>(undefined),
  clock: CLOCK,
};
