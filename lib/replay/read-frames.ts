import { Readable, Writable } from 'node:stream';
import { pipeline as finished } from 'node:stream/promises';
import split2 from 'split2';
import pick from 'stream-json/filters/pick.js';
import parser, { type Token } from 'stream-json/parser.js';
import verifier from 'stream-json/utils/verifier.js';
import { InputError } from '../errors.js';
import { field, flag, resolveOptions } from '../internal/options.js';
import { compilePath, isPath } from '../json/field.js';
import { JsonElements } from './json-elements.js';
import { RecordedBytes } from './recorded-bytes.js';
import { Stepwise } from './stepwise.js';

/** How {@link readFrames} reads a file. */
export interface ReadFramesOptions {
  /**
   * `lines`: each line is a frame. `document`: the file is one JSON document, and each element of an array in it is a
   * frame. @default 'document' with `recordsPath` and for the suffixes .json, .json.gz and .json.zst, otherwise 'lines'
   */
  readonly format?: 'lines' | 'document';
  /** Where the array is in the document: `data.trades`, `$.data[0]['a.b']`. @default the document itself */
  readonly recordsPath?: string;
  /** Whether a line must be JSON; `false` serves every line as it is, except empty ones. @default true */
  readonly check?: boolean;
}

/**
 * The frames of a recorded file, one after another, for `client.sendMany(readFrames('trades.jsonl'))`. Files whose name
 * ends in `.gz` or `.zst` are inflated (`.zst` from Node 22.15 on), and a byte order mark is left out. Memory stays flat
 * whatever the file's size: a line has at most 64 Mi characters, and of a document there is one element at a time, which is
 * written anew without whitespace, its numbers as they stood.
 *
 * @throws {InputError} while reading, after all that is whole before it: the file cannot be read, or is not what it should
 * be, with the line; `reason` is `torn` where it ends in the middle, as one does that is still written to
 * @throws {ConfigError} when an option is not valid
 */
export function readFrames(path: string, options: ReadFramesOptions = {}): AsyncIterable<Buffer> {
  return framesOf(path, options, 'recordsPath');
}

/**
 * @internal {@link readFrames} for a surface of its own.
 *
 * @param placeOption what `recordsPath` is called there
 */
export function framesOf(path: string, options: ReadFramesOptions, placeOption: string): AsyncIterable<Buffer> {
  const { format, recordsPath, check } = resolveOptions<Resolved>('readFrames', options, FIELDS);
  const isDocument =
    format === undefined ? recordsPath !== '' || /\.json(\.gz|\.zstd?)?$/.test(path) : format === 'document';
  return isDocument ? readElements(path, recordsPath, placeOption) : readLines(path, check);
}

async function* readLines(path: string, check: boolean): AsyncGenerator<Buffer, void, void> {
  const bytes = new RecordedBytes(path);
  const lines = new Stepwise<string>(split2(/\r?\n/, { maxLength: MAX_LINE }), withLineFeeds(bytes));
  let number = 0;
  // One line behind, since the last one may be torn.
  let last = '';
  for await (const made of lines) {
    for (const line of made) {
      if (last.trim() !== '') yield frameOf(last, { path, line: number, check });
      last = line;
      number += 1;
    }
  }
  const isCutOff = bytes.failure !== undefined;
  const isEnded = bytes.endsInLineFeed || lines.failure !== undefined;
  if (last.trim() !== '' && (isEnded || (!isCutOff && (!check || isJson(last))))) {
    yield frameOf(last, { path, line: number, check });
  } else if (last.trim() !== '' && !isCutOff) {
    const size = Buffer.byteLength(last);
    const message = `The last line is torn: its ${size} bytes are no JSON, and have no line feed behind them.`;
    throw new InputError(message, { file: path, reason: 'torn', line: number });
  }
  if (bytes.failure !== undefined) throw bytes.failure;
  if (lines.failure === undefined) return;
  const message = `The line has more than ${MAX_LINE} characters, which is as many as one may have. Check that the file is one of lines.`;
  throw invalid(path, message, { line: number + 1 }, lines.failure);
}

/** The same bytes in pieces that hold a line feed each: a long line is looked through once, and not with every chunk of it. */
async function* withLineFeeds(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    held.push(piece);
    size += piece.length;
    if (size <= MAX_LINE && !piece.includes(LINE_FEED)) continue;
    yield held.length === 1 ? piece : Buffer.concat(held);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held);
}

function frameOf(text: string, { path, line, check }: { path: string; line: number; check: boolean }): Buffer {
  if (check) {
    try {
      JSON.parse(text);
    } catch (error) {
      throw invalid(path, `The line is not JSON: ${messageOf(error)}.`, { line }, error);
    }
  }
  return Buffer.from(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function* readElements(
  path: string,
  recordsPath: string,
  placeOption: string,
): AsyncGenerator<Buffer, void, void> {
  const bytes = new RecordedBytes(path);
  const elements = new JsonElements();
  const packed = { packValues: true, streamValues: false };
  const { segments } = compilePath(recordsPath, 'readFrames.recordsPath');
  const isWhole = segments.length === 0;
  const isPlace = (place: Place): boolean =>
    place.length === segments.length &&
    segments.every(({ key, index }, at) => place[at] === (typeof place[at] === 'number' ? index : key));
  const parse = isWhole ? parser.asStream(packed) : pick.withParserAsStream({ ...packed, filter: isPlace });
  const tokens = new Stepwise<Token>(parse, bytes);
  for await (const made of tokens) {
    for (const token of made) {
      const text = elements.push(token);
      if (elements.isOther) {
        const where = isWhole ? 'The document' : `What stands at ${recordsPath}`;
        throw invalid(path, `${where} is no array. Name the array's place with \`${placeOption}\`.`);
      }
      if (text !== undefined) yield Buffer.from(text);
      // What comes after the array that was asked for is nobody's concern.
      if (elements.isEnded && !isWhole) return;
    }
  }
  const { failure, hasAll } = tokens;
  if (bytes.failure !== undefined) throw bytes.failure;
  if (failure !== undefined && !hasAll) throw await invalidDocument(path, failure);
  if (elements.isEnded && failure === undefined) return;
  if (!elements.isBegun && failure === undefined)
    throw invalid(path, `There is nothing at ${recordsPath}. Check \`${placeOption}\`.`);
  const what = elements.isBegun
    ? `The array ends in the middle, after ${elements.count} whole elements.`
    : 'The document ends before its array begins.';
  throw new InputError(what, { file: path, reason: 'torn', cause: failure });
}

/** The parser knows no places, for the sake of speed: the document is read once more, by one that does. */
async function invalidDocument(path: string, error: Error): Promise<InputError> {
  const again = Readable.from(new RecordedBytes(path), { objectMode: false });
  const place = await finished(again, verifier.asStream(), new Writable({ objectMode: true, write: discard })).then(
    () => ({}),
    (found: { line?: number; pos?: number }) => ({ line: found.line, column: found.pos }),
  );
  const why = error.message.replace(/^Parser (has |cannot parse input: )?/, '');
  return invalid(path, `The document is not JSON: ${why}.`, place, error);
}

function invalid(
  file: string,
  message: string,
  place: { line?: number | undefined; column?: number | undefined } = {},
  cause?: unknown,
): InputError {
  return new InputError(message, { file, reason: 'invalid', ...place, cause });
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '');
}

function discard(_chunk: unknown, _encoding: string, done: () => void): void {
  done();
}

/** Keys and indices, from the outermost one on. */
type Place = readonly (string | number | null)[];

interface Resolved {
  readonly format: 'lines' | 'document' | undefined;
  readonly recordsPath: string;
  readonly check: boolean;
}

const FIELDS = {
  format: field<Resolved['format']>(
    undefined,
    "'lines' or 'document'",
    (value) => value === 'lines' || value === 'document',
  ),
  recordsPath: field('', 'a path such as `data.trades`', (value) => isPath(value, '')),
  check: flag(true),
};

const MAX_LINE = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;
