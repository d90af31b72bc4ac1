import type { KeptFiles } from '../../batch/sink-position.js';
import { optionError } from '../../errors.js';
import type { Clock } from '../../internal/clock.js';
import type { Logger } from '../../internal/logger.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { type Fields, field, objectWith, resolveOptions } from '../../internal/options.js';
import { ROLLED_OPTIONS } from '../../internal/roll-options.js';
import type { Compression } from '../file/encodings.js';
import {
  checkPath,
  compressionOf,
  FILE_SERVICES,
  type FileServices,
  JSONL_FILE_OPTIONS,
} from '../file/jsonl-file-options.js';
import { compileTemplate, type PathTemplate } from './path-template.js';

const { append: _append, pretty: _pretty, ...SHARED } = JSONL_FILE_OPTIONS;

/** What code and pipeline files give of files that are finished one after another: of a single file, all that is of use for them, too. */
export const ROLLED_FILE_OPTIONS = { ...SHARED, ...ROLLED_OPTIONS };

/** The options of `rolledFiles()`. An explicit `undefined` means the default. */
export interface RolledFilesOptions extends GivenOf<typeof ROLLED_FILE_OPTIONS> {
  /** What `{feed}` in the path stands for. @default none */
  readonly feed?: string | undefined;
  /**
   * What `openState()` resolved to: files that the run before has not finished are gone on with, in place of being finished as they are.
   * @default none: each run finishes its files
   */
  readonly state?: KeptFiles | undefined;
  /** Told what becomes of files, beside errors: anything of pino's shape. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

type Given = ResolvedOf<typeof ROLLED_FILE_OPTIONS> &
  FileServices & {
    readonly feed: string | undefined;
    readonly state: KeptFiles | undefined;
  };

/** The options with every default filled in, `'auto'` decided, and the path read. */
export interface ResolvedRolledOptions extends Omit<Given, 'compression' | 'feed'> {
  readonly compression: Compression;
  readonly template: PathTemplate;
}

/**
 * @throws {ConfigError} when the path cannot be read, an option is unknown or its value is not accepted, or when this Node has no zstd and
 * it is asked for
 */
export function resolveRolledOptions(path: unknown, options: RolledFilesOptions): ResolvedRolledOptions {
  checkPath('rolledFiles', path);
  const { feed, ...given } = resolveOptions<Given>('rolledFiles', options, FIELDS);
  checkSaysSomething('keep', given.keep, '`bytes`, `age` or `files`');
  checkSaysSomething('roll', given.roll, '`every`, `bytes` or `records`');
  return {
    ...given,
    compression: compressionOf('rolledFiles', path, given),
    template: compileTemplate('rolledFiles', path, feed),
  };
}

function checkSaysSomething(key: string, given: object | undefined, limits: string): void {
  if (given === undefined || Object.values(given).some((limit) => limit !== undefined)) return;
  throw optionError(`rolledFiles.${key}`, `It says nothing: set ${limits} in it, or leave it out.`);
}

const FIELDS: Fields<Given> = {
  ...ROLLED_FILE_OPTIONS,
  feed: field<string | undefined>(
    undefined,
    'text that is not empty',
    (value) => typeof value === 'string' && value !== '',
  ),
  state: objectWith<KeptFiles | undefined>(undefined, 'begin', 'flush'),
  ...FILE_SERVICES,
};
