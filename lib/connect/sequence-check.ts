import { ByteMap } from '../internal/byte-map.js';
import { compilePath, FieldReader } from '../json/field.js';
import { integerAt } from '../json/integer.js';
import type { Moment } from './gap.js';

/** Where a feed numbers its frames. */
export interface SequenceOptions {
  /** Where the number stands in a frame: a whole number, or a string that holds one. */
  readonly path: string;
  /** Where a key stands, when there is a sequence of its own for each: `symbol`. @default none: one sequence */
  readonly key?: string | undefined;
  /** How much a number is above the one before it. @default 1 */
  readonly step?: number | undefined;
}

/** What a feed's numbers came to. */
export interface SequenceStats {
  /** Numbers that never came. */
  readonly missing: number;
  /** Frames whose number was the one before it once more. */
  readonly repeated: number;
  /** Frames whose number was below the one before it: late ones, or sent again. */
  readonly backwards: number;
  /** How often a sequence began anew: two frames in a row whose numbers were below, and followed each other. */
  readonly restarts: number;
  /** Frames without a number (or without a key). */
  readonly unnumbered: number;
  /** Sequences that are watched. At most 10,000: then the one that was seen first is forgotten, and begins anew. */
  readonly keys: number;
}

/** A hole in a sequence. */
export interface Hole {
  readonly key: string | undefined;
  /** The last number before the hole. */
  readonly after: number | bigint;
  /** The number behind the hole. */
  readonly before: number | bigint;
  /** How many numbers are missing. */
  readonly missing: number;
  /** When the last number before the hole came. */
  readonly since: Moment;
}

/**
 * Looks at the numbers of frames, which it reads from their bytes. A hole is told by the frame behind it. A number that
 * is not above the last is counted and otherwise ignored, since it may be a late one; only when the next one follows it,
 * the sequence has begun anew, and goes on from there.
 */
export class SequenceCheck {
  readonly #number: FieldReader;
  readonly #key: FieldReader | undefined;
  readonly #step: number;
  readonly #states = new ByteMap<State>();
  readonly #single: State = newState();
  #missing = 0;
  #repeated = 0;
  #backwards = 0;
  #restarts = 0;
  #unnumbered = 0;

  /**
   * @throws {ConfigError} when a path cannot be read
   */
  constructor({ path, key, step = 1 }: SequenceOptions) {
    this.#number = new FieldReader(compilePath(path, 'sequence.path'));
    this.#key = key === undefined ? undefined : new FieldReader(compilePath(key, 'sequence.key'));
    this.#step = step;
  }

  get stats(): SequenceStats {
    return {
      missing: this.#missing,
      repeated: this.#repeated,
      backwards: this.#backwards,
      restarts: this.#restarts,
      unnumbered: this.#unnumbered,
      keys: this.#key === undefined ? Number(this.#single.last !== undefined) : this.#states.size,
    };
  }

  /** The hole before this frame, if there is one. `now` is when the frame came. */
  look(data: Buffer, now: Moment): Hole | undefined {
    const number = this.#numberOf(data);
    const state = number === undefined ? undefined : this.#stateOf(data);
    if (number === undefined || state === undefined) {
      this.#unnumbered += 1;
      return undefined;
    }
    const { last } = state;
    if (typeof number === 'number' && typeof last === 'number' && number === last + this.#step) {
      state.last = number;
      state.since = now;
      state.back = undefined;
      return undefined;
    }
    return this.#judge(state, number, now);
  }

  /** A number that is not the next one. */
  #judge(state: State, number: number | bigint, now: Moment): Hole | undefined {
    const { last, back, since } = state;
    if (last !== undefined && number <= last) {
      const isRestart = back !== undefined && isNext(back, number, this.#step);
      state.back = number;
      if (!isRestart) {
        if (number === last) this.#repeated += 1;
        else this.#backwards += 1;
        return undefined;
      }
      this.#restarts += 1;
      state.high = last;
    }
    state.last = number;
    state.since = now;
    if (last === undefined || number <= last) return undefined;
    const { high } = state;
    state.back = undefined;
    state.high = undefined;
    // What looked like a new beginning were frames sent again, and the feed goes on where it was.
    if (high !== undefined && isNext(high, number, this.#step)) return undefined;
    const missing = missingBetween(last, number, this.#step);
    if (missing === 0) return undefined;
    this.#missing += missing;
    return { key: state.key, after: last, before: number, missing, since };
  }

  #numberOf(data: Buffer): number | bigint | undefined {
    const reader = this.#number;
    try {
      return reader.find(data, 0, data.length) ? integerAt(data, reader.start, reader.end) : undefined;
    } catch {
      // The bytes were not checked yet, and a key with a bad escape cannot be compared. The parse stage refuses them.
      return undefined;
    }
  }

  #stateOf(data: Buffer): State | undefined {
    const reader = this.#key;
    if (reader === undefined) return this.#single;
    try {
      if (!reader.find(data, 0, data.length)) return undefined;
    } catch {
      return undefined;
    }
    const { start, end } = reader;
    const known = this.#states.get(data, start, end);
    if (known !== undefined) return known.value;
    if (this.#states.size === MAX_KEYS) this.#states.deleteOldest();
    return this.#states.add(data, start, end, { ...newState(), key: keyText(data, start, end) }).value;
  }
}

interface State {
  readonly key: string | undefined;
  last: number | bigint | undefined;
  /** The newest number that was not above the last, when nothing followed the last since. */
  back: number | bigint | undefined;
  /** The last number before the sequence began anew, when no hole came since. */
  high: number | bigint | undefined;
  since: Moment;
}

function newState(): State {
  return { key: undefined, last: undefined, back: undefined, high: undefined, since: { at: 0, monotonic: 0 } };
}

function isNext(number: number | bigint, next: number | bigint, step: number): boolean {
  return BigInt(next) === BigInt(number) + BigInt(step);
}

/** The key as it is shown: without quotes, and clipped, since it is a payload's. */
function keyText(data: Buffer, start: number, end: number): string {
  const isQuoted = data[start] === QUOTE && end - start >= 2;
  const text = data.toString('utf8', isQuoted ? start + 1 : start, isQuoted ? end - 1 : end);
  return text.length <= MAX_KEY_TEXT ? text : `${text.slice(0, MAX_KEY_TEXT)}…`;
}

function missingBetween(last: number | bigint, next: number | bigint, step: number): number {
  if (typeof last === 'number' && typeof next === 'number') return Math.ceil((next - last) / step) - 1;
  const ahead = BigInt(next) - BigInt(last);
  return Number((ahead + BigInt(step) - 1n) / BigInt(step) - 1n);
}

const QUOTE = 0x22;
const MAX_KEYS = 10_000;
const MAX_KEY_TEXT = 100;
