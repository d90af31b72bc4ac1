import { type ConfigError, optionError } from '../errors.js';
import { describe, type Fields, flag, oneOf, resolveOptions } from '../internal/options.js';
import { type Compression, lacksZstd } from './encodings.js';

/** The options of `jsonlFile()`. */
export interface JsonlFileOptions {
  /**
   * Adds to a file that exists, in place of emptying it first. If its last line has no line feed, one is put in front
   * of the first record, so that the records given here stand on lines of their own. To a compressed file a member of
   * its own is added: `gzip -dc` and `zstd -dc` read all of them, but Node's own zstd reads only the first one before
   * Node 26. A compressed file is read through once before anything is added, because what follows a member that was
   * cut off by a crash could not be read by anybody: such a file is refused.
   * @default false
   */
  readonly append?: boolean | undefined;
  /**
   * Indents each record over many lines, for reading by eye; keys, numbers and strings keep their bytes. What comes
   * out is JSON texts one after another, and no longer one a line.
   * @default false
   */
  readonly pretty?: boolean | undefined;
  /**
   * `'auto'` goes by the path: `.gz` is gzip, `.zst` and `.zstd` are zstd, anything else is not compressed. Each page
   * is flushed through the compressor, so that a file that a crash cut off can be read up to the last page; pages of
   * few records compress badly for it. `'zstd'` needs Node 22.15, 23.8 or later.
   * @default 'auto'
   */
  readonly compression?: 'auto' | 'none' | 'gzip' | 'zstd' | undefined;
  /**
   * When the file is forced to the disk: `'never'` leaves it to the system, which loses seconds in a power failure and
   * nothing when the process dies; `'end'` does it once, before the file is closed; `'page'` after every page, which
   * on most disks costs milliseconds a page.
   * @default 'never'
   */
  readonly fsync?: 'never' | 'end' | 'page' | undefined;
}

/** The options with every default filled in, and with `'auto'` decided. */
export interface ResolvedJsonlFileOptions {
  readonly append: boolean;
  readonly pretty: boolean;
  readonly compression: Compression;
  readonly fsync: 'never' | 'end' | 'page';
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
      `Node ${process.versions.node} has no zstd; Node 22.15, 23.8 and all later ones have it. ` +
        "gzip works here: set `compression: 'gzip'`, or end the path with `.gz`.",
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

type Given = { readonly [K in keyof JsonlFileOptions]-?: NonNullable<JsonlFileOptions[K]> };

const FIELDS: Fields<Given> = {
  append: flag(false),
  pretty: flag(false),
  compression: oneOf<Given['compression']>('auto', ['auto', 'none', 'gzip', 'zstd']),
  fsync: oneOf<Given['fsync']>('never', ['never', 'end', 'page']),
};
