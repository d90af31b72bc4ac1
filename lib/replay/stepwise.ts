import type { Duplex, Writable } from 'node:stream';

/**
 * What a stream makes of pieces, all of one piece together: waiting for each item takes several times as long. It is given one
 * piece at a time, and all that comes of it is taken before the next: so nothing is lost that was made before it fails.
 */
export class Stepwise<T> implements AsyncIterable<readonly T[]> {
  readonly #stream: Duplex;
  readonly #pieces: AsyncIterable<Buffer>;
  /** What the stream failed with, if it did. */
  failure: Error | undefined;
  /** Whether it had taken all pieces by then. */
  hasAll = false;

  constructor(stream: Duplex, pieces: AsyncIterable<Buffer>) {
    this.#stream = stream;
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly T[], void, void> {
    const stream = this.#stream;
    const made: T[] = [];
    stream.on('data', (item: T) => made.push(item));
    try {
      for await (const piece of this.#pieces) {
        this.failure = await written(stream, piece);
        yield made.splice(0);
        if (this.failure !== undefined) return;
      }
      this.hasAll = true;
      this.failure = await ended(stream);
      yield made.splice(0);
    } finally {
      stream.on('error', () => {}).destroy();
    }
  }
}

/** Chunks in pieces so small that what is made of one, when it is inflated, can be held in memory. */
export async function* piecesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
  }
}

/** Resolves once a stream has made of the piece what it can; with the error, when it fails. */
export function written(stream: Writable, piece: Buffer): Promise<Error | undefined> {
  return new Promise((resolve) => {
    stream.once('error', resolve);
    stream.write(piece, (error) => {
      // What it made is handed on in this turn of the event loop.
      setImmediate(() => {
        stream.removeListener('error', resolve);
        resolve(error ?? undefined);
      });
    });
  });
}

function ended(stream: Duplex): Promise<Error | undefined> {
  return new Promise((resolve) => {
    stream.once('error', resolve);
    stream.once('end', () => resolve(undefined));
    // A stream that was destroyed has no end, and need not tell of its error any more.
    stream.once('close', () => resolve(stream.errored ?? undefined));
    stream.end();
  });
}

/** DEFLATE makes a thousand times as much of it at most, zstd thirty thousand times. */
export const PIECE_BYTES = 4 * 1024;
