import { type Gap, type GapCause, type Moment, now } from '../../frame/gap.js';
import type { Clock } from '../../internal/clock.js';
import { type Inspect, inspectCustom } from '../../internal/inspect.js';

/** How a gap begins. */
export interface GapStart {
  readonly cause: GapCause;
  /** The connection that it begins on. */
  readonly connection: number;
  readonly code: number | undefined;
  /** The sequence of the last frame before it. */
  readonly afterSequence: number | undefined;
  /** When the last sign of life came. @default now */
  readonly since?: Moment | undefined;
}

/**
 * Keeps the gap that a run is in, and tells each when it is over. There is one at a time: what goes wrong while one is
 * open, such as a failed attempt to reconnect, belongs to it.
 */
export class GapRecorder {
  readonly #clock: Clock;
  readonly #feed: string | undefined;
  readonly #tell: (gap: Gap) => void;
  #open: (GapStart & { readonly from: Moment }) | undefined;
  #count = 0;
  #ms = 0;

  constructor(clock: Clock, feed: string | undefined, tell: (gap: Gap) => void) {
    this.#clock = clock;
    this.#feed = feed;
    this.#tell = tell;
  }

  /** Whether a gap is open: the next data frame has to {@link close} it. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The cause of the one that is open. */
  get cause(): GapCause | undefined {
    return this.#open?.cause;
  }

  /** When the one began that is open. */
  get since(): Moment | undefined {
    return this.#open?.from;
  }

  /** Gaps so far, with one that is open. */
  get count(): number {
    return this.#count;
  }

  /** For how long nothing could be received, in milliseconds, with a gap that is open. */
  get ms(): number {
    return this.#ms + (this.#open === undefined ? 0 : this.#clock.monotonic() - this.#open.from.monotonic);
  }

  /** From here on frames may be missing. */
  open(start: GapStart): void {
    if (this.#open !== undefined) return;
    this.#open = { ...start, from: start.since ?? now(this.#clock) };
    this.#count += 1;
  }

  /** The one that is open is for this cause. */
  blame(cause: GapCause): void {
    if (this.#open !== undefined) this.#open = { ...this.#open, cause };
  }

  /**
   * Data flows again, beginning with the frame of this sequence; without one the run is over.
   *
   * @param isReplayed whether the server has sent what was missed
   * @param to when it does. @default now
   */
  close(beforeSequence: number | undefined, isReplayed = false, to = now(this.#clock)): void {
    if (this.#open === undefined) return;
    const { cause, connection, code, afterSequence, from } = this.#open;
    const durationMs = isReplayed ? 0 : to.monotonic - from.monotonic;
    this.#open = undefined;
    this.#ms += durationMs;
    const gap = {
      cause,
      feed: this.#feed,
      connection,
      code,
      from,
      to,
      durationMs,
      afterSequence,
      beforeSequence,
      dropped: 0,
      missing: undefined,
      key: undefined,
      ...(isReplayed && ({ replayed: true } as const)),
    };
    this.#tell(shownAsRecord(gap));
  }

  /**
   * A gap that is known as a whole, when it is found; it ends now, unless the facts say when. It is counted, but it is no
   * time in which nothing was received.
   */
  add(
    facts: Pick<Gap, 'cause' | 'connection' | 'from' | 'afterSequence' | 'beforeSequence'> & Partial<Gap>,
    tell = this.#tell,
  ): void {
    const to = facts.to ?? now(this.#clock);
    this.#count += 1;
    const gap = {
      code: undefined,
      dropped: 0,
      missing: undefined,
      key: undefined,
      ...facts,
      feed: this.#feed,
      to,
      durationMs: to.monotonic - facts.from.monotonic,
    };
    tell(shownAsRecord(gap));
  }
}

/** `console.log(gap)` shows what is known of it, and when it was in words. */
function shownAsRecord(gap: Gap): Gap {
  return Object.defineProperty(gap, inspectCustom, { enumerable: false, value: inspectGap });
}

function inspectGap(this: Gap, _depth: number, options: object, inspect: Inspect): string {
  const known = Object.entries(this).filter(([, value]) => value !== undefined);
  const isoOf = ({ at }: Moment): string => new Date(at).toISOString();
  const shown = { ...Object.fromEntries(known), from: isoOf(this.from), to: isoOf(this.to) };
  return `Gap ${inspect(shown, options)}`;
}
