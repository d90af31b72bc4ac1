import type { Gap } from '../frame/gap.js';

/** The gaps that came between the records, with the stretch of the windows' time that each may have taken. */
export class KnownGaps {
  readonly #known: { readonly gap: Gap; readonly from: number; to: number }[] = [];

  /** @param to `Infinity` when it ends with the next record */
  add(gap: Gap, from: number, to: number): void {
    this.#known.push({ gap, from, to });
    if (this.#known.length > MOST) this.#known.shift();
  }

  /** A record is there, the first one behind some of them, and this is the newest time so far: they end here. */
  end(newest: number): void {
    // The newest are those that are open.
    for (let i = this.#known.length - 1; this.#known[i]?.to === Number.POSITIVE_INFINITY; i--)
      this.#known[i]!.to = newest;
  }

  /** @param isOpenEnded whether `to` is behind the window, not within */
  touching(from: number, to: number, isOpenEnded: boolean): Gap[] {
    return this.#known
      .filter((one) => one.to >= from && (one.from < to || (one.from === to && !isOpenEnded)))
      .map(({ gap }) => gap);
  }
}

const MOST = 1_000;
