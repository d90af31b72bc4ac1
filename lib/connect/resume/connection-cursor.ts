import type { FeedCursor } from '../../frame/feed-cursor.js';
import type { Moment } from '../../frame/gap.js';
import type { CursorPlaces } from '../../frame/received-frame.js';
import type { Asked } from './asked.js';
import type { CursorReader, CursorTexts } from './cursor-reader.js';
import { CursorSpan } from './cursor-span.js';

/** What a {@link ConnectionCursor} is made of. */
export interface ConnectionCursorParts {
  readonly endpoint: string;
  readonly asked: Asked | undefined;
  readonly records: CursorReader;
  readonly control: CursorReader;
  /** Whether the record that was asked for comes once more. */
  readonly isInclusive: boolean;
  /** Whether a record that does not stand behind the cursor has been there, however many of them come. */
  readonly isMonotonic: boolean;
  /** Whether the server says when it has sent all that was missed. */
  readonly tellsCaughtUp: boolean;
  /** The first such record came that is not the one of the cursor. Told once. */
  onStale(): void;
}

/**
 * Where one connection is: what it was asked to go on from, and what it has brought since. One that was asked for nothing begins with
 * nothing: what is known of another session is of no use in its own.
 */
export class ConnectionCursor {
  readonly asked: Asked | undefined;
  /** Whether it was asked to go on, and has brought no record yet that says where it is. */
  isJoining: boolean;
  /** Whether its server has said that it has forgotten what it was asked for. */
  isExpired = false;
  readonly #parts: ConnectionCursorParts;
  /** The newest frames, and when they came. */
  #span: CursorSpan;
  #arrival: Moment | undefined;
  /** Since when that is which it is sending, until it says that it has sent all. */
  #since: number | undefined;
  #isReplaying: boolean;
  #hasMet = false;
  #hasBegun = false;
  /** Whether its first record stands before the cursor: its server has begun anew, or takes no heed of cursors. */
  #isBefore = false;
  #isStale = false;

  constructor(parts: ConnectionCursorParts) {
    this.#parts = parts;
    this.asked = parts.asked;
    this.isJoining = parts.asked !== undefined;
    this.#isReplaying = parts.asked !== undefined && parts.tellsCaughtUp;
    // The connection before was lost in the midst of that.
    if (this.#isReplaying) this.#since = parts.asked?.cursor.since;
    this.#span = this.#spanBehind(parts.asked?.cursor.values);
  }

  /** From where a server is to go on behind its newest record; `undefined` while it has said nothing of that. */
  get current(): FeedCursor | undefined {
    return this.#span.cursorAt(this.#span.last);
  }

  /** Its newest frame, and those before it, which may be asked where they are. */
  get places(): CursorPlaces {
    return this.#span;
  }

  /** Where its newest frame stands among them. */
  get place(): number {
    return this.#span.last;
  }

  /** Since when records may be missing that its server is still sending; `undefined` when it is not. */
  get since(): number | undefined {
    return this.#since;
  }

  /** Its first record closes a gap that began at this time: all of it is there when the server says so. */
  closes(since: number): void {
    if (this.#isReplaying) this.#replaySince(since);
  }

  /** Its server says that it has sent all that was missed. */
  caughtUp(): void {
    this.#isReplaying = false;
    this.#replaySince(undefined);
  }

  /** Whether nothing is known to be missing between what was there and its first record. */
  get isReplayed(): boolean {
    const { asked } = this;
    if (asked === undefined || !this.#hasBegun || this.#isBefore) return false;
    return this.#hasMet || !(this.#parts.isInclusive || asked.isRewound);
  }

  /** Whether the frame is the record behind which it was asked to go on, or one that stands before that: it is there already. */
  isAgain(data: Buffer): boolean {
    const { records } = this.#parts;
    const values = records.read(data, 0, data.length);
    if (values === undefined) return false;
    const { cursor, isRewound } = this.asked!;
    if (isRewound) {
      // What stands before the cursor, or at it, has been there, or is late.
      this.#hasMet = records.names.every((name) => !isAfter(values[name], cursor.values[name]));
    } else if (records.names.every((name) => values[name] === cursor.values[name])) {
      this.#hasMet = true;
      return true;
    } else if (this.#parts.isMonotonic && records.names.every((name) => isUpTo(values[name], cursor.values[name]))) {
      if (!this.#isStale) this.#parts.onStale();
      this.#isStale = true;
      return true;
    }
    this.#isBefore = !isRewound && records.names.some((name) => isBefore(values[name], cursor.values[name]));
    this.isJoining = false;
    this.#hasBegun = true;
    return false;
  }

  /** Takes a frame that came at this time. What it says of where it stands is read when somebody asks. */
  take(data: Buffer, arrival: Moment): void {
    const goesOn = arrival === this.#arrival ? this.#span.hasRoom : this.#span.joins(data, arrival);
    if (!goesOn) {
      this.#span = this.#spanBehind(this.current?.values);
      this.#span.joins(data, arrival);
    }
    this.#arrival = arrival;
    this.#span.add(data);
  }

  /** Takes what a record says of where it stands, in bytes[start, end). Returns whether it says anything. */
  takeIn(bytes: Buffer, start: number, end: number): boolean {
    return this.#add(this.#parts.records.read(bytes, start, end));
  }

  /** The same of a frame that is no data. */
  takeControl(data: Buffer): boolean {
    return this.#add(this.#parts.control.read(data, 0, data.length));
  }

  #add(values: CursorTexts | undefined): boolean {
    if (values === undefined) return false;
    const { records } = this.#parts;
    // Where a record says all there is to say, nothing of what was said before is left.
    const isAll = this.#isByRecordsAlone && records.areIn(values);
    this.#span = this.#spanBehind(isAll ? values : { ...this.current?.values, ...values });
    return true;
  }

  #replaySince(since: number | undefined): void {
    this.#since = since;
    this.#span = this.#spanBehind(this.current?.values);
  }

  #spanBehind(values: CursorTexts | undefined): CursorSpan {
    const { endpoint, records } = this.#parts;
    const facts = { endpoint, ...(this.#since !== undefined && { since: this.#since }) };
    return new CursorSpan(facts, records, this.#isByRecordsAlone, values && { ...facts, values });
  }

  get #isByRecordsAlone(): boolean {
    return this.#parts.control.names.length === 0;
  }
}

function isAfter(text: string | undefined, cursor: string | undefined): boolean {
  if (text === undefined || cursor === undefined) return true;
  const areNumbers = DIGITS.test(text) && DIGITS.test(cursor);
  return areNumbers ? BigInt(text) > BigInt(cursor) : text > cursor;
}

/** Of numbers alone: of other texts nobody knows an order. */
function isBefore(text: string | undefined, cursor: string | undefined): boolean {
  if (text === undefined || cursor === undefined) return false;
  return DIGITS.test(text) && DIGITS.test(cursor) && BigInt(text) < BigInt(cursor);
}

function isUpTo(text: string | undefined, cursor: string | undefined): boolean {
  return (text !== undefined && text === cursor) || isBefore(text, cursor);
}

const DIGITS = /^\d+$/;
