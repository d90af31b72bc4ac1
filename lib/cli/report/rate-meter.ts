/** How fast two counters grow, over the last two seconds or since the last look, whichever is longer. */
export class RateMeter {
  #samples: Sample[] = [{ at: 0, records: 0, bytes: 0 }];

  /** @param at milliseconds since the beginning */
  rates(at: number, records: number, bytes: number): { readonly records: number; readonly bytes: number } {
    // The newest sample that is old enough, and all after it.
    const first = this.#samples.findLastIndex((sample) => at - sample.at >= WINDOW_MS);
    this.#samples = [...this.#samples.slice(Math.max(0, first)), { at, records, bytes }].slice(-MAX_SAMPLES);
    const oldest = this.#samples[0] as Sample;
    const seconds = (at - oldest.at) / 1_000;
    if (seconds <= 0) return { records: 0, bytes: 0 };
    return { records: (records - oldest.records) / seconds, bytes: (bytes - oldest.bytes) / seconds };
  }
}

interface Sample {
  readonly at: number;
  readonly records: number;
  readonly bytes: number;
}

const WINDOW_MS = 2_000;
const MAX_SAMPLES = 100;
