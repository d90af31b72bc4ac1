import type { Gunzip, Inflate, InflateRaw } from 'minizlib';

/**
 * A native stream of zlib's that inflates while the caller waits, and is kept: to make one for each message takes three times
 * as long as to inflate a small one.
 */
export class ZlibStream {
  /** After {@link fill}: how many bytes of the input are left, since there is no room for what comes of them, or the end came. */
  left = 0;
  readonly #stream: Gunzip | Inflate | InflateRaw;
  readonly #binding: Binding | undefined;
  #output: Buffer[] = [];
  #length = 0;
  #error: Error | undefined;

  constructor(stream: Gunzip | Inflate | InflateRaw) {
    this.#stream = stream;
    this.#binding = bindingOf(stream);
    stream.on('data', (piece: Buffer) => this.hold(piece));
    stream.on('error', (error) => {
      this.#error = error as Error;
    });
  }

  /** How many bytes have come out, and were not taken. */
  get length(): number {
    return this.#length;
  }

  /** Whether it can {@link fill}. */
  get fills(): boolean {
    return this.#binding !== undefined;
  }

  /**
   * Inflates input[start, end) into a place with so much room, a seventh of the time of {@link write}. Returns how many bytes
   * came out. When that is all the room, more of them may follow: for {@link write}, with the input that is left.
   *
   * @throws what zlib says of them: the stream is closed then
   */
  fill(input: Buffer, start: number, end: number, output: Buffer, at: number, room: number): number {
    const { handle, state, flush } = this.#binding as Binding;
    state[0] = UNTOLD;
    handle.writeSync(flush, input, start, end - start, output, at, room);
    const roomLeft = state[0] as number;
    if (roomLeft === UNTOLD) throw this.#stream.handle?.errored ?? new Error('zlib gives no reason');
    this.left = state[1] as number;
    return room - roomLeft;
  }

  /** Puts aside what has come out by {@link fill}, for {@link take}. */
  hold(piece: Buffer): void {
    this.#length += piece.length;
    this.#output.push(piece);
  }

  /**
   * Inflates these bytes, all of them whatever comes out. Returns how many are left, since what was compressed has ended.
   *
   * @throws what zlib says of them: the stream is closed then
   */
  write(bytes: Buffer): number {
    this.#stream.write(bytes);
    if (this.#error !== undefined) throw this.#error;
    return bytes.length - (this.#stream.handle?.bytesWritten ?? 0);
  }

  /** What has come out, in memory of its own. */
  take(): Buffer {
    const output = this.#output;
    this.#output = [];
    this.#length = 0;
    return output.length === 1 ? (output[0] as Buffer) : Buffer.concat(output);
  }

  /** Forgets what came before. */
  reset(): void {
    this.#stream.reset();
  }

  /** Frees its memory. */
  close(): void {
    this.#stream.close();
  }
}

/** What `minizlib` writes to in the end, and Node's own streams of zlib do. */
interface Binding {
  readonly handle: {
    writeSync(
      flush: number,
      input: Buffer,
      at: number,
      length: number,
      output: Buffer,
      outputAt: number,
      room: number,
    ): void;
  };
  /** After a call: how much room, and how much of the input is left. An error leaves them as they were. */
  readonly state: Uint32Array;
  readonly flush: number;
}

/** Node does not promise it: where it is not as expected, all goes by way of `minizlib`. */
function bindingOf(stream: Gunzip | Inflate | InflateRaw): Binding | undefined {
  const { _handle: handle, _writeState: state } = stream.handle as unknown as {
    readonly _handle?: Partial<Binding['handle']> | null;
    readonly _writeState?: unknown;
  };
  const isKnown = typeof handle?.writeSync === 'function' && state instanceof Uint32Array && state.length === 2;
  return isKnown ? { handle: handle as Binding['handle'], state, flush: stream.flushFlag } : undefined;
}

/** More room than there ever is. */
const UNTOLD = 0xffff_ffff;
