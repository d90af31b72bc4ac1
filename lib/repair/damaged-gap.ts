import { FieldReader, scalarAt } from '../json/field.js';
import { serialise } from '../json/serialise.js';

/** What is known of a stretch that is damaged. */
export interface DamagedStretch {
  /** When the record before it came, in epoch milliseconds, and the one behind it. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** The number of the last frame before it, and of the first behind it. */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
}

/** The gap line that stands in the place of what is damaged, with its line feed. What is not known is null. */
export function damagedGapLine({ from, to, after, before }: DamagedStretch): Buffer {
  const gap = {
    cause: 'damaged',
    connection: 0,
    code: null,
    from: from ?? null,
    to: to ?? null,
    duration_ms: from === undefined || to === undefined ? null : Math.max(0, to - from),
    after_sequence: after ?? null,
    before_sequence: before ?? null,
    dropped: 0,
  };
  return Buffer.concat([serialise({ gap }), LINE_FEED]);
}

/** Reads when records came, where they are envelopes. */
export class TimeReader {
  readonly #field = new FieldReader('received_at');

  /** Of the first of whole lines. */
  first(lines: Buffer): number | undefined {
    return this.#timeIn(lines, 0, lines.indexOf(LF));
  }

  /** Of the last of them. */
  last(lines: Buffer): number | undefined {
    const end = lines.length - 1;
    return this.#timeIn(lines, lines.lastIndexOf(LF, end - 1) + 1, end);
  }

  #timeIn(bytes: Buffer, start: number, end: number): number | undefined {
    // An empty line is no JSON.
    if (bytes[start] !== OPEN_BRACE || !this.#field.find(bytes, start, end)) return undefined;
    const time = scalarAt(bytes, this.#field.start, this.#field.end);
    return typeof time === 'number' ? time : undefined;
  }
}

const LF = 0x0a;
const OPEN_BRACE = 0x7b;
const LINE_FEED = Buffer.from('\n');
