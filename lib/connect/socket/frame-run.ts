/**
 * Data frames that stand one behind another in a chunk of the socket's, of one kind, each whole, neither masked nor compressed
 * nor fragmented, and shorter than 64 KiB: what most of a busy feed is. Who takes them looks at one after another, in place,
 * without a view or an object for any of them.
 *
 * @example
 * while (run.next() && check.check(run.chunk, run.start, run.end)) run.accept();
 */
export class FrameRun {
  /** The bytes that the frames stand in. */
  chunk: Buffer = NOTHING;
  /** Where the first frame begins that was not accepted. */
  offset = 0;
  /** After `true` from {@link next}: where the frame's data begins and ends in the chunk. */
  start = 0;
  end = 0;
  /** Where the data begins of the last frame that was accepted; it ends where the next frame begins. */
  last = 0;
  /** How many frames were accepted since the run, or the last {@link restart}, began; and their data's bytes. */
  frames = 0;
  bytes = 0;
  /** Goes up by one with each chunk. */
  turn = 0;
  readonly #maxPayload: number;
  /** The first byte of all its frames. */
  #kind = 0;

  /** @param maxPayload the most bytes of a frame's data: a longer one ends the run */
  constructor(maxPayload: number) {
    this.#maxPayload = Math.min(maxPayload, MAX_LENGTH_16);
  }

  /**
   * The frames that stand in the chunk from `offset` on. Whether there is one.
   *
   * @param bits reserved bits that each of them has set
   */
  begin(chunk: Buffer, offset: number, bits = 0): boolean {
    this.chunk = chunk;
    this.turn += 1;
    this.#kind = (offset < chunk.length && chunk[offset] === (BINARY | bits) ? BINARY : TEXT) | bits;
    this.restart(offset);
    return this.next();
  }

  /** Counts anew. */
  restart(offset: number): void {
    this.offset = offset;
    this.frames = 0;
    this.bytes = 0;
  }

  /** Whether its frames are binary. */
  get isBinary(): boolean {
    return this.#kind === BINARY;
  }

  /** The first byte of each of its frames. */
  get kind(): number {
    return this.#kind;
  }

  /** The most bytes of a frame's data. */
  get largest(): number {
    return this.#maxPayload;
  }

  /** Looks at the frame at {@link offset}. Whether it is one of the run. */
  next(): boolean {
    const { chunk, offset } = this;
    const size = chunk.length;
    if (offset + 2 > size || chunk[offset] !== this.#kind) return false;
    let length = chunk[offset + 1] as number;
    let start = offset + 2;
    if (length === LENGTH_16) {
      start = offset + 4;
      if (start > size) return false;
      length = ((chunk[offset + 2] as number) << 8) | (chunk[offset + 3] as number);
    } else if (length > LENGTH_16) return false;
    const end = start + length;
    if (end > size || length > this.#maxPayload) return false;
    this.start = start;
    this.end = end;
    return true;
  }

  /** The frame that was looked at is taken. */
  accept(): void {
    this.offset = this.end;
    this.last = this.start;
    this.frames += 1;
    this.bytes += this.end - this.start;
  }

  /** So many frames, with so many bytes of data, were looked at by somebody else, and are taken: up to `offset`. */
  acceptMany(frames: number, bytes: number, last: number, offset: number): void {
    this.last = last;
    this.frames += frames;
    this.bytes += bytes;
    this.offset = offset;
  }

  /** Lets go of the chunk. */
  close(): void {
    this.chunk = NOTHING;
  }
}

const NOTHING = Buffer.alloc(0);
/** The last fragment, which is the only one, of a data frame, with no reserved bit set (RFC 6455, section 5.2). */
const TEXT = 0x81;
const BINARY = 0x82;
/** A length of 16 bits follows. */
const LENGTH_16 = 126;
const MAX_LENGTH_16 = 0xffff;
