import { DEDUPE_OPTIONS, type DedupeOptions } from '../connect/options/intake-options.js';
import { optionError } from '../errors.js';
import type { Clock } from '../internal/clock.js';
import { type Fields, resolveOptions } from '../internal/options.js';
import { CLOCK } from '../internal/service-fields.js';

/** Options of `dedupe()`. */
export interface DedupeStageOptions extends DedupeOptions {
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** {@link DedupeStageOptions} with every default filled in. */
export type ResolvedDedupeOptions = DedupeOptions & { readonly clock: Clock };

/** @throws {ConfigError} when an option is missing, unknown, or its value is not accepted */
export function resolveDedupeOptions(options: DedupeStageOptions): ResolvedDedupeOptions {
  const resolved = resolveOptions<ResolvedDedupeOptions>('dedupe', options, FIELDS);
  for (const name of ['by', 'windowMs'] as const) {
    if (resolved[name] === undefined) {
      throw optionError(`dedupe.${name}`, `Expected ${FIELDS[name].expected}, got undefined.`);
    }
  }
  return resolved;
}

const FIELDS: Fields<ResolvedDedupeOptions> = {
  ...DEDUPE_OPTIONS,
  clock: CLOCK,
} as Fields<ResolvedDedupeOptions>;
