import type { Inflater } from './inflater.js';

/** What an {@link Inlet} does with frames. */
export interface InletActions {
  /** A frame, inflated where it could be. */
  take(data: Buffer, isBinary: boolean): void;
  /** One was too large when inflated: no other is taken. */
  failed(error: unknown): void;
}

/**
 * Where frames are inflated. A socket that is paused still hands out what it has read, some hundreds of frames at a time: small
 * ones that may become large. So they wait as they came, and each is inflated when there is room for it.
 */
export class Inlet {
  readonly #inflater: Inflater;
  readonly #actions: InletActions;
  #waiting: { readonly data: Buffer; readonly isBinary: boolean }[] = [];
  #isHeld = false;

  constructor(inflater: Inflater, actions: InletActions) {
    this.#inflater = inflater;
    this.#actions = actions;
  }

  /** Whether frames wait. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(data: Buffer, isBinary: boolean): void {
    if (this.#isHeld || this.isWaiting) this.#waiting.push({ data, isBinary });
    else this.#inflate(data, isBinary);
  }

  /** There is no room. */
  hold(): void {
    this.#isHeld = true;
  }

  /** There is room again: until {@link hold}, which may come with any frame. */
  goOn(): void {
    this.#isHeld = false;
    const frames = this.#waiting;
    let next = 0;
    for (; next < frames.length && !this.#isHeld && frames === this.#waiting; next += 1) {
      const { data, isBinary } = frames[next] as (typeof frames)[number];
      this.#inflate(data, isBinary);
    }
    if (frames === this.#waiting) this.#waiting = frames.slice(next);
  }

  /** The run is about to end: all that waits is taken, whether there is room or not. */
  takeRest(): void {
    while (this.isWaiting) this.goOn();
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
      this.#actions.failed(error);
      return;
    }
    this.#actions.take(inflated, isBinary);
  }
}
