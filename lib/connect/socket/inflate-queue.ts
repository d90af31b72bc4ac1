import { FrameRun } from './frame-run.js';
import type { InflatedRun } from './inflated-run.js';

/** Who takes the frames of an {@link InflateQueue}. */
export interface InflateQueueHandler {
  /** Inflates a frame; `undefined` when that failed, and so no other is taken. */
  inflate(data: Buffer, isBinary: boolean, isDeflated: boolean): Buffer | undefined;
  /** A frame, inflated where it could be. */
  onFrame(data: Buffer, isBinary: boolean): void;
  /** The same for frames that stand one behind another and are not compressed, for who can take many at once: as many as it accepts. */
  onRun?: ((run: FrameRun) => void) | undefined;
  /** Compressed ones that stand in these bytes from `offset` on. `undefined` when they have to be inflated one by one. */
  inflateRun?: ((bytes: Buffer, offset: number) => InflatedRun | undefined) | undefined;
}

/**
 * Where frames are inflated. A socket that is paused still hands out what it has read, some hundreds of frames at a time: small
 * ones that may become large. So they wait as they came, in one piece where they stand one behind another, and are cut out of it
 * and inflated when there is room for them: as frames that need not wait are, many at once where that can be.
 */
export class InflateQueue {
  readonly #handler: InflateQueueHandler;
  #waiting: (OneFrame | FrameRun)[] = [];
  /** Which of them is next. */
  #next = 0;
  #isPaused = false;

  constructor(handler: InflateQueueHandler) {
    this.#handler = handler;
  }

  /** Whether frames wait. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether the next frame would not have to wait. */
  get isOpen(): boolean {
    return !this.#isPaused && !this.isWaiting;
  }

  /** @param isDeflated whether it is a message that the WebSocket's own compression is to be taken from */
  add(data: Buffer, isBinary: boolean, isDeflated: boolean): void {
    if (this.isOpen) this.#take(data, isBinary, isDeflated);
    else this.#waiting.push([data, isBinary, isDeflated]);
  }

  /** Has whole data frames wait that stand one behind another, each shorter than 64 KiB. */
  addPiece(frames: Buffer): void {
    this.#waiting.push(runOf(frames));
  }

  /** There is no room. */
  pause(): void {
    this.#isPaused = true;
  }

  /** There is room again: until {@link pause}, which may come with any frame. */
  resume(): void {
    this.#isPaused = false;
    // Who takes a frame may call this once more: what is next is known before anybody gets it.
    while (this.isWaiting && !this.#isPaused) {
      const next = this.#waiting[this.#next] as OneFrame | FrameRun;
      if (next instanceof FrameRun) this.#takeFrom(next);
      else {
        this.#pass();
        this.#take(...next);
      }
    }
  }

  /** The run is about to end: all that waits is taken, whether there is room or not. */
  inflateRest(): void {
    while (this.isWaiting) this.resume();
  }

  /** Nobody takes frames any more. */
  clear(): void {
    this.#waiting = [];
    this.#next = 0;
  }

  /** Takes frames out of the piece that is next: many, or one. */
  #takeFrom(piece: FrameRun): void {
    const { onRun, inflateRun } = this.#handler;
    const { chunk, offset } = piece;
    const first = chunk[offset] as number;
    const isDeflated = (first & RSV1) !== 0;
    // Those behind may be of another kind.
    if (!piece.next()) piece.begin(chunk, offset, first & RSV1);
    if (isDeflated) {
      const inflated = inflateRun?.(chunk, offset);
      if (inflated !== undefined) {
        piece.restart(inflated.next);
        this.#waiting.splice(this.#next, isOver(piece) ? 1 : 0, runOf(inflated.frames));
        return;
      }
    } else if (onRun !== undefined) {
      onRun(piece);
      if (piece.offset > offset) {
        if (isOver(piece) && this.#waiting[this.#next] === piece) this.#pass();
        return;
      }
      piece.next();
    }
    const data = chunk.subarray(piece.start, piece.end);
    piece.accept();
    if (isOver(piece)) this.#pass();
    this.#take(data, (first & OPCODE) === BINARY, isDeflated);
  }

  /** What was next is taken. */
  #pass(): void {
    this.#next += 1;
    if (this.#next === this.#waiting.length) this.clear();
  }

  #take(data: Buffer, isBinary: boolean, isDeflated: boolean): void {
    const inflated = this.#handler.inflate(data, isBinary, isDeflated);
    if (inflated === undefined) this.clear();
    else this.#handler.onFrame(inflated, isBinary);
  }
}

type OneFrame = readonly [data: Buffer, isBinary: boolean, isDeflated: boolean];

function runOf(frames: Buffer): FrameRun {
  const run = new FrameRun(Number.POSITIVE_INFINITY);
  run.begin(frames, 0, (frames[0] as number) & RSV1);
  return run;
}

function isOver({ chunk, offset }: FrameRun): boolean {
  return offset >= chunk.length;
}

/** RFC 6455, section 5.2, and RFC 7692, section 6. */
const RSV1 = 0x40;
const OPCODE = 0x0f;
const BINARY = 2;
