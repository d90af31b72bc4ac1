import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import { durationOr } from '../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../internal/options/option.js';
import { resolveOptions } from '../internal/options.js';
import { CLOCK, LOGGER } from '../internal/service-fields.js';

/** The options of a state that both code and pipeline files give. */
export const STATE_OPTIONS = {
  /**
   * When what is stored is forced to the disk, the file of the sink first: so many milliseconds after a page at the latest; with
   * `'page'` after each, as fast as the disk can; with `'never'` the system decides, and a power failure may cost seconds. When
   * the process dies, and the machine does not, nothing is lost in any case. @default 100
   */
  sync: durationOr(['page', 'never'], {
    title: 'Forced to the disk',
    description:
      'When what is stored is forced to the disk: so long after a page at the latest, after every `page`, or `never`, which leaves it to the system.',
    fallback: 100,
    examples: ['100ms', 'page', 'never'],
  }),
};

const FIELDS = { ...STATE_OPTIONS, logger: LOGGER, clock: CLOCK };

/** Options of `openState()`. An explicit `undefined` means the default. */
export interface StateOptions extends GivenOf<typeof STATE_OPTIONS> {
  /** Told what was found of earlier runs, and mended: anything of pino's shape. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export type ResolvedStateOptions = ResolvedOf<typeof FIELDS>;

/** @throws {ConfigError} when an option is unknown or its value is not accepted */
export function resolveStateOptions(options: StateOptions): ResolvedStateOptions {
  return resolveOptions<ResolvedStateOptions>('openState', options, FIELDS);
}
