import type { FeedCursor } from '../../frame/feed-cursor.js';
import type { Moment } from '../../frame/gap.js';
import type { CursorPlaces } from '../../frame/received-frame.js';
import type { CursorReader, CursorTexts } from './cursor-reader.js';

/** Where frames of a connection are that came one behind another: nothing is read of them before somebody asks. */
export class CursorSpan implements CursorPlaces {
  readonly #facts: Omit<FeedCursor, 'values'>;
  readonly #records: CursorReader;
  /** Whether a frame that has all values of records says all there is to say. */
  readonly #isByRecordsAlone: boolean;
  readonly #before: FeedCursor | undefined;
  readonly #frames: Buffer[] = [];
  #bytes = 0;
  #since = 0;
  /** The newest that was asked for. */
  #place = -1;
  #cursor: FeedCursor | undefined;

  /**
   * @param facts what their cursors have in common
   * @param before where the connection was when the first of them came
   */
  constructor(
    facts: Omit<FeedCursor, 'values'>,
    records: CursorReader,
    isByRecordsAlone: boolean,
    before: FeedCursor | undefined,
  ) {
    this.#facts = facts;
    this.#records = records;
    this.#isByRecordsAlone = isByRecordsAlone;
    this.#before = before;
    this.#cursor = before;
  }

  get areKnown(): boolean {
    return this.#before !== undefined;
  }

  /** The place of the last one; -1 while there is none. */
  get last(): number {
    return this.#frames.length - 1;
  }

  /** Whether another one may be added. Whoever keeps one of them keeps them all. */
  get hasRoom(): boolean {
    return this.#bytes < MOST_BYTES;
  }

  /** Another chunk came at this time. Whether frames that stand in it may be added, too. */
  joins({ buffer }: Buffer, { monotonic }: Moment): boolean {
    if (this.#frames.length > 0 && monotonic - this.#since > TOGETHER_MS) return false;
    if (this.#frames.length === 0) this.#since = monotonic;
    this.#bytes += buffer.byteLength;
    return this.hasRoom;
  }

  add(data: Buffer): void {
    this.#bytes += data.length + OBJECT_BYTES;
    this.#frames.push(data);
  }

  cursorAt(place: number): FeedCursor | undefined {
    if (place === this.#place) return this.#cursor;
    const isBehind = place > this.#place;
    const cursor = this.#read(place, isBehind ? this.#place : -1, isBehind ? this.#cursor : this.#before);
    if (isBehind) {
      this.#place = place;
      this.#cursor = cursor;
    }
    return cursor;
  }

  /** What those behind `from` say, up to the one at `place`, where it was `cursor` at that one. */
  #read(place: number, from: number, cursor: FeedCursor | undefined): FeedCursor | undefined {
    let values: CursorTexts | undefined;
    for (let at = place; at > from; at--) {
      const data = this.#frames[at] as Buffer;
      const found = this.#records.read(data, 0, data.length);
      if (found === undefined) continue;
      values = values === undefined ? found : { ...found, ...values };
      if (this.#records.areIn(values)) {
        if (this.#isByRecordsAlone) return { ...this.#facts, values };
        break;
      }
    }
    return values === undefined ? cursor : { ...this.#facts, values: { ...cursor?.values, ...values } };
  }
}

/** A chunk of the socket's, its frames once more, since one may stand in another chunk than those before it, and their views. */
const MOST_BYTES = 3 * 64 * 1024;
/** So that of a feed that brings little nothing is kept but its last frame. */
const TOGETHER_MS = 10;
/** About what a view of a chunk takes by itself. */
const OBJECT_BYTES = 128;
