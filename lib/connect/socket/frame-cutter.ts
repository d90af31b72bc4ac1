import { FrameRun } from './frame-run.js';
import { INFLATED_HEADER, type InflatedRun } from './inflated-run.js';
import type { MessageParts, MessageTaker } from './message-parts.js';

/** What a {@link FrameCutter} does with what it finds. */
export interface Cuts extends MessageTaker {
  /** Frames that stand one behind another, for who can take many at once: as many as it accepts. What is left comes one by one. */
  run?: ((run: FrameRun) => void) | undefined;
  /** Compressed frames that stand in the chunk from `offset` on, for who can inflate many at once. `undefined` when they have to come one by one. */
  inflateRun?: ((chunk: Buffer, offset: number) => InflatedRun | undefined) | undefined;
  /** Where frames wait as they came, while it is not open: whole ones that stand one behind another as one piece. */
  queue?: { readonly isOpen: boolean; addPiece(frames: Buffer): void } | undefined;
  /** Bytes that the receiver of `ws` has to read. */
  rest(bytes: Buffer): void;
  /** From the next bytes on, which are given to {@link rest}, everything is the receiver's. */
  over(): void;
}

/**
 * Cuts the frames that feeds are made of out of the chunks that the socket reads: data frames that are whole, neither
 * masked nor compressed nor fragmented (RFC 6455, section 5.2). That costs one view a frame, where the receiver of `ws` makes
 * four, and is a quarter of all the time that a record takes on its way into a file (`npm run bench`).
 *
 * All else goes to the receiver, byte for byte and in its place: pings and pongs; a frame that the next chunk ends; and from
 * the first one on that is something else (a fragment, a Close, a fault of the server's), everything.
 */
export class FrameCutter {
  readonly #maxPayload: number;
  readonly #cuts: Cuts;
  readonly #run: FrameRun;
  readonly #parts: MessageParts | undefined;
  /** How many bytes are lacking of the frame whose beginning was handed on, and whether that went to the parts of a message. */
  #owed = 0;
  #isPartOwed = false;
  /** The beginning of a header that the next chunk ends. */
  #header: Buffer | undefined;

  /**
   * @param maxPayload the most bytes of a frame, or message; what to do about a larger one is the receiver's to say
   * @param parts what takes data frames where compression was agreed on
   */
  constructor(maxPayload: number, cuts: Cuts, parts?: MessageParts) {
    this.#maxPayload = maxPayload;
    this.#cuts = cuts;
    this.#parts = parts;
    this.#run = new FrameRun(maxPayload);
  }

  /** The next chunk. Not to be called after `over()`. */
  add(read: Buffer): void {
    const cuts = this.#cuts;
    const parts = this.#parts;
    const chunk = this.#header === undefined ? read : Buffer.concat([this.#header, read]);
    this.#header = undefined;
    const size = chunk.length;
    let i = this.#passOwed(chunk);
    while (size - i >= 2) {
      if (cuts.queue?.isOpen === false && parts?.isOpen !== true) {
        const end = this.#endOfFrames(chunk, i);
        if (end > i) cuts.queue.addPiece(chunk.subarray(i, end));
        i = end;
        if (size - i < 2) break;
      }
      if (cuts.run !== undefined && parts?.isOpen !== true) {
        i = this.#takeRun(cuts.run, chunk, i);
        if (size - i < 2) break;
        const inflated = parts === undefined ? undefined : cuts.inflateRun?.(chunk, i);
        if (inflated !== undefined) {
          this.#takeInflated(inflated.frames);
          i = inflated.next;
          continue;
        }
      }
      const first = chunk[i] as number;
      let length = chunk[i + 1] as number;
      let start = i + 2;
      const isData = parts === undefined ? first === TEXT || first === BINARY : parts.mayCome(first);
      // A mask, or a control frame whose length takes more than these 7 bits (RFC 6455, section 5.5), is past both.
      if (length > (isData ? LENGTH_64 : MAX_CONTROL) || !(isData || first === PING || first === PONG)) {
        this.#giveOver(chunk.subarray(i));
        return;
      }
      if (length === LENGTH_16) {
        start = i + 4;
        if (start > size) break;
        length = chunk.readUInt16BE(i + 2);
      } else if (length === LENGTH_64) {
        start = i + 10;
        if (start > size) break;
        length = chunk.readUInt32BE(i + 2) * 2 ** 32 + chunk.readUInt32BE(i + 6);
      }
      if (length > this.#maxPayload && isData) {
        this.#giveOver(chunk.subarray(i));
        return;
      }
      if (isData && parts !== undefined && length + parts.length > this.#maxPayload) {
        this.#giveOver(TOO_LARGE);
        return;
      }
      const end = start + length;
      if (end > size) {
        this.#owed = end - size;
        this.#isPartOwed = isData && parts !== undefined;
        if (isData && parts !== undefined) parts.take(first, chunk.subarray(start), false);
        else cuts.rest(chunk.subarray(i));
        return;
      }
      if (isData && parts !== undefined) parts.take(first, chunk.subarray(start, end), true);
      else if (isData) cuts.data(chunk.subarray(start, end), first === BINARY, false);
      else cuts.rest(chunk.subarray(i, end));
      i = end;
    }
    if (i < size) this.#header = chunk.subarray(i);
  }

  /** No chunk follows: the receiver gets what it was not given yet. */
  end(): void {
    if (this.#header !== undefined) this.#cuts.rest(this.#header);
    this.#header = undefined;
  }

  /** Offers the frames from `i` on. Returns where the first one begins that was not accepted. */
  #takeRun(take: (run: FrameRun) => void, chunk: Buffer, i: number): number {
    const run = this.#run;
    if (run.begin(chunk, i)) take(run);
    run.close();
    return run.offset;
  }

  /** Offers frames that were inflated. Those that are not accepted come one by one. */
  #takeInflated(frames: Buffer): void {
    const isBinary = frames[0] === BINARY;
    // Whoever takes them may want no more of them.
    for (let i = 0; this.#cuts.run !== undefined; ) {
      i = this.#takeRun(this.#cuts.run, frames, i);
      if (i === frames.length) return;
      if (this.#cuts.queue?.isOpen === false) {
        this.#cuts.queue.addPiece(frames.subarray(i));
        return;
      }
      const start = i + INFLATED_HEADER;
      i = start + frames.readUInt16BE(i + 2);
      this.#cuts.data(frames.subarray(start, i), isBinary, false);
    }
  }

  /** Where the data frames end that stand in the chunk from `i` on, as far as each is whole, unfragmented and not too large. */
  #endOfFrames(chunk: Buffer, i: number): number {
    const run = this.#run;
    const bits = this.#parts === undefined ? 0 : RSV1;
    let end = i;
    while (end < chunk.length && run.begin(chunk, end, (chunk[end] as number) & bits)) {
      do run.accept();
      while (run.next());
      end = run.offset;
    }
    run.close();
    return end;
  }

  /** From here on, all is the receiver's. */
  #giveOver(bytes: Buffer): void {
    const beginning = this.#parts?.beginning;
    this.#cuts.over();
    if (beginning !== undefined) this.#cuts.rest(beginning);
    this.#cuts.rest(bytes);
  }

  /** Where the next frame begins in the chunk. */
  #passOwed(chunk: Buffer): number {
    const passed = Math.min(this.#owed, chunk.length);
    if (passed === 0) return 0;
    this.#owed -= passed;
    const bytes = chunk.subarray(0, passed);
    if (this.#isPartOwed) this.#parts?.goOn(bytes, this.#owed === 0);
    else this.#cuts.rest(bytes);
    return passed;
  }
}

/** The last fragment, which is the only one, of a data frame, with no reserved bit set. */
const TEXT = 0x81;
const BINARY = 0x82;
/** Says that a message is compressed (RFC 7692, section 6). */
const RSV1 = 0x40;
const PING = 0x89;
const PONG = 0x8a;
/** A length of 16, and of 64 bits follows. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MAX_CONTROL = 125;
/** A frame that is one byte longer than any limit, for the receiver to refuse in place of a message whose parts are too long together. */
const TOO_LARGE = Buffer.from([0x00, LENGTH_64, 0, 0, 0, 0, 0x80, 0, 0, 0]);
