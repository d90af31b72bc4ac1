/** Who takes the frames of an {@link InflateQueue}. */
export interface InflateQueueHandler {
  /** Inflates a frame; `undefined` when that failed, and so no other is taken. */
  inflate(data: Buffer, isBinary: boolean, isDeflated: boolean): Buffer | undefined;
  /** A frame, inflated where it could be. */
  onFrame(data: Buffer, isBinary: boolean): void;
}

/**
 * Where frames are inflated. A socket that is paused still hands out what it has read, some hundreds of frames at a time: small
 * ones that may become large. So they wait as they came, and each is inflated when there is room for it.
 */
export class InflateQueue {
  readonly #handler: InflateQueueHandler;
  #waiting: (readonly [data: Buffer, isBinary: boolean, isDeflated: boolean])[] = [];
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

  /** There is no room. */
  pause(): void {
    this.#isPaused = true;
  }

  /** There is room again: until {@link pause}, which may come with any frame. */
  resume(): void {
    this.#isPaused = false;
    const frames = this.#waiting;
    let next = 0;
    for (; next < frames.length && !this.#isPaused && frames === this.#waiting; next += 1) {
      this.#take(...(frames[next] as (typeof frames)[number]));
    }
    if (frames === this.#waiting) this.#waiting = frames.slice(next);
  }

  /** The run is about to end: all that waits is taken, whether there is room or not. */
  inflateRest(): void {
    while (this.isWaiting) this.resume();
  }

  /** Nobody takes frames any more. */
  clear(): void {
    this.#waiting = [];
  }

  #take(data: Buffer, isBinary: boolean, isDeflated: boolean): void {
    const inflated = this.#handler.inflate(data, isBinary, isDeflated);
    if (inflated === undefined) this.clear();
    else this.#handler.onFrame(inflated, isBinary);
  }
}
