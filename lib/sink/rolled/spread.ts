import type { Page } from '../../batch/page.js';
import { FieldReader, scalarAt } from '../../json/field.js';
import { fileNameOf } from '../many/file-name.js';
import type { PathTemplate } from './path-template.js';
import type { SlotOf, TimeSlot } from './time-slot.js';

/** The lines of a page that go to one file. */
export interface Share {
  /** The same for all that goes to one file, until that is rolled. */
  readonly key: string;
  /** What the fields of the path come to. */
  readonly names: readonly string[];
  readonly slot: TimeSlot;
  /** Two numbers for each stretch of lines: from, and until before which. */
  readonly ranges: number[];
}

/**
 * Says which lines of a page go where, in the order of the first of each. A path of time alone is asked about the first and the last line of a
 * page, when those are in one slot; one with fields looks into the bytes of each record.
 */
export function spreader({ fields }: PathTemplate, slotOf: SlotOf): (page: Page) => readonly Share[] {
  const readers = fields.map((path) => new NameReader(path));
  return (page) => {
    const last = page.length - 1;
    const slot = slotOf(page.receivedAt(0));
    const isOneSlot = isIn(slot, page.receivedAt(last));
    if (isOneSlot && readers.length === 0) return [{ key: keyOf(slot, []), names: [], slot, ranges: [0, page.length] }];
    return shares(page, readers, isOneSlot ? () => slot : (line) => slotOf(page.receivedAt(line)));
  };
}

/** What all that goes to one file has in common. */
export function keyOf({ from }: TimeSlot, names: readonly string[]): string {
  return `${from} ${names.join('/')}`;
}

function shares(page: Page, readers: readonly NameReader[], slotAt: (line: number) => TimeSlot): readonly Share[] {
  const all: Share[] = [];
  const bySlot = new Map<TimeSlot, Map<string, Share>>();
  let share: Share | undefined;
  for (let line = 0; line < page.length; line++) {
    const slot = slotAt(line);
    let isSame = share?.slot === slot;
    for (const reader of readers) isSame = reader.isAsBefore(page, line) && isSame;
    if (!isSame || share === undefined) {
      let found = bySlot.get(slot);
      if (found === undefined) bySlot.set(slot, (found = new Map()));
      const together = readers.length === 1 ? readers[0]!.name : readers.map(({ name }) => name).join('/');
      share = found.get(together);
      if (share === undefined) {
        const names = readers.map(({ name }) => name);
        share = { key: keyOf(slot, names), names, slot, ranges: [] };
        found.set(together, share);
        all.push(share);
      }
    }
    const { ranges } = share;
    if (ranges.at(-1) === line) ranges[ranges.length - 1] = line + 1;
    else ranges.push(line, line + 1);
  }
  return all;
}

function isIn({ from, until }: TimeSlot, time: number): boolean {
  return time >= from && time < until;
}

/** What a field of the records comes to in a path. Most have one that came before. */
class NameReader {
  name = NONE;
  readonly #reader: FieldReader;
  /** The text that {@link name} is made of; empty for a record without the field, and before the first. */
  #text = '';
  /** Names by the texts that they were made of. */
  readonly #known = new Map<string, string>();

  constructor(path: PathTemplate['fields'][number]) {
    this.#reader = new FieldReader(path);
  }

  /** Whether the record of this line has the same name as the one that was asked about before. */
  isAsBefore(page: Page, line: number): boolean {
    const reader = this.#reader;
    const { bytes } = page;
    const isThere = reader.find(bytes, page.start(line), page.ends[line]!) && !page.isGap(line);
    // As it stands there: bytes of other letters come to no name in the same way.
    const text = isThere ? bytes.toString('latin1', reader.start, reader.end) : '';
    if (text === this.#text) return true;
    this.#text = text;
    this.name = text === '' ? NONE : (this.#known.get(text) ?? this.#newName(text, bytes));
    return false;
  }

  #newName(text: string, bytes: Buffer): string {
    const name = nameAt(bytes, this.#reader.start, this.#reader.end);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    if (text.length <= LONGEST_KNOWN) this.#known.set(text, name);
    return name;
  }
}

function nameAt(bytes: Buffer, start: number, end: number): string {
  const value = scalarAt(bytes, start, end);
  if (value === null || value === undefined) return NONE;
  return fileNameOf(typeof value === 'string' ? value : bytes.toString('latin1', start, end));
}

/** Of records without the field, and of gaps. No value of a field has this name: of those a `%` is followed by digits. */
const NONE = '%none';
/** So that what is remembered has a bound. */
const MOST_KNOWN = 10_000;
const LONGEST_KNOWN = 200;
