/**
 * How many lines may be said within ten seconds: a server that closes every connection at once, or a sink that is
 * slow and quick in turn, must not fill the disk that standard error goes to.
 */
export class LineBudget {
  readonly #monotonic: () => number;
  #since = Number.NEGATIVE_INFINITY;
  #taken = 0;
  #leftOut = 0;

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Asks for one line: how many were left out before it, or `undefined` when it is to be left out itself. */
  take(): number | undefined {
    const now = this.#monotonic();
    if (now - this.#since >= WINDOW_MS) {
      this.#since = now;
      this.#taken = 0;
    }
    if (this.#taken === MAX_LINES) {
      this.#leftOut += 1;
      return undefined;
    }
    this.#taken += 1;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }
}

const WINDOW_MS = 10_000;
const MAX_LINES = 50;
