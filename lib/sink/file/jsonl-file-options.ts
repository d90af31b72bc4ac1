import { type ConfigError, optionError } from '../../errors.js';
import { type Clock, systemClock } from '../../internal/clock.js';
import { type Logger, silentLogger } from '../../internal/logger.js';
import { words, yesNo } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { describe, type Fields, objectWith, resolveOptions } from '../../internal/options.js';
import { lacksZstd, NO_ZSTD } from '../../internal/zstd.js';
import { DRAIN_TIMEOUT } from '../common-options.js';
import type { Compression } from './encodings.js';

/** The options that both code and pipeline files give. */
export const JSONL_FILE_OPTIONS = {
  /**
   * Adds to a file that exists. Without it, the first page of records replaces what the file holds.
   *
   * An end that a crash or a power failure tore is mended when the first page comes, and told to the `logger`. A whole
   * record that lacks its line feed is finished; a part of one, and zeros, are cut off, and the part goes to `PATH.torn`.
   * To a compressed file a member of its own is added; of one that was cut off, all records that can be decoded are kept. A
   * compressed file is read from its begin for that, a piece at a time: zstd from block to block, while gzip is decoded. No
   * more than 64 MiB of decoded lines are held for it; where more would have to be, the file is one that cannot be mended. What
   * cannot be mended is renamed to `PATH.bad`, and a new file begun.
   * `gzip -dc` and `zstd -dc` read all members, but Node's own zstd reads only the first one before Node 26.
   * @default false
   */
  append: yesNo({
    title: 'Append',
    description: 'Adds to a file that exists. Without it, the first page of records replaces what the file holds.',
    fallback: false,
    examples: [true],
  }),
  /**
   * Indents each record over many lines, for reading by eye; keys, numbers and strings keep their bytes. What comes
   * out is JSON texts one after another, and no longer one a line.
   * @default false
   */
  pretty: yesNo({
    title: 'Pretty',
    description: 'Indents each record over many lines, for reading by eye.',
    fallback: false,
    examples: [true],
  }),
  /**
   * `'auto'` goes by the path: `.gz` is gzip, `.zst` and `.zstd` are zstd, anything else is not compressed. Each page
   * is flushed through the compressor, so that a file that a crash cut off can be read up to the last page; pages of
   * few records compress badly for it. `'zstd'` needs Node 22.15, 23.8 or later.
   * @default 'auto'
   */
  compression: words(['auto', 'none', 'gzip', 'zstd'], {
    title: 'Compression',
    description: '`auto` goes by the suffix of `path`.',
    fallback: 'auto',
    examples: ['gzip'],
  }),
  /**
   * When the file is forced to the disk: `'never'` leaves it to the system, which loses seconds in a power failure and
   * nothing when the process dies; `'end'` does it once, before the file is closed; `'page'` after every page, which
   * on most disks costs milliseconds a page.
   * @default 'never'
   */
  fsync: words(['never', 'end', 'page'], {
    title: 'Flush to the disk',
    description: 'When the file is forced to the disk: `never`, at the `end` of the run, or after every `page`.',
    fallback: 'never',
    examples: ['end'],
  }),
  /**
   * What becomes of a file that is deleted or renamed while it is written to; it is looked for at every fsync, at a page
   * once a second at most, and at the end. `'create'`: one that was deleted is made again, and the rest goes there; one
   * that was renamed is gone on with until it is reopened. Both are told. `'fail'`: the run ends with `ERR_SINK`.
   * @default 'create'
   */
  onMissing: words(['create', 'fail'], {
    title: 'When the file is gone',
    description:
      'What becomes of a file that is deleted or renamed while it is written to. `create`: one that was deleted is made ' +
      'again, one that was renamed is gone on with. `fail` ends the run with an error.',
    fallback: 'create',
    examples: ['fail'],
  }),
  /**
   * For how long the end of a run, good or bad, waits until the file has what this sink was given. Then the stream fails
   * with `ERR_SINK`, and closes, whatever a reader of a pipe or a disk that hangs does. @default 30_000
   */
  drainTimeoutMs: DRAIN_TIMEOUT,
};

/** The options of `jsonlFile()`. */
export interface JsonlFileOptions extends GivenOf<typeof JSONL_FILE_OPTIONS> {
  /** Told what becomes of the file, beside errors: anything of pino's shape. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

type Given = ResolvedOf<typeof JSONL_FILE_OPTIONS> & { readonly logger: Logger; readonly clock: Clock };

/** The options with every default filled in, and with `'auto'` decided. */
export interface ResolvedJsonlFileOptions extends Omit<Given, 'compression'> {
  readonly compression: Compression;
}

/**
 * @throws {ConfigError} when the path is not a path, an option is unknown or its value is not accepted, or when this
 * Node has no zstd and it is asked for
 */
export function resolveJsonlFileOptions(path: unknown, options: JsonlFileOptions): ResolvedJsonlFileOptions {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw problem('path', `Expected the path of a file, a string that is not empty, got ${describe(path)}.`);
  }
  const given = resolveOptions<Given>('jsonlFile', options, FIELDS);
  const compression = given.compression === 'auto' ? bySuffix(path) : given.compression;
  if (compression === 'zstd' && lacksZstd()) {
    throw problem(
      'compression',
      `${NO_ZSTD} gzip works here: set \`compression: 'gzip'\`, or end the path with \`.gz\`.`,
    );
  }
  return { ...given, compression };
}

function bySuffix(path: string): Compression {
  if (/\.gz$/i.test(path)) return 'gzip';
  return /\.zstd?$/i.test(path) ? 'zstd' : 'none';
}

function problem(name: string, message: string): ConfigError {
  return optionError(`jsonlFile.${name}`, message);
}

const FIELDS: Fields<Given> = {
  ...JSONL_FILE_OPTIONS,
  logger: objectWith<Logger>(silentLogger, 'debug', 'info', 'warn', 'error'),
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};
