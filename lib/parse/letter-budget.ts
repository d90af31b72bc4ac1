/** How many things may be refused before that fails the run. */
export interface LetterLimits {
  /** In the whole run. */
  readonly total: number | undefined;
  /** Between two pages. */
  readonly perPage: number | undefined;
}

/** Counts what a run refuses, at its source and at its sink, against its limits. */
export class LetterBudget {
  readonly #limits: LetterLimits;
  #total = 0;
  #ofPage = 0;

  constructor(limits: LetterLimits) {
    this.#limits = limits;
  }

  /** One more was refused. Returns which limit that is beyond, as a clause. */
  spend(): string | undefined {
    const { total, perPage } = this.#limits;
    this.#total += 1;
    this.#ofPage += 1;
    if (perPage !== undefined && this.#ofPage > perPage)
      return `more than ${perPage} in one page (\`max_failures_per_page\`)`;
    if (total !== undefined && this.#total > total) return `more than ${total} in this run (\`max_failures_total\`)`;
    return undefined;
  }

  /** A page goes out. */
  turnPage(): void {
    this.#ofPage = 0;
  }
}
