import { notAPage, Page } from '../batch/page.js';
import { indent } from '../json/indent.js';

/** What a sink stores of a page: each record followed by one line feed, and where those stand. */
export interface PageText {
  readonly bytes: Buffer;
  /** The offset of each record's line feed in `bytes`. */
  readonly ends: readonly number[];
  /** How many of the first lines are records, and no gaps. @default all */
  recordsAmong(lines?: number): number;
  /** The CRC-32 of `bytes`, where it may be known already. */
  crc32?(): number;
}

/**
 * The text of what a sink was given: a page's own bytes, or with `pretty` each record indented.
 *
 * @throws {ConfigError} when it is not a page
 */
export function pageText(owner: string, page: unknown, pretty: boolean): PageText {
  if (!(page instanceof Page)) throw notAPage(owner, page);
  return pretty ? indented(page) : page;
}

/** How many of a text's lines are whole in its first `length` bytes, with their line feeds. */
export function wholeLines({ ends }: PageText, length: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) < length) low = middle + 1;
    else high = middle;
  }
  return low;
}

function indented(page: Page): PageText {
  const { bytes, ends } = page;
  const parts: Buffer[] = [];
  const newEnds: number[] = [];
  let start = 0;
  let length = 0;
  for (const end of ends) {
    const record = indent(bytes, start, end);
    start = end + 1;
    parts.push(record, LINE_FEED);
    length += record.length;
    newEnds.push(length);
    length += 1;
  }
  return { bytes: Buffer.concat(parts, length), ends: newEnds, recordsAmong: (lines) => page.recordsAmong(lines) };
}

const LINE_FEED = Buffer.from('\n');
