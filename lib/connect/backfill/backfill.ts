import type { Clock, TimerHandle } from '../../internal/clock.js';
import { type Hole, missingBetween } from '../intake/sequence-check.js';
import type { FillTask, FoundRecord, RecordFinder } from './fill.js';
import { type HeldFrame, HeldFrames } from './held-frames.js';

/** How a {@link Backfill} is done. */
export interface BackfillRules {
  readonly step: number;
  readonly maxDurationMs: number;
  /** Whether what stays missing ends the run. */
  readonly isNeeded: boolean;
  /** What may wait, before the sockets are not read any more. */
  readonly maxFrames: number;
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** How it went with a hole. */
export interface Filled {
  readonly hole: Hole;
  /** Records that took their place. */
  readonly brought: number;
  /** Numbers that stay missing: a `bigint` past 2^53. */
  readonly missing: number | bigint;
  readonly durationMs: number;
  /** Why, where that is known: a clause. */
  readonly why: string | undefined;
}

/** What a {@link Backfill} tells. Each of them may end the run. */
export interface BackfillHandler {
  /** A slow consumer takes nothing now. */
  readonly isSlow: boolean;
  /** A record takes its place, before the frame behind the hole. */
  onRecord(record: FoundRecord, behind: HeldFrame): void;
  /** These numbers stay missing. */
  onMissing(hole: Hole, behind: HeldFrame): void;
  /** A hole is dealt with: the frame behind it goes on. */
  onFilled(filled: Filled, behind: HeldFrame): void;
  /** Numbers stay missing, and are needed. */
  onFailed(filled: Filled): void;
  /** A frame that waited goes on. It may have another hole before it. */
  onFrame(frame: HeldFrame): void;
  /** So much waits that nothing more is to come, or may come again. */
  onRoom(isFull: boolean): void;
}

/**
 * Fills holes of a sequence: what came behind one waits until its records have been found and have taken their place, in order and once. From the
 * first hole until nothing waits any more it takes no longer than it may; then holes are left as they are. Nothing is done while there is none.
 */
export class Backfill {
  /** Whether frames have to wait. */
  isOpen = false;
  /** Records that took their place, so far. */
  records = 0;
  /** Holes of which numbers stayed missing. */
  failures = 0;
  readonly #finder: RecordFinder;
  readonly #rules: BackfillRules;
  readonly #handler: BackfillHandler;
  readonly #held = new HeldFrames();
  #filling: Filling | undefined;
  #isFull = false;
  /** Until when frames may wait, by the monotonic clock, and since when they do. */
  #deadline = 0;
  #since = 0;
  #waitedMs = 0;
  /** Whether nobody waits any more: what is held goes on at once. */
  #isCut = false;
  #onRoom: (() => void) | undefined;
  #onOver: (() => void) | undefined;

  constructor(finder: RecordFinder, rules: BackfillRules, handler: BackfillHandler) {
    this.#finder = finder;
    this.#rules = rules;
    this.#handler = handler;
  }

  /** Requests that were sent so far. */
  get requests(): number {
    return this.#finder.requests;
  }

  /** What waits. */
  get held(): { readonly frames: number; readonly bytes: number } {
    return this.#held;
  }

  /** Whether as much waits as may. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** For how long frames have waited, in milliseconds. */
  get waitedMs(): number {
    return this.#waitedMs + (this.isOpen ? this.#rules.clock.monotonic() - this.#since : 0);
  }

  /** A frame has a hole before it. Returns whether it waits until that is dealt with. */
  begin(hole: Hole, behind: HeldFrame): boolean {
    if (this.#isCut) return false;
    const now = this.#rules.clock.monotonic();
    if (!this.isOpen) {
      this.#since = now;
      this.#deadline = now + this.#rules.maxDurationMs;
    } else if (now >= this.#deadline) {
      this.failures += 1;
      if (!this.#rules.isNeeded) return false;
      this.#handler.onFailed({ hole, brought: 0, missing: hole.missing, durationMs: 0, why: NO_TIME });
      return true;
    }
    this.isOpen = true;
    const filling = new Filling(hole, copied(behind), this.#rules.clock, this.#deadline);
    this.#filling = filling;
    void this.#fill(filling);
    return true;
  }

  /** A frame came while it is open. */
  hold(frame: HeldFrame): void {
    this.#held.push(frame);
    this.#look();
  }

  /** Something is to be done when all that came before it is out. */
  defer(act: () => void): void {
    this.#held.defer(act);
  }

  /** The consumer takes more. */
  goOn(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }

  /** Calls `onOver` when nothing waits. */
  whenOver(onOver: () => void): void {
    if (this.isOpen) this.#onOver = onOver;
    else onOver();
  }

  /** Nobody waits any more: what is missing is told, and what is held goes on now. */
  cut(): void {
    this.#isCut = true;
    if (!this.isOpen) return;
    const filling = this.#filling;
    if (filling !== undefined) this.#finish(filling, NO_TIME);
    this.#drain();
  }

  /** The run is over: what waits is dropped. */
  abandon(): void {
    this.#isCut = true;
    this.#filling?.end();
    this.#filling = undefined;
    this.#held.clear();
    if (this.isOpen) this.#close();
  }

  async #fill(filling: Filling): Promise<void> {
    let why: string | undefined;
    try {
      why = await this.#take(filling);
    } catch (error) {
      // What finds them says in words what goes wrong: this is none of that.
      why = error instanceof Error ? error.message : String(error);
    }
    if (this.#filling !== filling) return;
    if (filling.signal.aborted) why = NO_TIME;
    this.#finish(filling, why);
    this.#drain();
  }

  /** Has what is found take its place, until there is no more. Returns why that is, where it is known. */
  async #take(filling: Filling): Promise<string | undefined> {
    const { hole, behind } = filling;
    const pages = this.#finder.find(filling);
    try {
      for (;;) {
        const page = await Promise.race([pages.next(), filling.aborted]);
        if (page === undefined || this.#filling !== filling) return undefined;
        if (page.done === true) return page.value;
        let count = 0;
        for (const record of page.value) {
          if (record.number <= filling.last || record.number >= hole.before) continue;
          this.#miss(filling, record.number);
          if (this.#filling !== filling) return undefined;
          filling.last = record.number;
          filling.brought += 1;
          this.records += 1;
          this.#handler.onRecord(record, behind);
          count += 1;
          if (this.#filling === filling && (this.#handler.isSlow || count % A_LUMP === 0)) await this.#room(filling);
          if (this.#filling !== filling) return undefined;
        }
        if (missing(filling.last, hole.before, this.#rules.step) === 0) return undefined;
      }
    } finally {
      // It may be at work still, and is told so by its signal.
      pages.return(undefined).catch(() => {});
    }
  }

  /** Between the last number that is there and this one some are missing, and stay so: those that come are in order. */
  #miss(filling: Filling, before: number | bigint): void {
    const { hole, last: after } = filling;
    const count = missing(after, before, this.#rules.step);
    if (count === 0) return;
    if (this.#rules.isNeeded) {
      this.#fail(filling, count, undefined);
      return;
    }
    filling.missing += BigInt(count);
    this.#handler.onMissing({ ...hole, after, before, missing: count }, filling.behind);
  }

  /** The rest of a hole stays one. */
  #finish(filling: Filling, why: string | undefined): void {
    const { hole, behind } = filling;
    const rest = missing(filling.last, hole.before, this.#rules.step);
    if (rest !== 0 && this.#rules.isNeeded && !this.#isCut) {
      this.#fail(filling, rest, why);
      return;
    }
    if (rest !== 0) {
      filling.missing += BigInt(rest);
      this.#handler.onMissing({ ...hole, after: filling.last, missing: rest }, behind);
    }
    if (this.#filling !== filling) return;
    filling.end();
    this.#filling = undefined;
    if (filling.missing > 0n) this.failures += 1;
    this.#handler.onFilled(filledOf(filling, why), behind);
  }

  #fail(filling: Filling, count: number | bigint, why: string | undefined): void {
    filling.missing += BigInt(count);
    filling.end();
    this.#filling = undefined;
    this.failures += 1;
    this.#handler.onFailed(filledOf(filling, why));
  }

  /** What waits goes on, until there is another hole, or the consumer is slow. */
  #drain(): void {
    while (this.isOpen && this.#filling === undefined) {
      if (this.#handler.isSlow && !this.#isCut) {
        this.#onRoom = () => this.#drain();
        return;
      }
      const item = this.#held.shift();
      this.#look();
      if (item === undefined) {
        this.#close();
        return;
      }
      if (typeof item === 'function') item();
      else this.#handler.onFrame(item);
    }
  }

  #close(): void {
    this.#waitedMs += this.#rules.clock.monotonic() - this.#since;
    this.isOpen = false;
    this.#look();
    const onOver = this.#onOver;
    this.#onOver = undefined;
    onOver?.();
  }

  /** Whether there is room. It is again when half of it is. */
  #look(): void {
    const { frames, bytes } = this.#held;
    const { maxFrames, maxBytes } = this.#rules;
    const share = this.#isFull ? 2 : 1;
    const isFull = this.isOpen && (frames * share >= maxFrames || bytes * share >= maxBytes);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#handler.onRoom(isFull);
  }

  /** Waits until the consumer takes more, which is nobody's fault: the time stands still. Otherwise others have their turn. */
  async #room(filling: Filling): Promise<void> {
    if (!this.#handler.isSlow) {
      await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    const { clock } = this.#rules;
    const since = clock.monotonic();
    filling.hold();
    await Promise.race([new Promise<void>((resolve) => (this.#onRoom = resolve)), filling.aborted]);
    this.#deadline += clock.monotonic() - since;
    filling.goOn(this.#deadline);
  }
}

/** One hole while it is being filled. */
class Filling implements FillTask {
  readonly hole: Hole;
  readonly behind: HeldFrame;
  last: number | bigint;
  brought = 0;
  missing = 0n;
  /** Settles when nobody waits for it any more. */
  readonly aborted: Promise<undefined>;
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #since: number;
  #deadline: number;
  #timer: TimerHandle;

  constructor(hole: Hole, behind: HeldFrame, clock: Clock, deadline: number) {
    this.hole = hole;
    this.behind = behind;
    this.last = hole.after;
    this.#clock = clock;
    this.#since = clock.monotonic();
    this.#deadline = deadline;
    this.aborted = new Promise((resolve) => {
      this.#abort.signal.addEventListener('abort', () => resolve(undefined));
    });
    this.goOn(deadline);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get leftMs(): number {
    return Math.max(0, this.#deadline - this.#clock.monotonic());
  }

  get durationMs(): number {
    return this.#clock.monotonic() - this.#since;
  }

  /** Its time stands still. */
  hold(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  goOn(deadline: number): void {
    this.#deadline = deadline;
    if (this.#abort.signal.aborted) return;
    this.#timer = this.#clock.setTimeout(() => this.#abort.abort(), this.leftMs);
  }

  /** It is over, or nobody waits for it. */
  end(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#abort.abort();
  }
}

function filledOf({ hole, brought, missing: count, durationMs }: Filling, why: string | undefined): Filled {
  const isExact = count <= Number.MAX_SAFE_INTEGER;
  return { hole, brought, missing: isExact ? Number(count) : count, durationMs, why: count === 0n ? undefined : why };
}

function missing(after: number | bigint, before: number | bigint, step: number): number | bigint {
  return after < before ? missingBetween(after, before, step) : 0;
}

/** The chunk that it came in is not kept for it. */
function copied(frame: HeldFrame): HeldFrame {
  const isKnown = frame.origin.inflater?.failureOf(frame.data) !== undefined;
  return isKnown ? frame : { ...frame, data: Buffer.from(frame.data) };
}

const NO_TIME = 'there was no time left';
/** So many records take their place before others have their turn. */
const A_LUMP = 64;
