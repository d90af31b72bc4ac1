import type { Clock } from '../../internal/clock.js';
import { whole, words, yesNo } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../../internal/options/option.js';
import { type Fields, objectWith, resolveOptions } from '../../internal/options.js';
import { CLOCK } from '../../internal/service-fields.js';
import { DRAIN_TIMEOUT } from '../common-options.js';

/** The options that both code and pipeline files give. */
export const STDOUT_OPTIONS = {
  /**
   * `'json_lines'`: one record a line. `'pretty_json'`: indented over many lines. `'csv'` and `'tsv'`: the values of a
   * record in the order of its keys, without a header; numbers keep their text, `null` is empty, an object or array its
   * JSON text. In `'csv'` a cell is quoted where it must be (RFC 4180), in `'tsv'` a tab or line break in one becomes a
   * space. Both take objects alone.
   * @default 'json_lines'
   */
  format: words(['json_lines', 'pretty_json', 'csv', 'tsv'], {
    title: 'Format',
    description:
      '`json_lines`: one record a line; `pretty_json`: indented over many lines; `csv` and `tsv`: the values of each record in the order of its keys, without a header.',
    fallback: 'json_lines',
    examples: ['pretty_json'],
  }),
  /** Which of the process's two streams to write to. @default 'stdout' */
  destination: words(['stdout', 'stderr'], {
    title: 'Destination',
    description: 'Which of the two streams to write to.',
    fallback: 'stdout',
    examples: ['stderr'],
  }),
  /** Writes each record by itself, in place of a page at a time. @default false */
  flushPerRecord: yesNo({
    title: 'Flush per record',
    description: 'Writes each record by itself, in place of a page at a time.',
    fallback: false,
    examples: [true],
  }),
  /**
   * After so many records the run that feeds this sink is stopped in good order, and what still comes is dropped.
   * @default none: all are written
   */
  maxRecords: whole({
    title: 'Records at most',
    description: 'Stops, successfully, after so many records. All of them are written when it is left out.',
    min: 0,
    examples: [10],
  }),
  /**
   * For how long the end of a run, good or bad, waits until the output has taken what this sink was given. Then the stream
   * fails with `ERR_SINK`, and closes. @default 30_000
   */
  drainTimeoutMs: DRAIN_TIMEOUT,
};

/** The options of `stdout()`. */
export interface StdoutOptions extends GivenOf<typeof STDOUT_OPTIONS> {
  /** A stream to write to in place of those two. It is not ended either. @default the one that `destination` names */
  readonly stream?: NodeJS.WritableStream | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** {@link StdoutOptions} with every default filled in. */
export interface ResolvedStdoutOptions extends ResolvedOf<typeof STDOUT_OPTIONS> {
  readonly stream: NodeJS.WritableStream | undefined;
  readonly clock: Clock;
}

/** @throws {ConfigError} when an option is unknown or its value is not accepted */
export function resolveStdoutOptions(options: StdoutOptions): ResolvedStdoutOptions {
  return resolveOptions<ResolvedStdoutOptions>('stdout', options, FIELDS);
}

const FIELDS: Fields<ResolvedStdoutOptions> = {
  ...STDOUT_OPTIONS,
  clock: CLOCK,
  stream: objectWith<NodeJS.WritableStream | undefined>(undefined, 'write', 'on', 'removeListener'),
};
