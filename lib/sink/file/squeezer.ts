import type { Transform } from 'node:stream';

/** A stream of `node:zlib`, made so that each write is flushed. */
export type SqueezeStream = Transform & { close(callback?: () => void): void };

/** A compressor as a function: bytes in, and all that came of them out. One call at a time. */
export class Squeezer {
  readonly #stream: SqueezeStream;
  #chunks: Buffer[] = [];
  #failed: ((error: Error) => void) | undefined;

  constructor(stream: SqueezeStream) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    stream.on('error', (error) => this.#failed?.(error));
  }

  /** What `bytes` become, in another thread, with `prefix` before it. */
  squeeze(prefix: Buffer, bytes: Buffer): Promise<Buffer> {
    this.#chunks = [prefix];
    return new Promise((resolve, reject) => {
      // An error inside zlib is told by the event alone: the write's callback is never called.
      this.#failed = reject;
      this.#stream.write(bytes, (error) => {
        if (error) {
          reject(error);
          return;
        }
        // What was pushed last may still be in the stream's own buffer.
        while (this.#stream.read() !== null);
        this.#failed = undefined;
        resolve(Buffer.concat(this.#chunks));
      });
    });
  }

  close(): void {
    this.#stream.close();
  }
}
