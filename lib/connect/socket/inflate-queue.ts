import type { Inflater } from './inflater.js';

/** Who takes the frames of an {@link InflateQueue}. */
export interface InflateQueueHandler {
  /** A frame, inflated where it could be. */
  onFrame(data: Buffer, isBinary: boolean): void;
  /** One was too large when inflated: no other is taken. */
  onFailed(error: unknown): void;
}

/**
 * Where frames are inflated. A socket that is paused still hands out what it has read, some hundreds of frames at a time: small
 * ones that may become large. So they wait as they came, and each is inflated when there is room for it.
 */
export class InflateQueue {
  readonly #inflater: Inflater;
  readonly #handler: InflateQueueHandler;
  #waiting: { readonly data: Buffer; readonly isBinary: boolean }[] = [];
  #isPaused = false;

  constructor(inflater: Inflater, handler: InflateQueueHandler) {
    this.#inflater = inflater;
    this.#handler = handler;
  }

  /** Whether frames wait. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(data: Buffer, isBinary: boolean): void {
    if (this.#isPaused || this.isWaiting) this.#waiting.push({ data, isBinary });
    else this.#inflate(data, isBinary);
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
      const { data, isBinary } = frames[next] as (typeof frames)[number];
      this.#inflate(data, isBinary);
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

  #inflate(data: Buffer, isBinary: boolean): void {
    let inflated = data;
    try {
      if (isBinary) inflated = this.#inflater.inflate(data);
    } catch (error) {
      this.clear();
      this.#handler.onFailed(error);
      return;
    }
    this.#handler.onFrame(inflated, isBinary);
  }
}
