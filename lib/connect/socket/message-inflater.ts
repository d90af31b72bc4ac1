import { constants, InflateRaw } from 'minizlib';
import { FrameRun } from './frame-run.js';
import { inflatePool, LEAST_ROOM } from './inflate-pool.js';
import { INFLATED_HEADER, type InflatedRun } from './inflated-run.js';
import { ZlibStream } from './zlib-stream.js';

/** Why a compressed message cannot be had: with a code as `ws` or zlib have it, and the close code for that. */
export class InflateFailure extends Error {
  readonly code: string;
  readonly closeCode: number;

  constructor([code, closeCode]: Kind, why: string, cause?: Error) {
    super(why, { cause });
    this.code = code;
    this.closeCode = closeCode;
  }
}

/**
 * Inflates the compressed messages of one connection (RFC 7692, section 7.2.2), in their order, while the caller waits: the
 * thread pool, where `ws` does that, takes a hundred times as long for a small message. It keeps one native context, to be
 * closed at the end: 70 KiB, 32 of them the window that later messages refer to.
 */
export class MessageInflater {
  readonly #stream: ZlibStream;
  readonly #keepsContext: boolean;
  readonly #limit: number;
  /** A message, or piece of one, with the bytes behind it that every sender takes away. */
  readonly #input = Buffer.allocUnsafe(MAX_COPIED + TAIL.length);
  readonly #run = new FrameRun(MAX_COPIED);
  /** How many bytes are inflated of a message whose rest is to be: there was no room for it where it began. */
  #begun = 0;
  /** Why the next message, which was looked at already, cannot be had. */
  #failure: InflateFailure | undefined;

  /**
   * @param agreed what the server answered in `Sec-WebSocket-Extensions`, which `ws` has found to be right
   * @param limit the most bytes of a message when inflated
   */
  constructor(agreed: string, limit: number) {
    const bits = /server_max_window_bits\s*=\s*"?(\d+)/.exec(agreed)?.[1];
    this.#keepsContext = !agreed.includes('server_no_context_takeover');
    this.#limit = limit;
    const flush = constants.Z_SYNC_FLUSH;
    const windowBits = Math.max(LEAST_BITS, Number(bits ?? constants.Z_MAX_WINDOWBITS));
    this.#stream = new ZlibStream(new InflateRaw({ ...{ windowBits }, flush, finishFlush: flush }));
  }

  /**
   * Inflates the frames that stand in the chunk from `offset` on, as long as each is small, whole, of the same kind as the first,
   * and a message by itself, and no more of them than come to 64 KiB. `undefined` when the first one is for {@link inflate}.
   */
  inflateRun(chunk: Buffer, offset: number): InflatedRun | undefined {
    const run = this.#run;
    if (!this.#stream.fills || this.#isAhead || !run.begin(chunk, offset, DEFLATED)) return undefined;
    const pool = inflatePool;
    pool.makeRoom();
    const { bytes, at: first } = pool;
    const kind = run.kind & ~DEFLATED;
    let at = first;
    do {
      const size = this.#fill(chunk, run.start, run.end, INFLATED_HEADER);
      if (size === undefined) break;
      bytes[at] = kind;
      bytes[at + 1] = LENGTH_16;
      bytes[at + 2] = size >>> 8;
      bytes[at + 3] = size;
      at += INFLATED_HEADER + size;
      pool.at = at;
      run.accept();
    } while (pool.room >= LEAST_ROOM && run.next());
    run.close();
    return run.frames === 0 ? undefined : { frames: bytes.subarray(first, at), next: run.offset };
  }

  /**
   * The inflated message, in memory that nobody else writes to. No more is inflated of one that is too large than a buffer
   * beyond the limit.
   *
   * @throws {InflateFailure} when it is too large, or none; no other can be inflated behind it
   */
  inflate(message: Buffer): Buffer {
    if (!this.#isAhead && message.length <= MAX_COPIED && this.#stream.fills) {
      inflatePool.makeRoom();
      const size = this.#fill(message, 0, message.length, 0);
      if (size !== undefined) return inflatePool.take(size);
    }
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#inflateRest(message);
    } catch (error) {
      this.#failure = error as InflateFailure;
      throw error;
    }
    const inflated = this.#stream.take();
    if (!this.#keepsContext) this.#stream.reset();
    return inflated;
  }

  /** Frees its memory. */
  close(): void {
    this.#stream.close();
  }

  /** Whether it has looked into the next message already. */
  get #isAhead(): boolean {
    return this.#begun > 0 || this.#failure !== undefined;
  }

  /**
   * Inflates the message in bytes[start, end) into the pool, so many bytes behind where its free part begins. Returns its size;
   * `undefined` when it is to be left to {@link inflate}, which knows how far this has come.
   */
  #fill(bytes: Buffer, start: number, end: number, margin: number): number | undefined {
    // No message is empty when compressed. What a sender means by that is clear.
    if (end === start) return 0;
    const pool = inflatePool;
    const at = pool.at + margin;
    const room = Math.min(pool.room - margin, this.#limit + 1, MAX_LENGTH_16);
    const input = this.#input;
    const length = end - start + TAIL.length;
    bytes.copy(input, 0, start, end);
    input.set(TAIL, end - start);
    const stream = this.#stream;
    try {
      const size = stream.fill(input, 0, length, pool.bytes, at, room);
      if (size > this.#limit) throw tooLarge();
      if (size === room) {
        pool.take(margin);
        stream.hold(pool.take(size));
        this.#begun = length - stream.left;
        return undefined;
      }
      if (stream.left > 0) this.#endBlocks(stream.left);
      if (!this.#keepsContext) stream.reset();
      return size;
    } catch (error) {
      this.#failure = error instanceof InflateFailure ? error : broken(error as Error);
      return undefined;
    }
  }

  #inflateRest(message: Buffer): void {
    const size = message.length;
    const begun = this.#begun;
    this.#begun = 0;
    if (begun > 0 && begun >= size) this.#write(TAIL.subarray(begun - size), 0);
    for (let end = begun, goesOn = true; goesOn && end < size; ) {
      const start = end;
      const most = Math.max(LEAST_INPUT, Math.floor((this.#limit - this.#stream.length) / HIGHEST_RATIO));
      end = Math.min(start + most, size);
      const isWhole = end - start === size;
      goesOn = this.#add(isWhole ? message : message.subarray(start, end), size - end);
    }
  }

  /** @param left how many bytes of the message follow */
  #add(piece: Buffer, left: number): boolean {
    if (left > 0) return this.#write(piece, left + TAIL.length);
    if (piece.length > MAX_COPIED) return this.#write(piece, TAIL.length) && this.#write(TAIL, 0);
    const input = this.#input;
    const end = piece.length + TAIL.length;
    input.set(piece);
    input.set(TAIL, piece.length);
    return this.#write(input.subarray(0, end), 0);
  }

  /** Returns whether the stream of blocks goes on: a sender may end it with each message. */
  #write(bytes: Buffer, left: number): boolean {
    const rest = this.#inflated(bytes);
    if (this.#stream.length > this.#limit) throw tooLarge();
    if (rest === 0) return true;
    this.#endBlocks(rest + left);
    return false;
  }

  /** The last block came, with so many bytes behind it. */
  #endBlocks(left: number): void {
    if (left > PADDING + TAIL.length) throw broken('more bytes follow its last block');
    this.#stream.reset();
  }

  #inflated(bytes: Buffer): number {
    try {
      return this.#stream.write(bytes);
    } catch (error) {
      throw broken(error as Error);
    }
  }
}

function tooLarge(): InflateFailure {
  return new InflateFailure(TOO_LARGE, 'Max payload size exceeded');
}

function broken(why: string | Error): InflateFailure {
  const [text, cause] = typeof why === 'string' ? [why] : [why.message.replace(/^zlib: /, ''), why];
  return new InflateFailure(INVALID, `Invalid compressed message: ${text}`, cause);
}

type Kind = readonly [code: string, closeCode: number];
/** RFC 6455, section 7.4.1. */
const TOO_LARGE: Kind = ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009];
const INVALID: Kind = ['Z_DATA_ERROR', 1007];
/** What ends a compressed message, and is not sent (RFC 7692, section 7.2.1). */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
/** An empty block's first byte, which stands behind a last block (RFC 7692, section 7.2.3.4). */
const PADDING = 1;
/** Of a larger piece no copy is made, and a larger message is none of a run. */
const MAX_COPIED = 1024;
/** RSV1, which says that a message is compressed (RFC 7692, section 6). */
const DEFLATED = 0x40;
/** A length of 16 bits follows. */
const LENGTH_16 = 126;
const MAX_LENGTH_16 = 0xffff;
/** DEFLATE makes no more of a byte: 258 bytes of two bits. */
const HIGHEST_RATIO = 1_032;
/** Of so many bytes it makes 16 KiB, one buffer of zlib's. */
const LEAST_INPUT = 16;
/** zlib deflates with 9 where 8 are asked for. */
const LEAST_BITS = 9;
