import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { redactUrl } from '../secrets/redaction.js';

/** What a {@link DeadLetterFile} keeps of something that was refused. */
export interface Letter {
  /** The bytes; `undefined` when they were never all there. */
  readonly data: Buffer | undefined;
  readonly error: Error & { readonly code: string };
  /** The 0-based offset in the frame at which the bytes go wrong, when it is about that. */
  readonly offset?: number | undefined;
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly connection: number;
  readonly url: string;
  /** The topic that did not take it. */
  readonly topic?: string;
}

/**
 * A JSON Lines file that dead letters are added to: it is made, with its folders, when the first one comes. Each is written
 * before the next thing happens, so that none is lost by a crash and none waits in memory. The file is opened for each, so
 * that none follows a file that was renamed or deleted meanwhile.
 */
export class DeadLetterFile extends Writable {
  readonly path: string;
  readonly #explain: (cause: Error, letter: Letter, count: number) => Error;
  #count = 0;
  #isKnown = false;

  /** @param explain the error for what the system says of a letter; `count` were written before */
  constructor(path: string, explain: (cause: Error, letter: Letter, count: number) => Error = (cause) => cause) {
    super({ objectMode: true });
    this.path = path;
    this.#explain = explain;
  }

  /** How many letters were written. */
  get count(): number {
    return this.#count;
  }

  override _write(letter: Letter, _encoding: string, callback: (error?: Error) => void): void {
    try {
      this.#append(Buffer.from(`${JSON.stringify(lineOf(letter))}\n`));
      this.#count += 1;
    } catch (cause) {
      callback(this.#explain(cause as Error, letter, this.#count));
      return;
    }
    callback();
  }

  #append(line: Buffer): void {
    if (!this.#isKnown) checkRegular(this.path);
    const file = opened(this.path);
    try {
      // A crash may have torn the last line.
      if (!this.#isKnown && endsWithinLine(file)) writeAll(file, Buffer.of(LF));
      this.#isKnown = true;
      writeAll(file, line);
    } finally {
      closeSync(file);
    }
  }
}

/** Text stays text, so that it can be read and found; any other bytes become base64. */
function lineOf({ data, error, offset, sequence, receivedAt, connection, url, topic }: Letter): object {
  const isText = data !== undefined && isUtf8(data);
  return {
    data: data?.toString(isText ? 'utf8' : 'base64') ?? null,
    encoding: data === undefined ? null : isText ? 'utf8' : 'base64',
    code: error.code,
    message: error.message,
    offset: offset ?? null,
    sequence,
    received_at: receivedAt,
    connection,
    url: URL.canParse(url) ? redactUrl(url) : url,
    ...(topic !== undefined && { topic }),
  };
}

/** @throws when it cannot be written to without somebody who reads, who could hold up the run for ever */
function checkRegular(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  const what = found.isDirectory() ? 'it is a folder' : 'it is no regular file';
  throw Object.assign(new Error(what), { code: 'EINVAL' });
}

/** Opens it to write to its end, whoever else does so. */
function opened(path: string): number {
  try {
    return openSync(path, 'a+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a+');
  }
}

function endsWithinLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== LF;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

const LF = 0x0a;
