import type { Writable } from 'node:stream';
import { optionError } from '../errors.js';
import type { Clock } from './clock.js';
import type { Logger } from './logger.js';
import { type Fields, objectWith, oneOf, resolveOptions } from './options.js';
import type { OnError } from './rejects.js';
import { CLOCK, LOGGER } from './service-fields.js';
import { type Surface, surfaceOf } from './surface.js';

/** The options of a stage that refuses records, with every default filled in. */
export interface ResolvedRejectOptions {
  readonly onError: OnError;
  readonly deadLetter: Writable | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whose names its errors use. */
  readonly surface: Surface;
}

/**
 * @throws {ConfigError} when an option is unknown, not accepted, or does not go with another, named below `owner`
 */
export function resolveRejectOptions(owner: string, options: object): ResolvedRejectOptions {
  return resolveRejecting(owner, options, REJECT_FIELDS);
}

/** The same for a stage that has more options. */
export function resolveRejecting<T extends ResolvedRejectOptions>(
  owner: string,
  options: object,
  fields: Fields<Omit<T, 'surface'>>,
): T {
  const resolved = resolveOptions<Omit<T, 'surface'>>(owner, options, fields) as T;
  if ((resolved.onError === 'divert') !== (resolved.deadLetter !== undefined)) {
    throw optionError(
      `${owner}.deadLetter`,
      "`onError: 'divert'` and a `deadLetter` stream go together. Set both or none.",
    );
  }
  return { ...resolved, surface: surfaceOf(options) };
}

export const REJECT_FIELDS: Fields<Omit<ResolvedRejectOptions, 'surface'>> = {
  onError: oneOf('fail', ['fail', 'skip', 'divert']),
  deadLetter: objectWith<Writable | undefined>(undefined, 'write', 'on', 'off'),
  logger: LOGGER,
  clock: CLOCK,
};
