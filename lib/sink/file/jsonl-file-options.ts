import { type ConfigError, optionError } from '../../errors.js';
import type { Clock } from '../../internal/clock.js';
import { type RoomOf, systemRoom } from '../../internal/disk-watch.js';
import type { Logger } from '../../internal/logger.js';
import { whole, words, yesNo } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { describe, type Fields, field, isFunction, resolveOptions } from '../../internal/options.js';
import { CLOCK, LOGGER } from '../../internal/service-fields.js';
import { lacksZstd, NO_ZSTD } from '../../internal/zstd.js';
import { DRAIN_TIMEOUT } from '../common-options.js';
import { compressionBySuffix } from './by-suffix.js';
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
   * How hard to compress: 1 to 9 for gzip, 1 to 19 for zstd; more is smaller and slower. Not without compression.
   * @default none: 6 for gzip, 3 for zstd; of rolled files, which are compressed when they are finished, 6 and 1
   */
  compressionLevel: whole({
    title: 'Compression level',
    description:
      'How hard to compress: 1 to 9 for gzip, 1 to 19 for zstd. Without it 6 and 3, and of rolled files 6 and 1.',
    min: 1,
    max: 19,
    examples: [1],
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
   * What becomes of a page for which the disk, or the user's quota, has no room. `'wait'`: it is tried again every second, the file
   * ends with the page before it, and by back-pressure nothing more is received; that is told when it begins and ends. `'fail'`: the
   * run ends with `ERR_SINK`. Devices and pipes always fail. When less than a tenth of a disk is left, the `logger` is told once. @default 'wait'
   */
  onFull: words(['wait', 'fail'], {
    title: 'When the disk is full',
    description:
      'What becomes of records for which the disk has no room. `wait` tries again every second, and receives nothing more ' +
      'until there is some; `fail` ends the run with an error.',
    fallback: 'wait',
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

/** What files of every kind get beside the options that people give. */
export interface FileServices {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How much room a disk has: in tests, one that is nearly full. */
  readonly roomOf: RoomOf;
}

/** The fields of {@link FileServices}. */
export const FILE_SERVICES: Fields<FileServices> = {
  logger: LOGGER,
  clock: CLOCK,
  roomOf: { ...field<RoomOf>(systemRoom, 'a function', isFunction), isHidden: true },
};

type Given = ResolvedOf<typeof JSONL_FILE_OPTIONS> & FileServices;

/** The options with every default filled in, and with `'auto'` decided. */
export interface ResolvedJsonlFileOptions extends Omit<Given, 'compression'> {
  readonly compression: Compression;
}

/**
 * @throws {ConfigError} when the path is not a path, an option is unknown or its value is not accepted, or when this
 * Node has no zstd and it is asked for
 */
export function resolveJsonlFileOptions(path: unknown, options: JsonlFileOptions): ResolvedJsonlFileOptions {
  checkPath('jsonlFile', path);
  const given = resolveOptions<Given>('jsonlFile', options, FILE_FIELDS);
  return { ...given, compression: compressionOf('jsonlFile', path, given) };
}

/** @throws {ConfigError} when it is no path */
export function checkPath(owner: string, path: unknown): asserts path is string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw problem(owner, 'path', `Expected the path of a file, a string that is not empty, got ${describe(path)}.`);
  }
}

/**
 * What `'auto'` means for a path.
 *
 * @throws {ConfigError} when this Node has no zstd and it is asked for, or there is no such level of it
 */
export function compressionOf(
  owner: string,
  path: string,
  { compression: asked, compressionLevel: level }: Pick<Given, 'compression' | 'compressionLevel'>,
): Compression {
  const compression = asked === 'auto' ? compressionBySuffix(path) : asked;
  if (compression === 'zstd' && lacksZstd()) {
    throw problem(
      owner,
      'compression',
      `${NO_ZSTD} gzip works here: set \`compression: 'gzip'\`, or end the path with \`.gz\`.`,
    );
  }
  if (level !== undefined && compression === 'none') {
    throw problem(owner, 'compressionLevel', 'There is nothing to compress: end the path with `.gz`, or leave it out.');
  }
  if (level !== undefined && compression === 'gzip' && level > 9) {
    throw problem(owner, 'compressionLevel', `gzip has levels from 1 to 9, and none of ${level}.`);
  }
  return compression;
}

function problem(owner: string, name: string, message: string): ConfigError {
  return optionError(`${owner}.${name}`, message);
}

/** The same, with what code alone gives. */
const FILE_FIELDS: Fields<Given> = { ...JSONL_FILE_OPTIONS, ...FILE_SERVICES };
