import type { Writable } from 'node:stream';
import { ConfigError } from '../errors.js';
import { either, own, required, words } from '../internal/options/kinds.js';
import type { GivenOf, ResolvedOf } from '../internal/options/option.js';
import { shapeForm } from '../internal/options/shapes.js';
import { field, isFunction, objectWith, oneOf, resolveOptions } from '../internal/options.js';
import type { OnError } from '../internal/rejects.js';
import { CLOCK, LOGGER } from '../internal/service-fields.js';
import { isSeparator, isSplitOn, type Split } from '../internal/split.js';
import { type Surface, surfaceOf } from '../internal/surface.js';
import { compilePath, type Path } from '../json/field.js';
import { match, pathKeywords } from '../json/option-kinds.js';
import type { Decode } from './decode.js';
import {
  DEFAULT_MESSAGE_FORMAT,
  formatsThat,
  MESSAGE_FORMAT_NAMES,
  MESSAGE_FORMATS,
  type MessageFormat,
} from './formats.js';
import { compileStopWhen, type StopWhen } from './stop-when.js';

const SEPARATOR = shapeForm({
  on: required(
    own(field<string | undefined>(undefined, 'a text of 1 to 100 characters', isSeparator), {
      title: 'Separator',
      description: 'What stands between two records, as UTF-8.',
      type: 'string',
      schema: { $comment: 'a text of 1 to 100 characters', type: 'string', minLength: 1, maxLength: 100 },
    }),
  ),
});

/** The options that say what a frame holds. */
export const PARSE_OPTIONS = {
  /**
   * `json`: a frame is one JSON text. `raw_string`: its text, as a JSON string; bytes that are not UTF-8 are replaced.
   * `binary`: its bytes in base64, as a JSON string.
   * @default 'json'
   */
  format: words(MESSAGE_FORMAT_NAMES, {
    title: 'Message format',
    description: `What a frame holds: ${MESSAGE_FORMAT_NAMES.map((name) => `\`${name}\` ${MESSAGE_FORMATS[name].description}`).join('; ')}.`,
    fallback: DEFAULT_MESSAGE_FORMAT,
    examples: ['raw_string'],
  }),
  /**
   * With `raw_string`, what to do with bytes that are not UTF-8: `replace` each by U+FFFD, or `fail`, which refuses the frame, or the
   * piece of it, as `onError` says. @default 'replace'
   */
  utf8: words(['replace', 'fail'], {
    title: 'Bytes that are not UTF-8',
    description:
      'With `message_format: raw_string`: `replace` puts U+FFFD in their place; `fail` refuses the frame, or the piece of it, as `on_parse_error` says. JSON that is not UTF-8 is refused in any case.',
    fallback: 'replace',
    examples: ['fail'],
  }),
  /**
   * What to do with bytes that are not JSON. `fail`: end with `ERR_PARSE`, after what came before is delivered.
   * `skip`: count, warn (at most once in ten seconds) and drop. `divert`: the same, and write it to `deadLetter`.
   * @default 'fail'
   */
  onError: own(oneOf<OnError>('fail', ['fail', 'skip', 'divert']), {
    title: 'On a frame that is no JSON',
    description:
      'With `message_format: json`, `decompress` or `utf8: fail`. `fail` ends the run with an error after delivering what came before; `skip` counts, warns and drops the frame; `dead_letter` keeps it.',
    type: "'fail' | 'skip'",
    schema: { enum: ['fail', 'skip'] },
    examples: ['skip'],
  }),
  /**
   * `lines`: a frame holds many records, one a line (NDJSON). `{ on }`: with this text between them, of 1 to 100 characters,
   * such as `'\u001e'`. Pieces that are empty or blank do not count. @default 'none'
   */
  split: either<'none' | Split>([{ kind: 'words', words: ['none', 'lines'] }, SEPARATOR], {
    title: 'Many records a frame, with something between them',
    description:
      '`lines`: a frame holds many records, one a line (NDJSON); `{on: text}`: with this text between them, such as `"\\u001e"`, `"\\0"` or `"\\r"`. Pieces that are empty or blank do not count. Not with `message_format: binary`.',
    comment: '`none`, `lines`, or `on` with a text of 1 to 100 characters, such as `{ on: "\\u001e" }`',
    fallback: 'none',
    examples: ['lines', { on: '\u001e' }],
    code: {
      expected: "'none', 'lines' or { on: text }, with 1 to 100 characters",
      accepts: (value) => value === 'none' || value === 'lines' || isSplitOn(value),
    },
  }),
  /**
   * Where in a frame the array stands whose elements are the records: `data.trades`. A frame without an array there is
   * refused. The elements are cut out one at a time, as bytes.
   * @default none: the frame is the record
   */
  recordsPath: own(
    field<string | readonly (string | number)[] | undefined>(
      undefined,
      'a path such as `data.trades`, or an array of its keys',
      (value) => typeof value === 'string' || Array.isArray(value),
    ),
    {
      title: 'Many records a frame, as an array',
      description:
        'The path of an array inside the frame, each element of which is a record; `$` when the frame itself is the array. With `message_format: json` only.',
      type: 'string',
      schema: pathKeywords,
      examples: ['data.trades'],
    },
  ),
  /**
   * Which record is the last one: `{ path, equals }`, `{ path }` (whatever its value) or `{ text }`. It is looked for in the
   * record's bytes. After it the `WebSocketReadable` at the head of the pipeline is stopped; what still comes is dropped.
   * @default none
   */
  stopWhen: match({
    title: 'Last record',
    description:
      'Stops, successfully, with the record that matches: `{path, equals}`, `{path}` (whatever its value) or `{text}` (the whole record is that text). It is the last one stored. It is looked at as it arrived: what `select`, `envelope`, transforms or `record_schema` make of it does not matter.',
    examples: [{ path: 'event', equals: 'end_of_session' }, { path: 'done' }],
  }),
  /** How integers past 2^53 appear in values. The text keeps them as they are in any case. @default 'number' */
  bigIntegers: words(['number', 'bigint', 'string'], {
    title: 'Integers past 2^53',
    description:
      'How they appear in parsed values: `number` (rounded), `bigint` or `string`. Stored bytes are exact in any case.',
    fallback: 'number',
    examples: ['string'],
  }),
};

const FIELDS = {
  ...PARSE_OPTIONS,
  /**
   * For a format of the feed's own, such as MessagePack or Protocol Buffers: makes the record of a frame's bytes, in place of
   * `format`. The value that it returns is stored as JSON, a `bigint` as the integer it is; a Buffer or Uint8Array that it returns is a
   * JSON text, which is checked and stored as it is. With `recordsPath` (`$` for the value itself) an array in it is many records, or
   * none. A frame on which it throws is refused as `onError` says, with its bytes. It is no async function: use `map()` for those.
   * @default none: `format` says what a frame is
   */
  decode: field<Decode | undefined>(undefined, 'a function of the bytes of a frame', isFunction),
  /** An object-mode Writable of `DeadLetter`s, for `divert`. It is yours: it is waited for when slow, never ended. */
  deadLetter: objectWith<Writable | undefined>(undefined, 'write', 'on', 'off'),
  /** Where to log to. @default nothing is logged */
  logger: LOGGER,
  /** Where time comes from: for tests. @default this machine's */
  clock: CLOCK,
};

/** Options of `parse()`. An explicit `undefined` means the default. */
export interface ParseOptions extends GivenOf<typeof FIELDS> {}

interface Given extends ResolvedOf<typeof FIELDS> {}

/** The options with every default filled in. */
export interface ResolvedParseOptions extends Omit<Given, 'recordsPath' | 'stopWhen'> {
  /** Whose names its errors use. */
  readonly surface: Surface;
  readonly recordsPath: Path | undefined;
  readonly stopWhen: StopWhen | undefined;
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
    surface: surfaceOf(options),
    stopWhen: given.stopWhen && compileStopWhen(given.stopWhen, MESSAGE_FORMATS[given.format]),
    recordsPath: given.recordsPath === undefined ? undefined : compilePath(given.recordsPath, 'parse.recordsPath'),
  };
}

function* conflicts(given: Given): Iterable<[path: string, message: string]> {
  const format: MessageFormat = MESSAGE_FORMATS[given.format];
  if (given.decode !== undefined && !format.isJson) {
    yield [
      'decode',
      `\`decode\` says what a frame is, and so does \`format: '${given.format}'\` (\`message_format\`). Leave one of them out.`,
    ];
    return;
  }
  if (given.decode !== undefined && given.split !== 'none') {
    yield [
      'split',
      "`split` cuts text, and `decode` gets whole frames. Leave `split` out; for many records return an array, and set `recordsPath: '$'`.",
    ];
  }
  const noMatch = `does not go with \`format: '${given.format}'\``;
  if (given.onError === 'divert' && given.deadLetter === undefined) {
    yield ['deadLetter', "`onError: 'divert'` needs a `deadLetter` stream to divert to."];
  }
  if (given.onError !== 'divert' && given.deadLetter !== undefined) {
    yield ['deadLetter', "A `deadLetter` stream is used with `onError: 'divert'` alone. Set that, or leave it out."];
  }
  if (given.recordsPath !== undefined && !format.isJson) {
    yield ['recordsPath', `\`recordsPath\` looks into JSON, so it ${noMatch}.`];
  }
  if (given.utf8 === 'fail' && !format.isMendable) {
    yield [
      'utf8',
      `\`utf8: 'fail'\` looks at text, so it goes with \`format: '${formatsThat(({ isMendable }) => isMendable)}'\` alone: JSON is refused in any case.`,
    ];
  }
  if (given.stopWhen !== undefined && !('text' in given.stopWhen) && !format.isJson) {
    yield ['stopWhen', `A \`path\` looks into JSON, so it ${noMatch}.`];
  }
  if (given.stopWhen !== undefined && 'text' in given.stopWhen && !format.isText) {
    yield ['stopWhen', `A \`text\` is looked for in text, so it ${noMatch}.`];
  }
  if (given.split !== 'none' && !format.isText) {
    yield ['split', `\`split\` looks into text, so it ${noMatch}.`];
  }
}
