import type { Page } from '../../../batch/page.js';
import type { PageDelivery } from '../delivery/page-delivery.js';
import { formatted } from './record-format.js';
import { WHOLE } from './record-shape.js';

/** The records of a page that go to one partition, and where their keys stand: numbers alone, until they are sent. */
export class PageSlice {
  readonly page: Page;
  readonly delivery: PageDelivery;
  /** How many records of it went into a batch. */
  taken = 0;
  readonly #indices: number[] | undefined;
  readonly #keyStarts: number[] = [];
  readonly #keyEnds: number[] = [];
  /** Of each record its time, and where its value begins and ends, as `RecordShape` has them; none, where all stay as they are. */
  #shapes: number[] | undefined;

  /** @param isWhole whether it is all of the page, without keys */
  constructor(page: Page, delivery: PageDelivery, isWhole: boolean) {
    this.page = page;
    this.delivery = delivery;
    this.#indices = isWhole ? undefined : [];
  }

  /** Whether it is all of the page as it stands, without keys. */
  get isWhole(): boolean {
    return this.#indices === undefined;
  }

  get length(): number {
    return this.#indices === undefined ? this.page.length : this.#indices.length;
  }

  /**
   * Adds the next record.
   *
   * @param keyStart -1 without a key
   * @param keyEnd `~end` for a key that is a JSON string with its quotes, to be decoded
   */
  add(index: number, keyStart: number, keyEnd: number): void {
    this.#indices!.push(index);
    this.#keyStarts.push(keyStart);
    this.#keyEnds.push(keyEnd);
  }

  /** Says what the record that was added last is to be. */
  shape(time: number, valueStart: number, valueEnd: number): void {
    this.#shapes ??= [];
    this.#shapes.push(time, valueStart, valueEnd);
  }

  /** The time of the record at `position`; `undefined` for that of its arrival. */
  time(position: number): number | undefined {
    const time = this.#shapes?.[3 * position];
    return time === undefined || time < 0 ? undefined : time;
  }

  /** Where the value of the record at `position` begins; `WHOLE` where it is the line as it stands. */
  valueStart(position: number): number {
    return this.#shapes?.[3 * position + 1] ?? WHOLE;
  }

  /** Where the value of the record at `position` ends. */
  valueEnd(position: number): number {
    return this.#shapes![3 * position + 2]!;
  }

  /** How many bytes the line at `position` has, without its line feed. */
  lineBytes(position: number): number {
    const { page } = this;
    const index = this.index(position);
    return page.ends[index]! - page.start(index);
  }

  /** How many bytes of its page the lines from `from` to `to` take, with their line feeds. */
  pageBytes(from: number, to: number): number {
    const { page } = this;
    if (this.#indices === undefined) return page.ends[to - 1]! + 1 - page.start(from);
    let bytes = 0;
    for (let position = from; position < to; position++) {
      const index = this.index(position);
      bytes += page.ends[index]! - page.start(index) + 1;
    }
    return bytes;
  }

  /** How many of its lines from `from` to `to` are records, and no gaps. */
  recordsAmong(from: number, to: number): number {
    const { page } = this;
    if (page.recordsAmong() === page.length) return to - from;
    let records = 0;
    for (let position = from; position < to; position++) if (!page.isGap(this.index(position))) records += 1;
    return records;
  }

  /** The index in its page of the record at `position`. */
  index(position: number): number {
    return this.#indices === undefined ? position : this.#indices[position]!;
  }

  /** Where the key of the record at `position` begins; -1 without one. */
  keyStart(position: number): number {
    return this.#indices === undefined ? -1 : this.#keyStarts[position]!;
  }

  /** Where it ends; `~end` for one that is a JSON string with its quotes, to be decoded. */
  keyEnd(position: number): number {
    return this.#keyEnds[position]!;
  }
}

/** The bytes of a key from `start` to `end`; `~end` says that it stands there as a JSON string, to be decoded. */
export function keyBytes(bytes: Buffer, start: number, end: number, isBase64: boolean): Buffer {
  return end >= 0 ? bytes.subarray(start, end) : formatted(isBase64 ? 'bytes' : 'raw_string', bytes, start, ~end);
}
