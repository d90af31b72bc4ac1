import { crc32 } from 'node:zlib';
import type { Page } from '../../batch/page.js';
import type { FilePosition } from '../../batch/sink-position.js';
import { syncFile } from '../../internal/force-to-disk.js';
import { ifThere } from '../../internal/if-there.js';
import type { RollOptions } from '../../internal/roll-options.js';
import type { FullDisk } from '../file/full-disk.js';
import { OutputFile } from '../file/output-file.js';
import type { Patience } from '../file/patience.js';
import { type FileFacts, withLines } from './file-facts.js';
import type { TimeSlot } from './time-slot.js';

/** What is behind the name of a file while it is written to. */
export const PART_SUFFIX = '.part';

/** Which file a part is to become, and of which records. */
export interface PartPlace {
  /** What it is to be called, from the folder of all files on, with `/` between names. */
  readonly name: string;
  /** Where it is while it is written to. */
  readonly path: string;
  /** Which records go there, as `keyOf()` says it. */
  readonly key: string;
  readonly names: readonly string[];
  readonly slot: TimeSlot;
}

/**
 * A file that is written to and not finished: its bytes are those of the records, whatever becomes of them when it is sealed. It may be
 * closed in between, and is opened again when there is more for it.
 */
export class PartFile {
  readonly place: PartPlace;
  #facts: FileFacts;
  #file: OutputFile | undefined;
  #size: number;
  /** How large it was when {@link position} was asked last, and the CRC-32 of what came since. */
  #from: number;
  #crc = 0;
  /** Whether somebody asks for that. */
  #isTracked = false;
  /** Lines and bytes that it will have with what it was promised. */
  #lines: number;
  #bytes: number;

  constructor(place: PartPlace, facts: FileFacts, size: number) {
    this.place = place;
    this.#facts = facts;
    this.#size = this.#from = this.#bytes = size;
    this.#lines = facts.records + facts.gaps.count;
  }

  /** What is known of its lines. */
  get facts(): FileFacts {
    return this.#facts;
  }

  get size(): number {
    return this.#size;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** How many of these lines of a page it takes before it is to be rolled; they count from now on. One that is empty takes one at least. */
  reserve(page: Page, from: number, to: number, { bytes, records }: RollOptions): number {
    let count = to - from;
    if (records !== undefined) count = Math.min(count, records - this.#lines);
    if (bytes !== undefined) count = linesWithin(page, from, count, bytes - this.#bytes);
    if (this.#bytes === 0) count = Math.max(1, count);
    if (count <= 0) return 0;
    this.#lines += count;
    this.#bytes += page.ends[from + count - 1]! + 1 - page.start(from);
    return count;
  }

  /** Whether it takes no further line. */
  isFull({ records }: RollOptions): boolean {
    return records !== undefined && this.#lines >= records;
  }

  /** @param fullDisk waits for room */
  async open(patience: Patience, fullDisk: FullDisk | undefined): Promise<void> {
    const { path } = this.place;
    // Its folder may have been removed in between, as the last finished file in it was.
    this.#file ??= await OutputFile.open(path, patience, fullDisk).catch(() =>
      OutputFile.open(path, patience, fullDisk),
    );
  }

  /**
   * Writes these lines of a page, two numbers for each stretch of them.
   *
   * @param failed what to throw when the system refuses; by then the lines that are whole are counted, and the file is cut back to them
   */
  async store(page: Page, ranges: readonly number[], failed: (failure: PartFailure) => Error): Promise<void> {
    this.#isTracked ||= page.isAwaited;
    const file = this.#file!;
    const before = file.size;
    const bytes = bytesOf(page, ranges);
    try {
      await file.write(bytes);
    } catch (cause) {
      const whole = bytes.lastIndexOf(LF, file.size - before - 1) + 1;
      const isCut = file.size === before || (await file.cutBack(before + whole));
      const stored = firstLines(ranges, linesAmong(bytes, whole));
      if (stored.length > 0) this.#facts = withLines(this.#facts, page, stored);
      throw failed({ cause, isCut });
    }
    this.#facts = withLines(this.#facts, page, ranges);
    if (this.#isTracked) this.#crc = crc32(bytes, this.#crc);
    else this.#from += bytes.length;
    this.#size += bytes.length;
  }

  /** What was added since this was asked last. */
  position(): FilePosition {
    const { path, names, slot } = this.place;
    const added = { start: this.#from, end: this.#size, crc32: this.#crc };
    this.#from = this.#size;
    this.#crc = 0;
    return { path, ...added, facts: writtenFacts(this.#facts, names, slot) };
  }

  /** Waits until the disk has it all, whether it is open or not. */
  async sync(): Promise<void> {
    await (this.#file === undefined ? ifThere(syncFile(this.place.path)) : this.#file.sync());
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

/** A write to a part that failed. */
interface PartFailure {
  /** What the system said. */
  readonly cause: unknown;
  /** Whether the file ends with a whole line. */
  readonly isCut: boolean;
}

/** What a ledger keeps of a part. */
interface WrittenFacts extends FileFacts {
  readonly names: readonly string[];
  /** Null for a slot that has no end. */
  readonly from: number | null;
  readonly until: number | null;
}

/** What is known of a part, as JSON. */
export function writtenFacts(facts: FileFacts, names: readonly string[], { from, until }: TimeSlot): WrittenFacts {
  return { ...facts, names, from: finite(from), until: finite(until) };
}

/** The same, as it was read. */
export function readFacts(given: object): {
  readonly facts: FileFacts;
  readonly names: readonly string[];
  readonly slot: TimeSlot;
} {
  const { names, from, until, ...facts } = given as WrittenFacts;
  return {
    facts: { ...UNKNOWN, ...facts },
    names,
    slot: { from: from ?? Number.NEGATIVE_INFINITY, until: until ?? Number.POSITIVE_INFINITY },
  };
}

function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}

/** One stretch is a view. */
function bytesOf(page: Page, ranges: readonly number[]): Buffer {
  const { bytes, ends } = page;
  if (ranges.length === 2) return bytes.subarray(page.start(ranges[0]!), ends[ranges[1]! - 1]! + 1);
  let size = 0;
  for (let at = 0; at < ranges.length; at += 2) size += ends[ranges[at + 1]! - 1]! + 1 - page.start(ranges[at]!);
  const all = Buffer.allocUnsafe(size);
  let used = 0;
  for (let at = 0; at < ranges.length; at += 2) {
    used += bytes.copy(all, used, page.start(ranges[at]!), ends[ranges[at + 1]! - 1]! + 1);
  }
  return all;
}

/** The first so many lines of these. */
function firstLines(ranges: readonly number[], lines: number): number[] {
  const first: number[] = [];
  let left = lines;
  for (let at = 0; at < ranges.length && left > 0; at += 2) {
    const [from, to] = [ranges[at]!, Math.min(ranges[at + 1]!, ranges[at]! + left)];
    first.push(from, to);
    left -= to - from;
  }
  return first;
}

/** How many of the `count` lines from `from` on have no more bytes than this. */
function linesWithin(page: Page, from: number, count: number, bytes: number): number {
  const limit = page.start(from) + bytes;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (page.ends[from + middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function linesAmong(bytes: Buffer, length: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0 && at < length; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
}

/** JSON leaves out what is not known. */
const UNKNOWN = {
  firstSequence: undefined,
  lastSequence: undefined,
  firstReceivedAt: undefined,
  lastReceivedAt: undefined,
};
const LF = 0x0a;
