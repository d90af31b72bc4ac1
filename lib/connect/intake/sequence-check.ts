import type { Moment } from '../../frame/gap.js';
import type { JsonCheck } from '../../json/check.js';
import { CheckedFields } from '../../json/checked-fields.js';
import { compilePath } from '../../json/field.js';
import { integerAt } from '../../json/integer.js';
import type { SequenceStats } from '../../telemetry/stats.js';
import type { SequenceOptions } from '../options/intake-options.js';
import { ByteMap } from './byte-map.js';

/** A hole in a sequence. */
export interface Hole {
  readonly key: string | undefined;
  /** The last number before the hole. */
  readonly after: number | bigint;
  /** The number behind the hole. */
  readonly before: number | bigint;
  /** How many numbers are missing: a `bigint` past 2^53. */
  readonly missing: number | bigint;
  /** When the last number before the hole came. */
  readonly since: Moment;
}

/**
 * Looks at the numbers of frames, which it reads from their bytes. A hole is told by the frame behind it. A number that
 * is not above the last is counted and otherwise ignored, since it may be a late one; only when the next one follows it,
 * the sequence has begun anew, and goes on from there.
 */
export class SequenceCheck {
  /** The number, and the key if there is one. */
  readonly #fields: CheckedFields;
  readonly #hasKey: boolean;
  readonly #step: number;
  readonly #states = new ByteMap<State>();
  readonly #single: State = newState();
  #missing = 0;
  #repeated = 0;
  #backwards = 0;
  #restarts = 0;
  #unnumbered = 0;

  /**
   * @param check the check that the frames' bytes go through next, so that it need not be made again
   * @throws {ConfigError} when a path cannot be read
   */
  constructor({ path, key, step = 1 }: SequenceOptions, check?: JsonCheck) {
    const paths = [compilePath(path, 'sequence.path')];
    if (key !== undefined) paths.push(compilePath(key, 'sequence.key'));
    this.#fields = new CheckedFields(paths, check);
    this.#hasKey = key !== undefined;
    this.#step = step;
  }

  get stats(): SequenceStats {
    return {
      missing: this.#missing,
      repeated: this.#repeated,
      backwards: this.#backwards,
      restarts: this.#restarts,
      unnumbered: this.#unnumbered,
      keys: this.#hasKey ? this.#states.size : Number(this.#single.last !== undefined),
    };
  }

  /** An earlier run came to this number, where there is one sequence. */
  continueFrom(number: number | bigint, since: Moment): void {
    this.#single.last = number;
    this.#single.since = since;
  }

  /** So many numbers of a hole were told to be missing, and are not; or, below 0, are after all. */
  found(count: number | bigint): void {
    this.#missing -= Number(count);
  }

  /** The hole before this frame, if there is one. `now` is when the frame came. */
  look(data: Buffer, now: Moment): Hole | undefined {
    this.#fields.read(data, 0, data.length);
    const number = this.#numberOf(data);
    const state = number === undefined ? undefined : this.#stateOf(data);
    if (number === undefined || state === undefined) {
      this.#unnumbered += 1;
      return undefined;
    }
    const { last } = state;
    if (typeof number === 'number' && typeof last === 'number' && number === last + this.#step) {
      advance(state, number, now);
      return undefined;
    }
    return this.#judge(state, number, now);
  }

  /**
   * Whether the text in bytes[start, end), which the check has passed just now, has the number that comes next, as nearly all do.
   * Then it is taken; else it is to be looked at by {@link look}.
   */
  follows(bytes: Buffer, start: number, end: number, now: Moment): boolean {
    const fields = this.#fields;
    fields.open(bytes, start, end);
    const number = this.#numberOf(bytes);
    if (typeof number !== 'number') return false;
    const state = this.#knownState(bytes);
    if (state === undefined || typeof state.last !== 'number' || number !== state.last + this.#step) return false;
    advance(state, number, now);
    return true;
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
    this.#missing += Number(missing);
    return { key: state.key, after: last, before: number, missing, since };
  }

  #numberOf(data: Buffer): number | bigint | undefined {
    const fields = this.#fields;
    return fields.find(data, NUMBER) ? integerAt(data, fields.start, fields.end) : undefined;
  }

  #knownState(data: Buffer): State | undefined {
    if (!this.#hasKey) return this.#single;
    const fields = this.#fields;
    return fields.find(data, KEY) ? this.#states.get(data, fields.start, fields.end)?.value : undefined;
  }

  #stateOf(data: Buffer): State | undefined {
    const fields = this.#fields;
    const known = this.#knownState(data);
    if (known !== undefined || !fields.find(data, KEY)) return known;
    const { start, end } = fields;
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

/** The next number came. */
function advance(state: State, number: number, now: Moment): void {
  state.last = number;
  state.since = now;
  state.back = undefined;
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

/** How many numbers are missing between two. */
export function missingBetween(last: number | bigint, next: number | bigint, step: number): number | bigint {
  if (typeof last === 'number' && typeof next === 'number') {
    const between = next - last - 1;
    // The difference of two exact numbers need not be exact.
    if (Number.isSafeInteger(between)) return (between - (between % step)) / step;
  }
  const missing = (BigInt(next) - BigInt(last) - 1n) / BigInt(step);
  return missing <= Number.MAX_SAFE_INTEGER ? Number(missing) : missing;
}

/** Which of the fields is the number, and which the key. */
const NUMBER = 0;
const KEY = 1;

const QUOTE = 0x22;
const MAX_KEYS = 10_000;
const MAX_KEY_TEXT = 100;
