/** What a run says of a feed: the keys of `/stats.json`. */
export type FeedFacts = Readonly<Record<string, unknown>>;

/** All feeds of a run elsewhere, as its events tell of them. */
export class Feeds {
  readonly #feeds = new Map<string, FeedFacts>();
  readonly #samples = new Map<string, Sample[]>();
  /** On the clock of the run, in epoch milliseconds; 0 before it has said anything. */
  at = 0;

  /** @throws {SyntaxError} of what is no JSON */
  take(name: string, data: string): void {
    if (name !== 'snapshot' && name !== 'delta') return;
    const told = JSON.parse(data) as {
      readonly at?: unknown;
      readonly feeds?: Readonly<Record<string, FeedFacts | null>>;
    };
    this.at = numberOf(told.at) ?? this.at;
    if (name === 'snapshot') this.#feeds.clear();
    for (const [feed, facts] of Object.entries(told.feeds ?? {})) {
      if (facts === null) this.#feeds.delete(feed);
      else this.#feeds.set(feed, { ...this.#feeds.get(feed), ...facts });
    }
    this.#sampleAll();
  }

  /** Takes all that there is to say of all feeds, at once. @param at in epoch milliseconds */
  hold(at: number, feeds: Iterable<readonly [string, FeedFacts]>): void {
    this.at = at;
    this.#feeds.clear();
    for (const [feed, facts] of feeds) this.#feeds.set(feed, facts);
    this.#sampleAll();
  }

  /** Each with how fast it is. */
  list(): readonly FeedNow[] {
    return [...this.#feeds].map(([name, facts]) => ({ name, facts, ...this.#speedOf(name) }));
  }

  #sampleAll(): void {
    for (const feed of this.#samples.keys()) if (!this.#feeds.has(feed)) this.#samples.delete(feed);
    for (const [feed, facts] of this.#feeds) this.#sample(feed, facts);
  }

  #sample(feed: string, facts: FeedFacts): void {
    const samples = this.#samples.get(feed) ?? [];
    const sample = { at: this.at, records: numberOf(facts['records']) ?? 0, bytes: numberOf(facts['bytes']) ?? 0 };
    // A run that began anew counts from nothing.
    if ((samples.at(-1)?.records ?? 0) > sample.records) samples.length = 0;
    samples.push(sample);
    while (samples.length > 2 && this.at - samples[1]!.at >= WINDOW_MS) samples.shift();
    this.#samples.set(feed, samples);
  }

  #speedOf(feed: string): Pick<FeedNow, 'recordsPerSecond' | 'bytesPerSecond'> {
    const samples = this.#samples.get(feed) ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    const ms = (last?.at ?? 0) - (first?.at ?? 0);
    if (first === undefined || last === undefined || ms <= 0)
      return { recordsPerSecond: undefined, bytesPerSecond: undefined };
    return {
      recordsPerSecond: ((last.records - first.records) * 1_000) / ms,
      bytesPerSecond: ((last.bytes - first.bytes) * 1_000) / ms,
    };
  }
}

/** A feed at the moment. */
export interface FeedNow {
  readonly name: string;
  readonly facts: FeedFacts;
  /** Over the last seconds; `undefined` until there are two moments to compare. */
  readonly recordsPerSecond: number | undefined;
  readonly bytesPerSecond: number | undefined;
}

/** What is a number: whoever tells may be anybody. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

interface Sample {
  readonly at: number;
  readonly records: number;
  readonly bytes: number;
}

const WINDOW_MS = 5_000;
