import type { Writable } from 'node:stream';
import { ConfigError } from '../errors.js';
import { type Clock, systemClock } from '../internal/clock.js';
import { type Logger, silentLogger } from '../internal/logger.js';
import { type Fields, field, objectWith, oneOf, resolveOptions } from '../internal/options.js';
import type { OnError } from '../internal/rejects.js';
import { compilePath, type Path } from '../json/field.js';
import type { BigIntegers } from '../json/values.js';

/** Options of `parse()`. An explicit `undefined` means the default. */
export interface ParseOptions {
  /**
   * `json`: a frame is one JSON text. `raw_string`: its text, as a JSON string; bytes that are not UTF-8 are replaced.
   * `binary`: its bytes in base64, as a JSON string.
   * @default 'json'
   */
  readonly format?: 'json' | 'raw_string' | 'binary' | undefined;
  /**
   * What to do with bytes that are not JSON. `fail`: end with `ERR_PARSE`, after what came before is delivered.
   * `skip`: count, warn (at most once in ten seconds) and drop. `divert`: the same, and write it to `deadLetter`.
   * @default 'fail'
   */
  readonly onError?: OnError | undefined;
  /** An object-mode Writable of `DeadLetter`s, for `divert`. It is yours: it is waited for when slow, never ended. */
  readonly deadLetter?: Writable | undefined;
  /** `lines`: a frame holds many records, one a line (NDJSON); blank lines do not count. @default 'none' */
  readonly split?: 'none' | 'lines' | undefined;
  /**
   * Where in a frame the array stands whose elements are the records: `data.trades`. A frame without an array there is
   * refused. The elements are cut out one at a time, as bytes.
   * @default none: the frame is the record
   */
  readonly recordsPath?: string | readonly (string | number)[] | undefined;
  /** How integers past 2^53 appear in values. The text keeps them as they are in any case. @default 'number' */
  readonly bigIntegers?: BigIntegers | undefined;
  /** Where to log to. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface ResolvedParseOptions {
  readonly format: 'json' | 'raw_string' | 'binary';
  readonly onError: OnError;
  readonly deadLetter: Writable | undefined;
  readonly split: 'none' | 'lines';
  readonly recordsPath: Path | undefined;
  readonly bigIntegers: BigIntegers;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * @throws {ConfigError} when an option is unknown, not accepted, or does not go with another
 */
export function resolveParseOptions(options: ParseOptions): ResolvedParseOptions {
  const given = resolveOptions<Given>('parse', options, FIELDS);
  const problems = [...conflicts(given)].map(([path, message]) => ({ path: `parse.${path}`, message }));
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...given,
    recordsPath: given.recordsPath === undefined ? undefined : compilePath(given.recordsPath, 'parse.recordsPath'),
  };
}

function* conflicts(given: Given): Iterable<[path: string, message: string]> {
  if (given.onError === 'divert' && given.deadLetter === undefined) {
    yield ['deadLetter', "`onError: 'divert'` needs a `deadLetter` stream to divert to."];
  }
  if (given.onError !== 'divert' && given.deadLetter !== undefined) {
    yield ['deadLetter', "A `deadLetter` stream is used with `onError: 'divert'` alone. Set that, or leave it out."];
  }
  if (given.recordsPath !== undefined && given.format !== 'json') {
    yield ['recordsPath', `\`recordsPath\` looks into JSON, so it does not go with \`format: '${given.format}'\`.`];
  }
  if (given.split === 'lines' && given.format === 'binary') {
    yield ['split', "`split: 'lines'` looks for lines of text, so it does not go with `format: 'binary'`."];
  }
}

type Given = Omit<ResolvedParseOptions, 'recordsPath'> & {
  readonly recordsPath: string | readonly (string | number)[] | undefined;
};

const FIELDS: Fields<Given> = {
  format: oneOf('json', ['json', 'raw_string', 'binary']),
  onError: oneOf('fail', ['fail', 'skip', 'divert']),
  deadLetter: objectWith<Writable | undefined>(undefined, 'write', 'on', 'off'),
  split: oneOf('none', ['none', 'lines']),
  recordsPath: field<Given['recordsPath']>(
    undefined,
    'a path such as `data.trades`, or an array of its keys',
    (value) => typeof value === 'string' || Array.isArray(value),
  ),
  bigIntegers: oneOf('number', ['number', 'bigint', 'string']),
  logger: objectWith<Logger>(silentLogger, 'debug', 'info', 'warn', 'error'),
  clock: objectWith<Clock>(systemClock, 'now', 'monotonic', 'setTimeout', 'clearTimeout'),
};
