import { createReadStream } from 'node:fs';
import type { Duplex } from 'node:stream';
import zlib from 'node:zlib';
import { InputError } from '../errors.js';
import { NO_ZSTD } from '../internal/zstd.js';
import { zstdChunks } from '../internal/zstd-frames.js';
import { offsetOfBadUtf8, openCharacterLength } from '../json/utf8.js';
import { type Ending, gunzip } from './gunzip.js';
import { piecesOf, Stepwise } from './stepwise.js';

/** The bytes of a recorded file as UTF-8 without a byte order mark, inflated if need be: all that can be had of them. */
export class RecordedBytes implements AsyncIterable<Buffer> {
  readonly #path: string;
  /** What is wrong with the file itself, once its bytes are out. */
  failure: InputError | undefined;
  /** Whether the last byte was a line feed. */
  endsInLineFeed = false;

  constructor(path: string) {
    this.#path = path;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    try {
      for await (const bytes of this.#text()) {
        if (bytes.length === 0) continue;
        this.endsInLineFeed = bytes.at(-1) === LINE_FEED;
        yield bytes;
      }
    } catch (cause) {
      this.failure = cause instanceof InputError ? cause : this.#unreadable(cause as NodeJS.ErrnoException);
    }
  }

  /** All but the mark, as far as it is UTF-8: up to the end of a line where it is not. */
  async *#text(): AsyncGenerator<Buffer, void, void> {
    let at = 0;
    let rest = NOTHING;
    for await (const chunk of this.#withSomeAtOnce()) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const start = at === 0 ? this.#markLength(bytes) : 0;
      const end = bytes.length - openCharacterLength(bytes);
      const bad = offsetOfBadUtf8(bytes, 0, end);
      if (bad !== -1) {
        yield bytes.subarray(start, bytes.subarray(0, bad).lastIndexOf(LINE_FEED) + 1);
        throw this.#problem(`It is not UTF-8: what stands at byte ${at + bad} is no character. ${NO_TEXT}`, 'invalid');
      }
      yield bytes.subarray(start, end);
      at += end;
      rest = Buffer.from(bytes.subarray(end));
    }
    yield rest;
  }

  /** The first bytes tell how the text is encoded, so there are four of them at least, where there are so many. */
  async *#withSomeAtOnce(): AsyncGenerator<Buffer, void, void> {
    let first: Buffer | undefined = Buffer.alloc(0);
    for await (const chunk of this.#content()) {
      if (first === undefined) yield chunk;
      else {
        first = Buffer.concat([first, chunk]);
        if (first.length < 4) continue;
        yield first;
        first = undefined;
      }
    }
    if (first !== undefined) yield first;
  }

  #markLength(bytes: Buffer): number {
    for (const [suffix, magic] of MAGIC) {
      if (bytes.indexOf(magic) === 0)
        throw this.#problem(`It is compressed, and its name does not say so: add \`${suffix}\` to its name`, 'invalid');
    }
    if (isUtf16(bytes))
      throw this.#problem('It is UTF-16 text. Make it UTF-8 first: iconv -f UTF-16 -t UTF-8', 'invalid');
    return bytes.indexOf(MARK) === 0 ? MARK.length : 0;
  }

  async *#content(): AsyncGenerator<Buffer, void, void> {
    const path = this.#path;
    if (path.endsWith('.gz')) return this.#judge(yield* gunzip(createReadStream(path)));
    if (!/\.zstd?$/.test(path)) return yield* createReadStream(path) as AsyncIterable<Buffer>;
    if (createZstd === undefined)
      throw this.#problem(`It cannot be inflated here: ${NO_ZSTD.replace(/\.$/, '')}`, 'unreadable');
    let ending: Ending = 'whole';
    const chunks = zstdChunks(path, (how, at) => {
      ending = how === 'cut_off' ? 'torn' : { problem: at === 0 ? NO_FRAME : GARBAGE };
    });
    const inflated = new Stepwise<Buffer>(createZstd(), piecesOf(chunks));
    for await (const made of inflated) yield* made;
    const { failure } = inflated;
    this.#judge(
      ending === 'whole' && failure !== undefined
        ? { problem: `It cannot be inflated any further (${failure.message})`, cause: failure }
        : ending,
    );
  }

  #judge(ending: Ending): void {
    if (ending === 'whole') return;
    if (ending === 'torn') throw this.#problem('It is cut off: it ends in the middle of what is compressed', 'torn');
    throw this.#problem(ending.problem, 'invalid', ending.cause);
  }

  #unreadable(cause: NodeJS.ErrnoException): InputError {
    const what = `The file cannot be read (${cause.code ?? cause.message}). Check that it is there and readable`;
    return this.#problem(what, 'unreadable', cause);
  }

  #problem(what: string, reason: InputError['reason'], cause?: unknown): InputError {
    return new InputError(`${what}.`, { file: this.#path, reason, cause });
  }
}

/** By its mark, or by ASCII with a zero in every pair of bytes. */
function isUtf16(bytes: Buffer): boolean {
  const [a = 1, b = 1, c = 1, d = 1] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  return (a === 0 && b !== 0 && c === 0 && d !== 0) || (a !== 0 && b === 0 && c !== 0 && d === 0);
}

const NO_FRAME = 'It is no zstd, whatever its name says';
const GARBAGE = 'What stands behind its last whole part is no zstd';
const MAGIC = [
  ['.gz', Buffer.of(0x1f, 0x8b, 8)],
  ['.zst', Buffer.of(0x28, 0xb5, 0x2f, 0xfd)],
] as const;
const NO_TEXT = 'Check that it is the right file, or make it UTF-8 first, such as by iconv -f WINDOWS-1252 -t UTF-8';
const NOTHING = Buffer.alloc(0);
const MARK = Buffer.from('\ufeff');
const LINE_FEED = 0x0a;
/** Not in the types of Node 20. */
const createZstd = (zlib as { createZstdDecompress?: () => Duplex }).createZstdDecompress;
