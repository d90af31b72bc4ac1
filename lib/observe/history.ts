/** How counters stood every few seconds, over the last quarter of an hour: of each a column of numbers, so many feeds take little memory. */
export class History {
  readonly #columns: Readonly<Record<keyof Point, Float64Array>> = {
    frames: new Float64Array(MAX_POINTS),
    bytes: new Float64Array(MAX_POINTS),
    records: new Float64Array(MAX_POINTS),
    pausedMs: new Float64Array(MAX_POINTS),
  };
  /** When the first point that is there was taken, in epoch milliseconds. */
  #from: number;
  /** Points that were taken so far: one more than there is room for takes the place of the first. */
  #taken = 0;

  constructor(startedAt: number) {
    this.#from = startedAt;
  }

  add(at: number, point: Point): void {
    if (this.#taken === 0) this.#from = at;
    for (const name of NAMES) this.#columns[name][this.#taken % MAX_POINTS] = point[name];
    this.#taken += 1;
    if (this.#taken > MAX_POINTS) this.#from += EVERY_MS;
  }

  /** By column, as JSON is shortest. */
  report(): HistoryReport {
    const first = Math.max(0, this.#taken - MAX_POINTS);
    const column = (name: keyof Point): number[] =>
      Array.from({ length: this.#taken - first }, (_, index) =>
        Math.round(this.#columns[name][(first + index) % MAX_POINTS]!),
      );
    return {
      every_ms: EVERY_MS,
      from: this.#from,
      frames: column('frames'),
      bytes: column('bytes'),
      records: column('records'),
      paused_ms: column('pausedMs'),
    };
  }
}

/** What counters came to by then. */
export interface Point {
  readonly frames: number;
  readonly bytes: number;
  readonly records: number;
  readonly pausedMs: number;
}

/** What `/stats.json?history` has of a feed. */
export interface HistoryReport {
  readonly every_ms: number;
  /** When the first of the points was taken; the others follow every so many milliseconds. */
  readonly from: number;
  readonly frames: readonly number[];
  readonly bytes: readonly number[];
  readonly records: readonly number[];
  readonly paused_ms: readonly number[];
}

/** How often a point is taken, in milliseconds. */
export const EVERY_MS = 5_000;
const MAX_POINTS = 181;
const NAMES = ['frames', 'bytes', 'records', 'pausedMs'] as const satisfies readonly (keyof Point)[];
