import type { Page } from '../batch/page.js';
import type { UndeliveredRange } from '../errors.js';

/** The records of pages one by one, without the gaps between them; `isLeftOut` says which not. */
export function* recordsOf(
  pages: Iterable<Page>,
  isLeftOut: (page: Page, index: number) => boolean = () => false,
): Generator<readonly [page: Page, index: number]> {
  for (const page of pages) {
    for (let index = 0; index < page.length; index++) {
      if (!page.isGap(index) && !isLeftOut(page, index)) yield [page, index];
    }
  }
}

/** Joins records into ranges; of more than a hundred the last one takes in all that follow. */
export function rangesOf(records: Iterable<readonly [page: Page, index: number]>): UndeliveredRange[] {
  const sequences: number[] = [];
  for (const [page, index] of records) sequences.push(page.frame(index).sequence);
  sequences.sort((a, b) => a - b);
  const ranges: { first: number; last: number; records: number }[] = [];
  for (const sequence of sequences) {
    const newest = ranges.at(-1);
    if (newest !== undefined && (sequence - newest.last <= 1 || ranges.length >= MAX_RANGES)) {
      newest.last = sequence;
      newest.records += 1;
    } else {
      ranges.push({ first: sequence, last: sequence, records: 1 });
    }
  }
  return ranges;
}

/** `frames 10 to 20 and 31`; of many only the first few. */
export function rangesText(ranges: readonly UndeliveredRange[]): string {
  const shown = ranges
    .slice(0, MAX_SHOWN)
    .map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  const more = ranges.length - shown.length;
  if (more > 0) shown.push(`${more} more ranges up to ${ranges.at(-1)!.last}`);
  const isOne = ranges.length === 1 && ranges[0]!.first === ranges[0]!.last;
  const list = shown.length === 1 ? shown[0] : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
  return `${isOne ? 'frame' : 'frames'} ${list}`;
}

const MAX_RANGES = 100;
const MAX_SHOWN = 5;
