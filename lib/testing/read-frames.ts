import { createReadStream } from 'node:fs';
import { type Duplex, pipeline, Readable, Transform, Writable } from 'node:stream';
import { pipeline as finished } from 'node:stream/promises';
import zlib from 'node:zlib';
import split2 from 'split2';
import pick from 'stream-json/filters/pick.js';
import parser, { type Token } from 'stream-json/parser.js';
import verifier from 'stream-json/utils/verifier.js';
import { ConfigError, SpillwayError } from '../errors.js';
import { field, flag, resolveOptions } from '../internal/options.js';
import { zstdChunks } from '../internal/zstd-frames.js';
import { JsonElements } from './json-elements.js';

/** How {@link readFrames} reads a file. */
export interface ReadFramesOptions {
  /**
   * `lines`: each line is a frame. `document`: the file is one JSON document, and each element of an array in it is a
   * frame. @default 'document' with `recordsPath` and for the suffixes .json, .json.gz and .json.zst, otherwise 'lines'
   */
  readonly format?: 'lines' | 'document';
  /** Where the array is in the document: keys joined by dots, `data.trades`. @default the document itself */
  readonly recordsPath?: string;
  /** Whether a line must be JSON; `false` serves every line as it is, except empty ones. @default true */
  readonly check?: boolean;
}

/**
 * The frames of a recorded file, one after another, for `client.sendMany(readFrames('trades.jsonl'))`. Files whose name
 * ends in `.gz` or `.zst` are inflated (`.zst` from Node 22.15 on). Memory stays flat whatever the file's size: a line has at most 64 Mi characters, and of a document
 * there is one element at a time, which is written anew without whitespace, its numbers as they stood.
 *
 * @throws {ConfigError} while reading: the file cannot be read, or is not what it should be, with the line
 */
export function readFrames(path: string, options: ReadFramesOptions = {}): AsyncIterable<Buffer> {
  const { format, recordsPath, check } = resolveOptions<Resolved>('readFrames', options, FIELDS);
  const isDocument =
    format === undefined ? recordsPath !== '' || /\.json(\.gz|\.zstd?)?$/.test(path) : format === 'document';
  return isDocument ? readElements(path, recordsPath) : readLines(path, check);
}

async function* readLines(path: string, check: boolean): AsyncGenerator<Buffer, void, void> {
  let line = 0;
  const lines = through(path, split2(/\r?\n/, { maxLength: MAX_LINE }));
  try {
    for await (const text of lines as AsyncIterable<string>) {
      line += 1;
      if (text === '') continue;
      if (check) JSON.parse(text);
      yield Buffer.from(text);
    }
  } catch (error) {
    throw explainLine(error, path, line);
  }
}

async function* readElements(path: string, recordsPath: string): AsyncGenerator<Buffer, void, void> {
  const elements = new JsonElements();
  const packed = { packValues: true, streamValues: false };
  const parse =
    recordsPath === '' ? parser.asStream(packed) : pick.withParserAsStream({ ...packed, filter: recordsPath });
  const where = recordsPath === '' ? 'The document' : `What stands at ${recordsPath}`;
  // A stage of its own, so that only whole elements are waited for: waiting for each token takes several times as long.
  const assemble = new Transform({
    writableObjectMode: true,
    readableObjectMode: true,
    transform(token: Token, _encoding, done) {
      // What comes after the array that was asked for is nobody's concern.
      if (elements.isEnded) return done();
      const text = elements.push(token);
      if (elements.isOther) done(problem(path, `${where} is no array. Name the array's place with \`recordsPath\`.`));
      else done(null, text);
      if (elements.isEnded && recordsPath !== '') this.push(null);
    },
  });
  try {
    for await (const text of through(path, parse, assemble) as AsyncIterable<string>) yield Buffer.from(text);
  } catch (error) {
    throw await explainDocument(error, path);
  }
  if (!elements.isBegun) throw problem(path, `There is nothing at ${recordsPath}. Check \`recordsPath\`.`);
  if (!elements.isEnded) throw problem(path, `The array ends in the middle, after ${elements.count} whole elements.`);
}

/** The file, inflated if need be, through `stages`. An error anywhere reaches the reader of the last one. */
function through(path: string, ...stages: [...Duplex[], Duplex]): Readable {
  const last = stages.at(-1) as Duplex;
  pipeline([...contentOf(path), ...stages], () => {});
  return last;
}

/** The file's bytes, inflated if need be. */
function contentOf(path: string): [Readable, ...Duplex[]] {
  if (path.endsWith('.gz')) return [createReadStream(path), zlib.createGunzip()];
  if (!/\.zstd?$/.test(path)) return [createReadStream(path)];
  if (createZstd === undefined) throw problem(path, 'This Node.js cannot inflate zstd. Use 22.15 or later.');
  let isCutOff = false;
  const chunks = zstdChunks(path, () => {
    isCutOff = true;
  });
  const verdict = new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush: (done) => done(isCutOff ? problem(path, 'The file cannot be inflated: it is cut off, or no zstd.') : null),
  });
  return [Readable.from(chunks, { objectMode: false }), createZstd(), verdict];
}

function explainLine(error: unknown, path: string, line: number): unknown {
  if (error instanceof SyntaxError) {
    return problem(
      path,
      `The line is not JSON: ${error.message}. Set \`check: false\` to serve it as it is.`,
      { line },
      error,
    );
  }
  return (
    explainFile(error, path) ??
    problem(
      path,
      `The line cannot be read: ${messageOf(error)}. It may have ${MAX_LINE} characters.`,
      { line: line + 1 },
      error,
    )
  );
}

async function explainDocument(error: unknown, path: string): Promise<unknown> {
  const known = error instanceof SpillwayError ? error : explainFile(error, path);
  if (known !== undefined) return known;
  // The parser knows no places, for the sake of speed: the document is read once more, by one that does.
  const place = await finished(
    through(path, verifier.asStream()),
    new Writable({ objectMode: true, write: discard }),
  ).then(
    () => ({}),
    (found: { line?: number; pos?: number }) => ({ line: found.line, column: found.pos }),
  );
  const why = messageOf(error).replace(/^Parser (has |cannot parse input: )?/, '');
  return problem(path, `The document is not JSON: ${why}.`, place, error);
}

function explainFile(error: unknown, path: string): ConfigError | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined;
  if (/^(Z_|ZSTD_)/.test(error.code)) return problem(path, `The file cannot be inflated: ${error.message}.`, {}, error);
  if ('syscall' in error)
    return problem(path, `The file cannot be read (${error.code}). Check that it is there and readable.`, {}, error);
  return undefined;
}

function problem(
  file: string,
  message: string,
  place: { line?: number; column?: number } = {},
  cause?: unknown,
): ConfigError {
  return new ConfigError([{ path: '', message, ...place }], { file, cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function discard(_chunk: unknown, _encoding: string, done: () => void): void {
  done();
}

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
  recordsPath: field('', 'keys joined by dots', (value) => typeof value === 'string'),
  check: flag(true),
};

/** Not in the types of Node 20. */
const createZstd = (zlib as { createZstdDecompress?: () => Duplex }).createZstdDecompress;
const MAX_LINE = 64 * 1024 * 1024;
