import type { Page } from '../../batch/page.js';
import type { Handover } from './handover.js';

/** The records of a page that go to one partition, and where their keys stand: numbers alone, until they are sent. */
export class Slice {
  readonly page: Page;
  readonly handover: Handover;
  /** How many records of it went into a batch. */
  taken = 0;
  readonly #indices: number[] | undefined;
  readonly #keyStarts: number[] = [];
  readonly #keyEnds: number[] = [];

  /** @param isWhole whether it is all of the page, without keys */
  constructor(page: Page, handover: Handover, isWhole: boolean) {
    this.page = page;
    this.handover = handover;
    this.#indices = isWhole ? undefined : [];
  }

  get length(): number {
    return this.#indices === undefined ? this.page.length : this.#indices.length;
  }

  /**
   * Adds the next record.
   *
   * @param keyStart -1 without a key
   * @param keyEnd `~end` for a key with quotes and escapes
   */
  add(index: number, keyStart: number, keyEnd: number): void {
    this.#indices!.push(index);
    this.#keyStarts.push(keyStart);
    this.#keyEnds.push(keyEnd);
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

  /** The key of the record at `position`: a view, unless it has escapes. */
  key(position: number): Buffer | undefined {
    if (this.#indices === undefined) return undefined;
    const start = this.#keyStarts[position]!;
    return start < 0 ? undefined : keyBytes(this.page.bytes, start, this.#keyEnds[position]!);
  }
}

/** The bytes of a key from `start` to `end`; `~end` says that it stands there as a JSON string with escapes. */
export function keyBytes(bytes: Buffer, start: number, end: number): Buffer {
  return end >= 0 ? bytes.subarray(start, end) : Buffer.from(JSON.parse(bytes.toString('utf8', start, ~end)) as string);
}
