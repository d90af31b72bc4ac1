import type { Writable } from 'node:stream';
import { optionError } from '../errors.js';
import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import { field, isFunction, milliseconds, oneOf, resolveOptions, wholeNumber } from '../internal/options.js';
import { REJECT_FIELDS, type ResolvedRejectOptions } from '../internal/reject-options.js';
import type { OnError } from '../internal/rejects.js';
import { surfaceOf } from '../internal/surface.js';
import { compilePath, type Path } from '../json/field.js';
import type { TimestampUnit } from '../json/time.js';
import type { Message } from '../parse/message.js';
import type { WindowKey } from './facts.js';

/** Options of `window()`: `everyMs` or `size`, and what else is wanted. An explicit `undefined` means the default. */
export interface WindowOptions {
  /**
   * How long each window lasts, in whole milliseconds. They follow one another without a hole, from the beginning of the epoch on: with
   * 60,000 each is a minute of the clock, in UTC. @default none
   */
  readonly everyMs?: number | undefined;
  /** How many records each window takes. @default none */
  readonly size?: number | undefined;
  /**
   * What each has windows of its own for: a path, whose text, number or other scalar is read from the bytes, exact past 2^53; or a
   * function that returns such a value. One that fails, or returns something else, ends the run with `ERR_CONFIG`, after all other windows are
   * handed out. @default none: all records share one
   */
  readonly by?: string | readonly (string | number)[] | ((message: Message) => WindowKey) | undefined;
  /**
   * Which time a record has: `received_at`, when its frame came, or a path to a time in the record. (A field of that name is
   * `$.received_at`.) @default 'received_at'
   */
  readonly on?: string | readonly (string | number)[] | undefined;
  /**
   * What the time at the path `on` counts, as a number or a text of digits, exact past 2^53; or that it is written out, with an offset
   * or in UTC. What is below a millisecond is cut off. @default 'ms'
   */
  readonly unit?: TimestampUnit | undefined;
  /**
   * For how long a window stays open beyond its end, for records that come late. That long counts by the time `on`: up to the newest
   * time so far, at a path; on `received_at` up to the record at hand, or the clock. Not with `size`. @default 0
   */
  readonly latenessMs?: number | undefined;
  /**
   * How many windows are open at once, of all keys. At the limit the one that was not used for the longest time is handed out early,
   * as partial. @default 10,000
   */
  readonly maxWindows?: number | undefined;
  /**
   * How many bytes of records are kept at most for an aggregate that is a function of messages, over all windows, 256 for each record
   * besides. Above that the run ends with `ERR_CONFIG`. @default 64 MiB
   */
  readonly maxBytes?: number | undefined;
  /**
   * What to do with a record whose window has been closed already, by the times at the path `on`. `skip`: count (`skipped`), warn (at most
   * once in ten seconds) and drop. `divert`: the same, and write it to `deadLetter`. `fail`: end with `ERR_TRANSFORM`. On `received_at`
   * no record is late. @default 'skip'
   */
  readonly onLate?: OnError | undefined;
  /** The same for a record that has no time at the path `on`. @default 'fail' */
  readonly onError?: OnError | undefined;
  /** An object-mode Writable of `DeadLetter`s, for `divert`. It is yours: it is waited for when slow, never ended. */
  readonly deadLetter?: Writable | undefined;
  /** Where to log to. @default nothing is logged */
  readonly logger?: Logger | undefined;
  /** Where time comes from: for tests. @default this machine's */
  readonly clock?: Clock | undefined;
}

/** {@link WindowOptions} with every default filled in. */
export interface ResolvedWindowOptions extends ResolvedRejectOptions {
  readonly everyMs: number | undefined;
  readonly size: number | undefined;
  readonly by: Path | ((message: Message) => WindowKey) | undefined;
  /** `undefined`: when the frame came. */
  readonly on: Path | undefined;
  readonly unit: TimestampUnit;
  readonly latenessMs: number;
  readonly maxWindows: number;
  readonly maxBytes: number;
  readonly onLate: OnError;
}

/** @throws {ConfigError} when an option is unknown, not accepted, or does not go with another */
export function resolveWindowOptions(given: WindowOptions): ResolvedWindowOptions {
  const { by, on, ...options } = resolveOptions<Taken>('window', given, WINDOW_FIELDS);
  const { everyMs, size, latenessMs, onError, onLate, deadLetter } = options;
  if ((everyMs === undefined) === (size === undefined)) {
    throw optionError('window', 'A window has a length or a number of records: give one of `everyMs` and `size`.');
  }
  if (size !== undefined && latenessMs > 0) {
    throw optionError(
      'window.latenessMs',
      'A window of so many records waits for no late one. Leave it out, or give `everyMs`.',
    );
  }
  if (on === RECEIVED_AT && given.unit !== undefined) {
    throw optionError('window.unit', 'It says what the time in a record counts: give the path to it as `on`.');
  }
  if ((onError === 'divert' || onLate === 'divert') !== (deadLetter !== undefined)) {
    throw optionError(
      'window.deadLetter',
      "`'divert'`, as `onLate` or `onError`, and a `deadLetter` stream go together. Set both or none.",
    );
  }
  return {
    ...options,
    surface: surfaceOf(given),
    by: by === undefined || typeof by === 'function' ? by : compilePath(by, 'window.by'),
    on: on === RECEIVED_AT ? undefined : compilePath(on, 'window.on'),
  };
}

interface Taken extends Omit<ResolvedWindowOptions, 'by' | 'on' | 'surface'> {
  readonly by: NonNullable<WindowOptions['by']> | undefined;
  readonly on: NonNullable<WindowOptions['on']>;
}

const RECEIVED_AT = 'received_at';
const A_PATH = 'a path such as "data.symbol", or an array of keys and indices';
const isPathLike = (value: unknown): boolean => typeof value === 'string' || Array.isArray(value);

/** What may be given, and what it is without. */
export const WINDOW_FIELDS = {
  everyMs: wholeNumber<number | undefined>(undefined, 1, 2 ** 45),
  size: wholeNumber<number | undefined>(undefined, 1),
  by: field<Taken['by']>(
    undefined,
    `${A_PATH}, or a function of the message`,
    (value) => isPathLike(value) || isFunction(value),
  ),
  on: field<Taken['on']>(RECEIVED_AT, `'${RECEIVED_AT}', or ${A_PATH}`, isPathLike),
  unit: oneOf<TimestampUnit>('ms', ['s', 'ms', 'us', 'ns', 'iso8601']),
  latenessMs: milliseconds(0, 0),
  maxWindows: wholeNumber(10_000, 1),
  maxBytes: wholeNumber(64 * 1024 * 1024, 1),
  onLate: oneOf<OnError>('skip', ['fail', 'skip', 'divert']),
  ...REJECT_FIELDS,
};
